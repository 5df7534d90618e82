"""Which endpoints a run asks, in which order, how often, and where it stops."""

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.crawler.hosts import ARTICLE, LOCAL, Handler, answer

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
XML = "application/xml"


def path_of(number: int) -> str:
    return f"/news/harbour-wall-{number}-rebuilt-at-last-{1000 + number}.html"


def story(number: int) -> bytes:
    return ARTICLE.replace(b"Harbour wall", b"Harbour wall %d" % number).replace(b"Forty", b"%d" % (40 + number))


def page(numbers: range, *more: str) -> bytes:
    """A page that lists stories."""
    links = [f"<h2><a href='{path_of(n)}'>Harbour wall {n} was rebuilt at last</a></h2>" for n in numbers]
    return f"<html lang='en'><body><main>{''.join([*links, *more])}</main></body></html>".encode()


@pytest.fixture
def run(copydesk, host):
    """Crawls whatever is due of the host's source, so many minutes after noon; returns what was asked for."""

    def crawl(minutes: float, *options: str, by_name: bool = False, **environment: str) -> list[str]:
        if not (copydesk.folder / "copydesk.db").exists():
            copydesk("--now", (NOON - HOUR).isoformat(), "add", host.url, **LOCAL, **environment)
        host.asked.clear()
        moment = (NOON + timedelta(minutes=minutes)).isoformat()
        command = ("crawl", *options) if by_name else ("run", *options)
        done = copydesk("--now", moment, *command, **LOCAL, **environment)
        assert done.returncode == 0, done.stderr
        return host.paths()

    return crawl


def next_checks(copydesk) -> dict[str, timedelta]:
    """How long each endpoint waits, by its path."""
    with sqlite3.connect(copydesk.folder / "copydesk.db") as connection:
        rows = connection.execute("SELECT url, last_checked, next_check FROM feed").fetchall()
    connection.close()
    return {
        "/" + url.split("/", 3)[3]: datetime.fromisoformat(due) - datetime.fromisoformat(checked)
        for url, checked, due in rows
        if due and checked
    }


def test_a_feed_that_asks_for_time_gets_it(copydesk, host, run):
    items = "".join(f"<item><title>Wall {n}</title><link>{host.url}{path_of(n)}</link></item>" for n in range(3))
    rss = f"<rss><channel><title>News</title><ttl>240</ttl>{items}</channel></rss>"
    links = "".join(f"<link rel='alternate' type='application/rss+xml' href='/{name}'>" for name in ("a.rss", "b.rss"))
    host.answers["/"] = answer(200, page(range(3), links))
    host.answers["/a.rss"] = answer(200, rss.encode(), XML)
    host.answers["/b.rss"] = answer(200, rss.replace("<ttl>240</ttl>", "").encode(), XML, Cache_Control="max-age=7200")
    run(0)
    waits = next_checks(copydesk)
    assert waits["/a.rss"] == timedelta(hours=4)
    assert waits["/b.rss"] == timedelta(hours=2)
    assert waits["/"] < timedelta(hours=1)


def test_a_sitemap_index_of_decades_is_read_in_slices_the_newest_first(copydesk, host, run):
    months = [f"{2026 - n // 12}-{12 - n % 12:02}" for n in range(40)]
    rows = "".join(f"<sitemap><loc>{host.url}/map-{month}.xml</loc></sitemap>" for month in reversed(months))
    host.answers["/robots.txt"] = answer(200, f"Sitemap: {host.url}/index.xml".encode(), "text/plain")
    host.answers["/index.xml"] = answer(200, f"<sitemapindex>{rows}</sitemapindex>".encode(), XML)
    host.answers["/"] = answer(200, page(range(3)))
    for number, month in enumerate(months):
        url = f"<url><loc>{host.url}{path_of(number)}</loc><lastmod>{month}-01</lastmod></url>"
        host.answers[f"/map-{month}.xml"] = answer(200, f"<urlset>{url}</urlset>".encode(), XML)
        host.answers[path_of(number)] = answer(200, story(number))
    copydesk("--now", (NOON - HOUR).isoformat(), "add", host.url, **LOCAL)
    known = [path for path in host.paths() if path.startswith("/map-")]
    for minutes in (0, 15):
        new = [path for path in run(minutes) if path.startswith("/map-") and path not in known]
        assert len(new) <= 10
        known += new
    unread = [f"/map-{month}.xml" for month in months if f"/map-{month}.xml" not in known]
    assert unread == [f"/map-{month}.xml" for month in months][len(known) :], "not the newest first"
    assert len(known) > 20


def test_a_sitemap_that_has_not_changed_by_its_index_is_not_asked(host, run):
    def index(newest: str) -> None:
        rows = (("/map-1.xml", "2026-04-01T00:00:00Z"), ("/map-2.xml", newest))
        text = "".join(f"<sitemap><loc>{host.url}{path}</loc><lastmod>{at}</lastmod></sitemap>" for path, at in rows)
        host.answers["/index.xml"] = answer(200, f"<sitemapindex>{text}</sitemapindex>".encode(), XML)

    host.answers["/robots.txt"] = answer(200, f"Sitemap: {host.url}/index.xml".encode(), "text/plain")
    host.answers["/"] = answer(200, page(range(2)))
    for number in (1, 2):
        url = f"<url><loc>{host.url}{path_of(number)}</loc></url>"
        host.answers[f"/map-{number}.xml"] = answer(200, f"<urlset>{url}</urlset>".encode(), XML)
    index("2026-05-01T08:00:00Z")
    run(0, by_name=True)
    index("2026-05-01T12:03:00Z")
    asked = run(5, by_name=True)
    assert "/map-2.xml" in asked
    assert "/map-1.xml" not in asked


def test_since_leaves_older_articles_waiting(host, run):
    rows = "".join(f"<url><loc>{host.url}{path_of(n)}</loc><lastmod>{2020 + n}-03-01</lastmod></url>" for n in range(7))
    host.answers["/sitemap.xml"] = answer(200, f"<urlset>{rows}</urlset>".encode(), XML)
    host.answers["/"] = answer(200, page(range(7, 8)))
    for number in range(8):
        host.answers[path_of(number)] = answer(200, story(number))
    run(0, "--limit", "0", by_name=True)
    host.asked.clear()
    sampled = {path_of(n) for n in (7, 6, 5, 4, 3)}  # by `add`, the newest first
    assert not {path_of(n) for n in (0, 1, 2)} & set(run(5, "--since", "2023-01-01", by_name=True))
    assert {path_of(n) for n in (0, 1, 2)} <= set(run(6, by_name=True)) | sampled


def test_a_listing_without_end_is_left_at_its_last_page(host, run):
    """Each page names the next one and pieces that nobody has seen."""
    for number in range(1, 260):
        more = f"<a rel='next' href='/?page={number + 1}'>Next</a>"
        path = "/" if number == 1 else f"/?page={number}"
        host.answers[path] = answer(200, page(range(number, number + 1), more))
    options = {"COPYDESK_LISTINGS_PER_RUN": "400", "COPYDESK_ARTICLES_PER_RUN": "0"}
    asked = run(0, by_name=True, **options) + run(60, by_name=True, **options)
    pages = {path for path in asked if "page=" in path}
    assert "/?page=200" in pages
    assert "/?page=202" not in pages


TRAPS = (
    "<a rel='next' href='/?year=2027&amp;month=1'>Next</a>",
    "<h2><a href='/a/b/a/b/a/b/harbour-wall-1-rebuilt-at-last-1001.html'>Harbour wall 1 was rebuilt last year</a></h2>",
    "<h2><a href='/news/?sort=new&amp;view=grid'>All news of the harbour, the new ones first</a></h2>",
    "<h2><a href='/calendar/2031/05/'>What is on in the harbour in May 2031</a></h2>",
    "<nav><a href='/tides/'>Tides</a><a href='/boats/'>Boats</a><a href='/calendar/'>Calendar</a></nav>",
)


def test_traps_are_not_entered_and_session_ids_make_no_pages(host, run):
    session = "/news/harbour-wall-4-rebuilt-at-last-1004.html;jsessionid={0}a?sid={0:032x}&amp;utm_source=x{0}"
    links = (f"<h2><a href='{session.format(n)}'>Harbour wall 4 was rebuilt at last</a></h2>" for n in range(9))
    host.answers["/"] = answer(200, page(range(1, 4), *TRAPS, *links))
    stories = [path_of(n) for n in range(1, 5)]
    for path in stories:
        host.answers[path] = answer(200, story(1))
    added = Counter(path for path in run(0, by_name=True))
    assert set(added) - {"/robots.txt"} <= {"/", "/tides/", "/boats/", *stories}
    assert set(added.values()) == {1}


def test_many_answers_over_one_connection_are_each_asked_for_once(host, run):
    """Each comes as one piece, head and body together."""

    def in_one_piece(body: bytes) -> Handler:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
        return lambda handler: handler.wfile.write(head.encode() + body) and None

    host.answers["/"] = answer(200, page(range(36)))
    for number in range(36):
        host.answers[path_of(number)] = in_one_piece(story(number).replace(b"</body>", b"<hr>" * 2500 + b"</body>"))
    asked = Counter(run(0, by_name=True))
    assert sum(path.startswith("/news/") for path in asked) > 30
    assert set(asked.values()) == {1}
