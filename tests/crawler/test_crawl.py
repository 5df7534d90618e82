"""From a site's address to records in SQL, through the commands, against a news web on this machine."""

import csv
import json
import sqlite3
from collections import Counter

import pytest

from crawler.demo.web import DemoWeb
from tests.crawler.hosts import answer

LOCAL = {"COPYDESK_ALLOW_ADDRESSES": "127.0.0.0/8", "COPYDESK_DELAY": "0.02"}


@pytest.fixture(scope="module")
def web():
    with DemoWeb() as serving:
        yield serving


@pytest.fixture
def records(copydesk):
    """All records of the folder's database, as exported."""

    def exported():
        done = copydesk("export")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return exported


def test_add_and_crawl_file_every_article_once(copydesk, records, web):
    added = copydesk("add", *(site.url for site in web.sites), **LOCAL)
    assert added.returncode == 0, added.stderr
    sample = records()
    assert 0 < len(sample) <= 5 * len(web.sites)

    crawled = copydesk("crawl", **LOCAL)
    assert crawled.returncode == 0, crawled.stderr
    filed = {record["url"]: record for record in records()}
    truth = {article.url: article for article in web.articles}
    assert filed.keys() == truth.keys()
    assert {url: record["title"] for url, record in filed.items()} == {url: a.title for url, a in truth.items()}
    asked = Counter((request.host, request.path) for request in web.requests if request.status == 200)
    fetched = {url: asked[url.split("/")[2], "/" + url.split("/", 3)[3]] for url in truth}
    assert set(fetched.values()) == {1}, "an article was fetched more than once"
    assert max(web.peaks.values()) == 1, "more than one request was in flight at a host"
    reasons = {url: copydesk("explain", url).stdout for url in web.refusals}
    assert {url: reason.value for url, reason in web.refusals.items() if reason.value not in reasons[url]} == {}


def test_a_second_crawl_fetches_only_what_is_new(copydesk, records):
    with DemoWeb() as web:
        copydesk("add", *(site.url for site in web.sites), **LOCAL)
        copydesk("crawl", **LOCAL)
        before = {record["url"] for record in records()}
        web.publish_later()
        web.requests.clear()
        again = copydesk("crawl", **LOCAL)
        assert again.returncode == 0, again.stderr
        after = {record["url"] for record in records()}
        assert after == {article.url for article in web.articles}
        paths = {request.host + request.path for request in web.requests}
        assert not {url for url in before if url.removeprefix("http://") in paths}, "a known article was fetched again"
        assert any(request.status == 304 for request in web.requests)


def test_single_pages_are_crawled_by_address(copydesk, records, web):
    wanted = [article.url for article in web.articles[:2]]
    (copydesk.folder / "list.txt").write_text("# two articles\n" + "\n".join(wanted) + "\n")
    done = copydesk("crawl", "--from", "list.txt", **LOCAL)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "2 new" in done.stderr
    assert {record["url"] for record in records()} == set(wanted)


def test_a_page_that_fails_for_good_is_explained(copydesk, web):
    site = web.sites[0].url
    done = copydesk("crawl", f"{site}no-such-page", **LOCAL)
    assert "1 not_found" in done.stderr
    assert "not_found" in copydesk("explain", f"{site}no-such-page").stdout


def test_both_spiders_run_under_scrapy_too(copydesk, records, web):
    article = web.articles[0]
    page = copydesk.scrapy("crawl", "page", "-a", f"url={article.url}", **LOCAL)
    assert page.returncode == 0, page.stderr
    assert [record["title"] for record in records()] == [article.title]
    site = web.sites[0]
    copydesk("add", site.url, **LOCAL)
    name = copydesk("sources").stdout.splitlines()[1].split("\t")[0]
    news = copydesk.scrapy("crawl", "news", "-a", f"source={name}", **LOCAL)
    assert news.returncode == 0, news.stderr
    assert {record["url"] for record in records()} == {each.url for each in web.articles if each.site == site.name}


def test_what_was_filed_can_be_listed_shown_searched_and_exported(copydesk, web):
    article = next(each for each in web.articles if each.language == "da")
    copydesk("crawl", article.url, **LOCAL)
    assert article.title in copydesk("articles").stdout
    shown = copydesk("show", "1").stdout
    assert article.paragraphs[0] in shown
    word = max(article.paragraphs[0].split(), key=len).strip("»«,.")
    assert article.title in copydesk("search", word).stdout
    assert copydesk("search", '"*(NEAR').returncode == 0
    assert "kept" in copydesk("explain", "1").stdout
    copydesk("export", "--format", "csv", "-o", "out.csv")
    with (copydesk.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["title"] for row in csv.DictReader(file)] == [article.title]


def test_the_demo_ends_with_clean_records(copydesk):
    done = copydesk("demo")
    assert done.returncode == 0, done.stderr
    with DemoWeb() as web:
        titles = {article.title for article in web.articles}
    connection = sqlite3.connect(copydesk.folder / "copydesk-demo.db")
    filed = dict(connection.execute("SELECT title, text FROM article"))
    connection.close()
    assert filed.keys() == titles
    assert not [text for text in filed.values() if "You might like" in text or "Video Credit" in text]
    assert all(title in done.stdout for title in titles)
    assert "video credit" in done.stdout


def test_what_a_limit_leaves_is_fetched_next_time(copydesk, records, web):
    site = web.sites[0]
    copydesk("add", site.url, **LOCAL)
    copydesk("crawl", "--limit", "2", **LOCAL)
    copydesk("crawl", **LOCAL)
    assert {record["url"] for record in records()} == {each.url for each in web.articles if each.site == site.name}


def test_what_recurs_on_a_sites_pages_is_learned_while_crawling(copydesk, host, records):
    slogan = "The paper that the tide brings in, and that the wind takes out again, every morning but one."
    places = ["Arvik", "Berge", "Codby", "Dunes", "Ekvik", "Fjord", "Gulls", "Havns", "Inlet", "Jetty"]
    for place in places:
        said = "".join(
            f"<p>The {thing} of {place} was {done} by the people of {place} in a week and a day, says the mayor.</p>"
            for thing, done in (("wall", "rebuilt"), ("quay", "mended"), ("church", "painted"), ("road", "closed"))
        )
        story = (
            f"<html><head><title>{place} rebuilt</title></head><body><article><h1>{place} rebuilt</h1>"
            f"<time datetime='2026-05-01T10:00:00Z'>1 May 2026</time>{said}<p>{slogan}</p></article></body></html>"
        )
        host.answers[f"/news/{place.lower()}-rebuilt-in-a-week-1.html"] = answer(200, story.encode())
    links = "".join(f"<p><a href='{path}'>{path[6:11]} was rebuilt in a week</a></p>" for path in list(host.answers))
    host.answers["/"] = answer(200, f"<html><body><main>{links}</main></body></html>".encode())
    copydesk("add", host.url, **LOCAL)
    copydesk("crawl", **LOCAL)
    filed = records()
    assert len(filed) == len(places)
    assert slogan in filed[0]["text"]
    assert slogan not in filed[-1]["text"]
    assert all(record["text"].count("says the mayor") == 4 for record in filed)
    assert "site.furniture: stands on " in copydesk("explain", filed[-1]["url"]).stdout
