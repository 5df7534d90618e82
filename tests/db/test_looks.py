"""Filed articles that are looked at again, and what sitemaps say of when they changed."""

from datetime import datetime, timedelta

import pytest

from db import articles, feeds, links, looks, sources
from db.feeds import FeedCheck, FeedRow
from db.models import LinkState
from db.session import Database
from pipelines.records import Found, Hints, Precision, Reason, Rejected, Saved, Timestamp
from tests.db.samples import HOUR, NOW, accepted, page

SITE = "https://harbour.example"
URL = f"{SITE}/news/1"


@pytest.fixture
def source_id(database: Database) -> int:
    return sources.add(database, name="harbour", url=f"{SITE}/", now=NOW).id


@pytest.fixture
def sitemap(database: Database, source_id: int) -> FeedRow:
    return feeds.add(database, source_id, [(f"{SITE}/sitemap.xml", "sitemap", None)], NOW)[0]


def tell(database: Database, sitemap: FeedRow, at: datetime, *modified: str, url: str = URL) -> None:
    """The sitemap is read, and gives these dates."""
    found = [Found(url, Hints("sitemap", modified=date)) for date in modified]
    links.add(database, sitemap.source_id, found, sitemap.id, at, dates=True)
    feeds.checked(database, sitemap.id, FeedCheck(at, 200, at + HOUR, found=len(found)))


def file(
    database: Database, at: datetime = NOW, url: str = URL, text: str = "The ferry is late.", **header: str
) -> None:
    headers = tuple(header.items())
    outcome = accepted(url, text)
    articles.store(database, page(url, text.encode(), fetched_at=at, headers=headers), outcome, at + HOUR)


def due(database: Database, source_id: int, at: datetime) -> list[str]:
    return [look.link.url for look in looks.due(database, source_id, at, 10)]


def look_at(database: Database, url: str = URL) -> looks.Look:
    look = looks.of(database, url)
    assert look is not None
    return look


def counted(database: Database, sitemap: FeedRow) -> tuple[int, int]:
    [row] = [row for row in feeds.of(database, sitemap.source_id) if row.id == sitemap.id]
    return row.dates_right, row.dates_wrong


def test_a_look_is_due_in_its_time_and_never_among_the_new_pages(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    assert looks.of(database, URL) is None
    file(database, etag='"1"')
    assert due(database, source_id, NOW) == []
    assert due(database, source_id, NOW + HOUR) == [URL]
    assert links.pending(database, source_id, NOW + HOUR, 10) == []
    look = look_at(database)
    assert (look.link.etag, look.changed_at, look.told, look.vouched) == ('"1"', NOW, False, False)
    assert looks.due(database, source_id, NOW + HOUR, 10, exclude={look.link.id}) == []


def test_what_has_changed_comes_first_and_then_the_newest(database: Database, source_id: int, sitemap: FeedRow) -> None:
    urls = [f"{SITE}/{name}" for name in ("told", "old", "new")]
    links.add(database, source_id, map(Found, urls), None, NOW)
    for day, url in enumerate(urls):
        date = Timestamp(NOW - timedelta(days=9 - day), Precision.DAY, "", "meta:date")
        articles.store(database, page(url), accepted(url, url, published=date), NOW + HOUR)
    tell(database, sitemap, NOW + HOUR, "2026-03-01T12:30:00Z", url=urls[0])
    assert due(database, source_id, NOW + HOUR) == [urls[0], urls[2], urls[1]]


def test_a_look_can_be_put_off_or_dropped(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    file(database)
    looks.put_off(database, {look_at(database).link.id: NOW + 9 * HOUR})
    assert due(database, source_id, NOW + 8 * HOUR) == []
    looks.put_off(database, {look_at(database).link.id: None})
    assert due(database, source_id, NOW + 999 * HOUR) == []


def test_not_modified_settles_a_look(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    file(database, etag='"1"')
    articles.store(database, page(fetched_at=NOW + HOUR, status=503), Rejected(Reason.SERVER_ERROR, "503"), NOW)
    looks.unmodified(database, URL, NOW + 2 * HOUR, NOW + 6 * HOUR)
    link = links.get(database, URL)
    assert link is not None
    assert (link.state, link.reason, link.attempts, link.next_try) == (LinkState.STORED, None, 0, NOW + 6 * HOUR)
    assert link.etag == '"1"'
    stored = articles.get(database, URL)
    assert stored is not None
    assert (stored.last_seen, stored.version) == (NOW + 2 * HOUR, 1)


def test_a_newer_date_asks_for_a_look_and_the_same_one_vouches(
    database: Database, source_id: int, sitemap: FeedRow
) -> None:
    tell(database, sitemap, NOW, "2026-03-01T10:00:00Z")
    file(database)
    assert not look_at(database).vouched, "asked before the look"
    assert look_at(database).vouched_from == NOW + HOUR
    tell(database, sitemap, NOW + HOUR, "2026-03-01T10:00:00Z")
    assert look_at(database).vouched
    tell(database, sitemap, NOW + 2 * HOUR, "2026-03-01T13:30:00Z")
    assert look_at(database).told
    assert due(database, source_id, NOW + 2 * HOUR) == [URL]
    file(database, NOW + 3 * HOUR, text="The ferry is here.")
    assert not look_at(database).told
    assert counted(database, sitemap) == (1, 0)


def test_a_first_date_asks_for_a_look_only_when_it_is_newer_than_ours(
    database: Database, source_id: int, sitemap: FeedRow
) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    file(database)
    tell(database, sitemap, NOW + HOUR, "2026-03-01T11:59:00Z")
    assert not look_at(database).told
    assert look_at(database).vouched
    other = f"{SITE}/news/2"
    links.add(database, source_id, [Found(other)], None, NOW)
    file(database, url=other)
    tell(database, sitemap, NOW + HOUR, "2026-03-01T12:01:00Z", url=other)
    assert look_at(database, other).told


def test_a_day_without_its_time_vouches_from_the_next_day_on(database: Database, sitemap: FeedRow) -> None:
    tell(database, sitemap, NOW, "2026-03-01")
    file(database)
    tell(database, sitemap, NOW + HOUR, "2026-03-01")
    assert not look_at(database).vouched
    assert not look_at(database).told
    file(database, NOW + 24 * HOUR)
    tell(database, sitemap, NOW + 25 * HOUR, "2026-03-01")
    assert look_at(database).vouched


def test_what_a_sitemap_lists_no_more_it_does_not_vouch_for(database: Database, sitemap: FeedRow) -> None:
    tell(database, sitemap, NOW, "2026-03-01T10:00:00Z")
    file(database)
    tell(database, sitemap, NOW + HOUR)
    look = look_at(database)
    assert (look.vouched, look.vouched_from) == (False, None)


def test_a_sitemap_that_fails_vouches_for_nothing(database: Database, sitemap: FeedRow) -> None:
    tell(database, sitemap, NOW, "2026-03-01T10:00:00Z")
    file(database)
    feeds.checked(database, sitemap.id, FeedCheck(NOW + HOUR, 500, NOW + 2 * HOUR, problem="answered 500"))
    assert not look_at(database).vouched


@pytest.mark.parametrize(
    ("date", "text", "expected"),
    [
        ("2026-03-01T10:00:00Z", "The ferry is late.", (1, 0)),
        ("2026-03-01T10:00:00Z", "The ferry is here.", (0, 1)),
        ("2026-03-01T12:30:00Z", "The ferry is late.", (0, 1)),
        ("2026-03-01T12:30:00Z", "The ferry is here.", (1, 0)),
    ],
)
def test_dates_are_held_against_what_a_look_finds(
    database: Database, sitemap: FeedRow, date: str, text: str, expected: tuple[int, int]
) -> None:
    tell(database, sitemap, NOW, "2026-03-01T10:00:00Z")
    file(database)
    tell(database, sitemap, NOW + HOUR, date)
    file(database, NOW + 2 * HOUR, text=text)
    assert counted(database, sitemap) == expected


def test_gone_is_noted_and_taken_back(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    file(database)
    for hours in (2, 3):
        gone = page(fetched_at=NOW + hours * HOUR, status=404)
        articles.store(database, gone, Rejected(Reason.NOT_FOUND, "404"), NOW + 9 * HOUR)
    stored = articles.get(database, URL)
    assert stored is not None
    assert (stored.gone_at, stored.article.text) == (NOW + 2 * HOUR, "The ferry is late.")
    assert articles.store(database, page(fetched_at=NOW + 9 * HOUR), accepted(), None) is Saved.UNCHANGED
    stored = articles.get(database, URL)
    assert stored is not None
    assert stored.gone_at is None


def test_links_know_whether_any_is_dated(database: Database, source_id: int, sitemap: FeedRow) -> None:
    assert not links.dated(database, source_id)
    tell(database, sitemap, NOW, "2026-03-01T10:00:00Z")
    assert links.dated(database, source_id)
