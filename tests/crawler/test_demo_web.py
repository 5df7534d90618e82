"""The demo's news web serves what it says: end-to-end tests take its truth for granted."""

import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
import pytest

from crawler.demo.web import DemoWeb
from pipelines.records import Reason

Answer = tuple[http.client.HTTPResponse, bytes]


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    with DemoWeb() as web:
        yield web


def get(url: str, **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_speaks_four_languages(web: DemoWeb) -> None:
    assert {site.language for site in web.sites} == {"da", "de", "en", "es"}
    assert len(web.articles) >= 30


def test_every_article_is_on_its_page_word_for_word(web: DemoWeb) -> None:
    for article in web.articles:
        response, body = get(article.url)
        assert response.status == 200
        text = select(lxml.html.document_fromstring(body), "//p/text() | //h1/text() | //h3/text()")
        assert {article.title, *article.paragraphs} <= {line.strip() for line in text}


def test_every_article_and_every_trap_is_announced(web: DemoWeb) -> None:
    addresses = [article.url for article in web.articles] + list(web.refusals)
    for site in web.sites:
        wanted = {url for url in addresses if url.startswith(site.url)}
        assert wanted <= crawl(site.url)


def crawl(home: str) -> set[str]:
    """The addresses on the home page and on the listing pages that it leads to."""
    seen, todo = set[str](), [home]
    while todo:
        url = todo.pop()
        if url in seen or not url.startswith(home):
            continue
        seen.add(url)
        if url == home or len(urlsplit(url).path.strip("/").split("/")) == 1:
            response, body = get(url)
            if response.status == 200 and response.getheader("Content-Type", "").startswith("text/html"):
                todo += [urljoin(url, href) for href in select(lxml.html.document_fromstring(body), "//a/@href")]
    return seen


def select(tree: lxml.etree._Element, xpath: str) -> list[str]:
    found = tree.xpath(xpath)
    assert isinstance(found, list)
    return [str(value) for value in found]


def test_feeds_and_sitemaps_are_well_formed_and_complete(web: DemoWeb) -> None:
    for site in web.sites:
        articles = {article.url for article in web.articles if article.url.startswith(site.url)}
        tree = lxml.html.document_fromstring(get(site.url)[1])
        for href in select(tree, "//link[@rel='alternate']/@href"):
            assert articles <= feed_entries(urljoin(site.url, href))
        for sitemap in re.findall(r"Sitemap: (.+)", get(site.url + "robots.txt")[1].decode()):
            assert articles <= {url for child in locations(sitemap) for url in locations(child)}


def feed_entries(url: str) -> set[str]:
    response, body = get(url)
    if response.getheader("Content-Type") == "application/feed+json":
        return {item["url"] for item in json.loads(body)["items"]}
    return set(select(lxml.etree.fromstring(body), "//item/link/text() | //*[local-name()='entry']/*/@href"))


def locations(sitemap: str) -> list[str]:
    return select(lxml.etree.fromstring(get(sitemap)[1]), "//*[local-name()='loc']/text()")


def test_traps_do_what_their_reason_says(web: DemoWeb) -> None:
    statuses = {
        Reason.NOT_FOUND: 404,
        Reason.GONE: 410,
        Reason.FORBIDDEN: 403,
        Reason.REDIRECTED: 301,
        Reason.PAYWALL: 200,
        Reason.ERROR_PAGE: 200,
        Reason.ROBOTS: 200,
    }
    for url, reason in web.refusals.items():
        response, _ = get(url)
        assert response.status == statuses[reason]
        if reason is Reason.ROBOTS:
            folder = urlsplit(url).path.split("/")[1]
            assert f"Disallow: /{folder}/" in get(urljoin(url, "/robots.txt"))[1].decode()
        if reason is Reason.REDIRECTED:
            assert response.getheader("Location") in {article.url for article in web.articles}


def test_answers_304_to_who_has_the_page(web: DemoWeb) -> None:
    url = web.articles[0].url
    first, _ = get(url)
    etag, modified = first.getheader("ETag"), first.getheader("Last-Modified")
    assert etag
    assert modified
    assert get(url, If_None_Match=etag)[0].status == 304
    assert get(url, If_Modified_Since=modified)[0].status == 304
    assert get(url, If_None_Match='"other"', If_Modified_Since=modified)[0].status == 200


def test_pages_come_in_the_encoding_that_the_header_names(web: DemoWeb) -> None:
    spanish = next(article for article in web.articles if article.language == "es")
    response, body = get(spanish.url)
    assert response.getheader("Content-Type") == "text/html; charset=windows-1252"
    assert spanish.paragraphs[0] in body.decode("windows-1252")


def test_counts_requests_and_how_many_are_in_flight() -> None:
    with DemoWeb(latency=0.2) as web:
        urls = [article.url for article in web.articles if article.site == web.sites[0].name][:3]
        with ThreadPoolExecutor(3) as pool:
            assert [response.status for response, _ in pool.map(get, urls)] == [200, 200, 200]
        host = urlsplit(urls[0]).netloc
    assert sorted(web.requests) == sorted((host, urlsplit(url).path, 200) for url in urls)
    assert web.peaks[host] == 3
    assert web.in_flight[host] == 0


def test_publishes_one_more_story_a_site() -> None:
    with DemoWeb() as web:
        before = {article.url for article in web.articles}
        feed = web.sites[0].url + "feed"
        etag = get(feed)[0].getheader("ETag", "")
        web.publish_later()
        fresh = [article for article in web.articles if article.url not in before]
        assert sorted(article.site for article in fresh) == sorted(site.name for site in web.sites)
        assert fresh[0].url in get(feed, If_None_Match=etag)[1].decode()
