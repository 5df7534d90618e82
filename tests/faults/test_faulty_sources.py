"""Sources whose hosts misbehave: each says what the matter is, and a source beside them is crawled to its end."""

import json
from contextlib import closing
from datetime import UTC, datetime

from db import session, sources
from tests.crawler.hosts import ARTICLE
from tests.crawler.sites import path as story
from tests.crawler.sites import publish
from tests.crawler.test_recovery import filed
from tests.faults import server
from tests.faults.crawls import MOST_MEMORY, check, problems, run
from tests.faults.server import HTML, Fault, page, redirect, rss

GZIP = b"Content-Encoding: gzip"
FEED = b"Content-Type: application/rss+xml"


FAULTS = {
    "resets": Fault(server.reset),
    "stalls": Fault(server.stall),
    "drips": Fault(server.drip),
    "lies": Fault(page(HTML, length=100_000)),
    "breaks gzip": Fault(page(HTML, GZIP)),
    "sends a bomb": Fault(page(HTML, GZIP, body=server.gzip_bomb(2**27))),
    "never ends": Fault(server.endless),
    "circles": Fault(redirect("/")),
    "moves in": Fault(redirect("http://10.0.0.1/")),
    "has no rules": Fault(page(HTML), robots=server.reset),
}


def add(copydesk, **homes: str) -> None:
    with closing(session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")) as database:
        for name, url in homes.items():
            sources.add(database, name=name, url=url, now=datetime.now(UTC))


def test_a_source_is_crawled_whatever_those_beside_it_do(copydesk, host):
    paths = publish(host, pages=2, each=4)
    with server.serving(FAULTS):
        add(copydesk, well=f"{host.url}/", **{name: f"{fault.url}/" for name, fault in FAULTS.items()})
        add(copydesk, gone="http://nowhere.invalid/")
        done = run(copydesk, "crawl", COPYDESK_SITEMAP_BYTES="2000000")
    assert done.exit_code == 1, done.errors
    assert "Traceback" not in done.errors
    assert done.memory < MOST_MEMORY
    assert filed(copydesk) == dict.fromkeys(paths, 1)
    for name in (*FAULTS, "gone"):
        assert f"\n{name}: " in f"\n{done.errors}", done.errors
    said = problems(copydesk.folder)
    assert not said.pop("well")
    assert {name: problem.split(":")[0] for name, problem in said.items()} == {
        "resets": "unreachable",
        "stalls": "timeout",
        "drips": "timeout",
        "lies": "unreachable",
        "breaks gzip": "unreachable",
        "sends a bomb": "too_large",
        "never ends": "too_large",
        "circles": "too_many_redirects",
        "moves in": "address_refused",
        "has no rules": "unreachable",
        "gone": "dns",
    }
    check(copydesk.folder)


def test_a_feed_of_100_000_items_is_read_in_bounded_memory(copydesk):
    fault = Fault(page(HTML), paths={"/": page(FEED, body=rss(100_000, story))})
    with server.serving({"": fault}):
        add(copydesk, long=f"{fault.url}/")
        done = run(copydesk, "crawl", "--limit", "2", COPYDESK_TIMEOUT="30", COPYDESK_SITEMAP_BYTES=str(50 * 2**20))
    assert "Traceback" not in done.errors, done.errors
    assert done.memory < MOST_MEMORY
    check(copydesk.folder)


IN_FEEDS = (
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Sat, 32 Foo 2026 99:99:99 GMT",
    "9" * 5000,
    "Fri, 01 May 2026 10:00:00 GMT",
)
IN_PAGES = (
    b"1970-01-01T00:00:00Z",
    b"9999-12-31T23:59:59-23:59",
    b"0001-01-01T00:00:00+23:59",
    b"2062-05-01",
    b"no",
    b"",
)


def test_dates_that_can_t_be_are_no_article_s_date(copydesk):
    """Of 1970, in the far future, before time began, and none at all: in feeds and in pages."""
    text = ARTICLE.replace(b"wall", b"wall %d").replace(b"2026-05-01T10:00:00Z", b"%s")
    pages = {story(n): page(HTML, body=text.replace(b"%d", b"%d" % n).replace(b"%s", IN_PAGES[n])) for n in range(6)}
    fault = Fault(server.missing, paths={"/": page(FEED, body=rss(6, story, IN_FEEDS.__getitem__)), **pages})
    with server.serving({"": fault}):
        add(copydesk, dated=f"{fault.url}/")
        done = run(copydesk, "crawl")
    assert done.exit_code == 0, done.errors
    records = [json.loads(line) for line in copydesk("export").stdout.splitlines()]
    assert len(records) == 6
    for record in records:
        if record["published"]:
            assert 1990 < int(record["published"][:4]) <= datetime.now(UTC).year + 1, record["published"]
