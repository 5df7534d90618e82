"""Filed articles are looked at again: often while new, at once when a listing tells of a change, at the least cost."""

import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.crawler.hosts import ARTICLE, LOCAL, answer, tagged

STORY = "/news/harbour-wall-rebuilt-at-last-1001.html"
OTHER = "/news/lighthouse-keeper-retires-after-forty-years-1002.html"
EDITED = ARTICLE.replace(b"nine weeks", b"eleven weeks")
OTHER_STORY = (
    ARTICLE.replace(b"harbour wall", b"lighthouse").replace(b"Harbour wall", b"Lighthouse").replace(b"stone", b"lamp")
)


def moment(hours: float) -> str:
    """So many hours after a quarter past ten on 1 May 2026."""
    return (datetime(2026, 5, 1, 10, 15, tzinfo=UTC) + timedelta(hours=hours)).isoformat()


@pytest.fixture
def crawled(copydesk, host):
    """Crawls the host's source, so many hours after the beginning; returns the summary."""

    def crawl(hours: float, *options: str) -> str:
        if not (copydesk.folder / "copydesk.db").exists():
            copydesk("--now", moment(hours - 0.05), "add", host.url, **LOCAL)
        done = copydesk("--now", moment(hours), "crawl", *options, **LOCAL)
        assert done.returncode == 0, done.stderr
        return done.stderr

    return crawl


def publish(host, **stories: bytes) -> None:
    """A home page that lists both stories, which have ETags."""
    links = "".join(f"<h2><a href='{path}'>{path[6:-10].replace('-', ' ')}</a></h2>" for path in (STORY, OTHER))
    host.answers["/"] = answer(200, f"<html lang='en'><body><main>{links}</main></body></html>".encode())
    host.answers[STORY] = tagged(stories.get("story", ARTICLE))
    host.answers[OTHER] = tagged(stories.get("other", OTHER_STORY))


def date(host, modified: str, other: str = "2026-05-01T10:00:00Z") -> None:
    """A sitemap that dates both stories."""
    rows = "".join(
        f"<url><loc>{host.url}{path}</loc><lastmod>{day}</lastmod></url>"
        for path, day in ((STORY, modified), (OTHER, other))
    )
    host.answers["/sitemap.xml"] = answer(200, f"<urlset>{rows}</urlset>".encode(), "application/xml")


def records(copydesk) -> dict[str, dict]:
    rows = map(json.loads, copydesk("export").stdout.splitlines())
    return {"/" + row["url"].split("/", 3)[3]: row for row in rows}


def looks(host) -> Counter[tuple[str, int]]:
    """How often each story was answered with which status since the last time."""
    found = Counter(pair for pair in host.answered if pair[0].startswith("/news/"))
    host.answered.clear()
    return found


def test_an_article_is_looked_at_often_while_it_is_new_and_an_edit_is_a_new_version(copydesk, host, crawled):
    publish(host)
    crawled(0)
    assert set(looks(host).values()) == {1}
    crawled(0.5)
    assert not looks(host), "looked at within the first hour"
    assert "2 not_modified" in crawled(2)
    assert looks(host) == {(STORY, 304): 1, (OTHER, 304): 1}
    crawled(4)
    assert not looks(host), "looked at again although it has stood for two hours and was looked at two hours ago"
    publish(host, story=EDITED)
    summary = crawled(8)
    assert "1 changed" in summary
    assert "1 not_modified" in summary
    record = records(copydesk)[STORY]
    assert record["version"] == 2
    assert "eleven weeks" in record["text"]
    shown = copydesk("diff", host.url + STORY).stdout
    assert "[-nine-]{+eleven+} weeks" in shown
    assert "(2 paragraphs as before)" in shown
    looks(host)
    crawled(9.5)
    assert looks(host) == {(STORY, 304): 1}, "what was edited is not watched anew, or what was not is"


def test_a_sitemap_s_date_spares_the_look_or_asks_for_it(copydesk, host, crawled):
    publish(host)
    for path in (STORY, OTHER):
        host.answers[path] = answer(
            200, ARTICLE if path == STORY else OTHER_STORY
        )  # no validators: a look costs a page
    date(host, "2026-05-01T10:00:00Z")
    crawled(0)
    host.answered.clear()
    for hours in (2, 6, 24, 80):
        assert crawled(hours).startswith("articles: none new")
    assert not looks(host), "an article was fetched although the sitemap says that it has not changed"
    host.answers[STORY] = answer(200, EDITED)
    date(host, "2026-05-04T19:00:00Z")
    assert "1 changed" in crawled(81)
    assert looks(host) == {(STORY, 200): 1}
    assert records(copydesk)[STORY]["version"] == 2


def test_dates_that_are_never_renewed_are_found_out(copydesk, host, crawled):
    """By looks at some of the articles, which cost little; from then on all are looked at."""
    paths = [f"/news/harbour-wall-{n}-rebuilt-at-last-{2000 + n}.html" for n in range(40)]

    def publish_all(edition: bytes) -> None:
        for number, path in enumerate(paths):
            named = ARTICLE.replace(b"Harbour wall", b"Harbour wall %d" % number)
            host.answers[path] = tagged(named.replace(b"Forty", b"%d0%s" % (number + 2, edition)))

    rows = "".join(f"<url><loc>{host.url}{path}</loc><lastmod>2026-05-01</lastmod></url>" for path in paths)
    host.answers["/"] = answer(200, b"<html><link rel='alternate' href='/rss' type='application/rss+xml'></html>")
    host.answers["/sitemap.xml"] = answer(200, f"<urlset>{rows}</urlset>".encode(), "application/xml")
    publish_all(b"")
    crawled(30)
    for day, edition in ((2, b" or so"), (9, b" or more")):
        publish_all(edition)
        crawled(30 + 24 * day)
    assert sum(row["version"] > 1 for row in records(copydesk).values()) == len(paths)


def test_what_is_gone_is_marked_and_its_text_kept(copydesk, host, crawled):
    publish(host)
    crawled(0)
    host.answers[STORY] = answer(410)
    host.answers[OTHER] = answer(404)
    summary = crawled(2)
    assert "1 gone" in summary
    assert "1 not_found" in summary
    filed = records(copydesk)
    assert filed[STORY]["gone"].startswith("2026-05-01T12:15")
    assert "nine weeks" in filed[STORY]["text"]
    assert "gone       since 2026-05-01 12:15 UTC" in copydesk("show", host.url + OTHER).stdout
    looks(host)
    publish(host)
    assert "1 not_modified" in crawled(40), "a missing article was not asked for once more"
    assert records(copydesk)[OTHER]["gone"] is None
    assert looks(host) == {(OTHER, 304): 1}


def test_a_page_that_changes_around_its_text_is_no_edit_and_fills_no_archive(copydesk, host, crawled):
    publish(host)
    crawled(0)
    dressed = ARTICLE.replace(b"</body>", b"<footer><a href='/about'>About us</a> 11 May</footer></body>")
    publish(host, story=dressed)
    assert "1 unchanged" in crawled(2)
    assert records(copydesk)[STORY]["version"] == 1
    host.answered.clear()
    assert "2 not_modified" in crawled(8), "the new validators were not kept"
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        assert connection.execute("SELECT count(*) FROM page").fetchone() == (2,)
    connection.close()


def test_what_only_the_rules_changed_is_no_edit(copydesk, host, crawled, monkeypatch):
    publish(host)
    crawled(0)
    folder = copydesk.folder / "sites"
    folder.mkdir()
    (folder / "127.0.0.1.toml").write_text(
        "[[layout]]\n[[layout.phrase]]\nid = 'council'\nkind = 'not the article'\nplace = 'line'\n"
        "pattern = 'the council says that the new wall .*'\nwhy = 'said by the council'\n"
        "example = 'The council says that the new wall is high.'\nkeep = 'The council says no.'\n",
        encoding="utf-8",
    )
    publish(host, story=ARTICLE.replace(b"</body>", b"<!-- rebuilt --></body>"))
    monkeypatch.setitem(copydesk.environment, "COPYDESK_SITES", "sites")
    summary = crawled(2)
    assert "changed" not in summary.replace("unchanged", "")
    record = records(copydesk)[STORY]
    assert record["version"] == 1
    assert "council says" not in record["text"]


def test_a_page_for_printing_makes_no_version_of_the_article(copydesk, host, crawled):
    publish(host)
    canonical = f"<link rel='canonical' href='{host.url}{STORY}'></head>".encode()
    printed = ARTICLE.replace(b"</head>", canonical).replace(b"nine weeks", b"9 weeks")
    host.answers[f"{STORY}?view=druck"] = answer(200, printed)
    crawled(0)
    copydesk("crawl", f"{host.url}{STORY}?view=druck", **LOCAL)
    assert len(records(copydesk)) == 2
    assert records(copydesk)[STORY]["version"] == 1
    assert "nine weeks" in records(copydesk)[STORY]["text"]
