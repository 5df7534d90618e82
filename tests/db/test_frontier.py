"""Links: found, waiting, tried, settled."""

from datetime import timedelta

import pytest

from db import links, sources
from db.models import LinkState
from db.session import Database
from pipelines.records import FetchFailure, Found, Hints, Reason
from tests.db.samples import HOUR, NOW

URL = "https://harbour.example/news/1"


@pytest.fixture
def source_id(database: Database) -> int:
    return sources.add(database, name="harbour", url="https://harbour.example/", now=NOW).id


def known(database: Database, url: str = URL) -> links.LinkRow:
    link = links.get(database, url)
    assert link is not None
    return link


def urls(rows: list[links.LinkRow]) -> list[str]:
    return [row.url for row in rows]


def test_a_found_link_waits(database: Database, source_id: int) -> None:
    hints = Hints("feed", "Ferry late", "It was.", "2026-02-28T07:30:00Z", None, ("Ada",), "en", "Local", ("ferries",))
    assert links.add(database, source_id, [Found(URL, hints)], None, NOW) == 1
    [link] = links.pending(database, source_id, NOW, 10)
    assert link == known(database)
    assert (link.url, link.hints, link.source_id, link.attempts) == (URL, hints, source_id, 0)
    assert (link.state, link.reason, link.next_try, link.found_at) == (LinkState.NEW, None, NOW, NOW)


def test_ten_thousand_links_are_taken_once(database: Database, source_id: int) -> None:
    found = [Found(f"https://harbour.example/{number}") for number in range(10_000)]
    assert links.add(database, source_id, [*found, *found[:50]], None, NOW) == 10_000
    assert links.add(database, source_id, found, None, NOW + HOUR) == 0
    assert urls(links.pending(database, source_id, NOW, 3)) == urls(links.pending(database, source_id, NOW, 10_001))[:3]
    assert len(links.pending(database, source_id, NOW, 10_001)) == 10_000


def test_nothing_found(database: Database, source_id: int) -> None:
    assert links.add(database, source_id, [], None, NOW) == 0


def test_addresses_of_any_length_are_kept_apart(database: Database) -> None:
    long = [f"https://harbour.example/?{'é' * 5000}{end}" for end in "ab"]
    assert links.add(database, None, map(Found, long), None, NOW) == 2
    assert known(database, long[1]).url == long[1]


def test_newest_hint_first_then_as_found(database: Database, source_id: int) -> None:
    found = [
        Found("https://harbour.example/undated"),
        Found("https://harbour.example/old", Hints("feed", published="Sat, 28 Feb 2026 10:00:00 +0100")),
        Found("https://harbour.example/strange", Hints("feed", published="yesterday, or so")),
        Found("https://harbour.example/new", Hints("sitemap", modified="2026-02-28T09:30:00+00:00")),
        Found("https://harbour.example/oldest", Hints("sitemap", modified="2026-02-27")),
        Found("https://harbour.example/never", Hints("sitemap", modified="0001-01-01T00:00:00+14:00")),
    ]
    links.add(database, source_id, found, None, NOW)
    order = [link.url.rsplit("/", 1)[1] for link in links.pending(database, source_id, NOW, 10)]
    assert order == ["new", "old", "oldest", "undated", "strange", "never"]


def test_what_is_in_flight_is_passed_over(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(f"{URL}{number}") for number in range(5)], None, NOW)
    first, second, third = links.pending(database, source_id, NOW, 3)
    assert [link.id for link in links.pending(database, source_id, NOW, 1, {first.id, second.id})] == [third.id]


def test_sources_do_not_see_each_others_links(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    links.add(database, None, [Found("https://quay.example/given-by-hand")], None, NOW)
    assert urls(links.pending(database, source_id, NOW, 10)) == [URL]
    assert urls(links.pending(database, None, NOW, 10)) == ["https://quay.example/given-by-hand"]


def test_hints_are_filled_in_and_not_taken_away(database: Database, source_id: int) -> None:
    bare = Found(URL, Hints("listing"))
    titled = Found(URL, Hints("listing", title="Ferry late"))
    dated = Found(URL, Hints("feed", title="Ferry late again", published="2026-02-28T07:30:00Z"))
    later = Found(URL, Hints("sitemap", modified="2026-03-01T07:30:00Z"))
    for found, expected in ((bare, Hints()), (titled, titled.hints), (dated, dated.hints), (later, dated.hints)):
        links.add(database, source_id, [found], None, NOW)
        assert known(database).hints == expected
    links.add(database, source_id, [bare], None, NOW)
    assert known(database).hints == dated.hints


def test_a_failure_is_tried_again_when_its_time_has_come(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    links.failed(database, FetchFailure(URL, Reason.TIMEOUT, "no answer for 30 s", NOW), NOW + HOUR)
    link = known(database)
    assert (link.state, link.reason, link.evidence) == (LinkState.FAILED, Reason.TIMEOUT, "no answer for 30 s")
    assert (link.attempts, link.next_try) == (1, NOW + HOUR)
    assert links.pending(database, source_id, NOW + HOUR - timedelta(seconds=1), 10) == []
    assert urls(links.pending(database, source_id, NOW + HOUR, 10)) == [URL]


def test_a_link_is_given_up(database: Database, source_id: int) -> None:
    links.add(database, source_id, [Found(URL)], None, NOW)
    failure = FetchFailure(URL, Reason.DNS, "no such host", NOW)
    links.failed(database, failure, NOW)
    links.failed(database, failure, None)
    link = known(database)
    assert (link.state, link.reason, link.attempts, link.next_try) == (LinkState.GIVEN_UP, Reason.DNS, 2, None)
    assert links.pending(database, source_id, NOW + 1000 * HOUR, 10) == []
    assert links.add(database, source_id, [Found(URL)], None, NOW) == 0


def test_a_failure_of_an_address_never_seen_is_kept_too(database: Database) -> None:
    links.failed(database, FetchFailure(URL, Reason.ROBOTS, "Disallow: /news/", NOW), None)
    assert known(database).reason is Reason.ROBOTS
    assert links.get(database, "https://harbour.example/other") is None


def test_a_redirect_is_settled_and_hands_its_hints_on(database: Database, source_id: int) -> None:
    target = "https://harbour.example/ferry-late"
    hints = Hints("feed", title="Ferry late")
    links.add(database, source_id, [Found(URL, hints)], None, NOW)
    links.redirected(database, URL, target, NOW)
    old, new = known(database), known(database, target)
    assert (old.state, old.reason, old.evidence, old.next_try) == (LinkState.REJECTED, Reason.REDIRECTED, target, None)
    assert (new.state, new.hints, new.source_id, new.next_try) == (LinkState.NEW, hints, source_id, NOW)


def test_a_redirect_to_what_is_known_leaves_it_alone(database: Database, source_id: int) -> None:
    target = "https://harbour.example/ferry-late"
    links.failed(database, FetchFailure(target, Reason.ROBOTS, "Disallow: /", NOW), None)
    before = known(database, target)
    links.add(database, source_id, [Found(URL)], None, NOW)
    links.redirected(database, URL, target, NOW)
    assert known(database, target) == before
