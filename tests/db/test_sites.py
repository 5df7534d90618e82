"""Sources: taking up, listing, leasing, letting go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from db import articles, feeds, links, runs, sources
from db.errors import NameTaken
from db.session import Database
from pipelines.records import Found, Reason, Rejected
from tests.db.samples import HOUR, NOW, accepted, page

LEASE = timedelta(minutes=10)


def add(database: Database, name: str) -> sources.Source:
    return sources.add(database, name=name, url=f"https://{name}.example/", now=NOW)


def names(claimed: list[sources.Source]) -> list[str]:
    return [source.name for source in claimed]


def test_a_source_is_found_by_name_and_by_url(database: Database) -> None:
    source = add(database, "harbour")
    assert sources.get(database, "harbour") == source
    assert sources.get(database, "https://harbour.example/") == source
    assert sources.get(database, "quay") is None
    assert (source.enabled, source.next_check, source.created_at) == (True, None, NOW)


def test_a_name_is_given_once(database: Database) -> None:
    add(database, "harbour")
    with pytest.raises(NameTaken, match="'harbour'"):
        add(database, "harbour")


def test_the_listing_says_how_a_source_fares(database: Database) -> None:
    harbour, quay = add(database, "harbour"), add(database, "quay")
    home, feed = feeds.add(
        database,
        harbour.id,
        [("https://harbour.example/", "home", None), ("https://harbour.example/rss", "feed", "RSS")],
        NOW,
    )
    feeds.checked(database, home.id, feeds.FeedCheck(NOW, 200, NOW + HOUR))
    feeds.checked(database, feed.id, feeds.FeedCheck(NOW, 503, NOW + HOUR, problem="503 Service Unavailable"))
    links.add(database, harbour.id, [Found(f"https://harbour.example/news/{n}") for n in range(4)], home.id, NOW)
    articles.store(database, page("https://harbour.example/news/1"), accepted("https://harbour.example/news/1"), None)
    articles.store(database, page("https://harbour.example/news/2"), Rejected(Reason.LISTING, "9 teasers"), None)
    runs.count(database, runs.start(database, "run", NOW - HOUR, "w"), harbour.id, "new", 9)
    run = runs.start(database, "run", NOW, "w")
    runs.count(database, run, harbour.id, "new")
    runs.count(database, run, harbour.id, "listing", 1)
    runs.count(database, run, harbour.id, "new", 2)

    assert sources.listing(database) == [
        sources.SourceSummary(
            harbour,
            endpoints=2,
            failing=1,
            pending=2,
            articles=1,
            newest=NOW,
            last_run=NOW,
            outcomes={"new": 3, "listing": 1},
        ),
        sources.SourceSummary(
            quay, endpoints=0, failing=0, pending=0, articles=0, newest=None, last_run=None, outcomes={}
        ),
    ]


def test_what_is_due_is_claimed_longest_waiting_first(database: Database) -> None:
    for name, wait in (("later", HOUR), ("now", timedelta(0)), ("long ago", -HOUR)):
        source = add(database, name)
        sources.claim(database, [name], "w", NOW, LEASE)
        assert sources.release(database, source.id, "w", NOW, NOW + wait)
    add(database, "never")
    sources.set_enabled(database, add(database, "off").id, enabled=False)
    assert names(sources.claim(database, None, "w", NOW, LEASE)) == ["never", "long ago", "now"]


def test_a_named_source_need_not_be_due_but_enabled(database: Database) -> None:
    source = add(database, "harbour")
    sources.claim(database, None, "w", NOW, LEASE)
    sources.release(database, source.id, "w", NOW, NOW + HOUR)
    assert sources.claim(database, None, "w", NOW, LEASE) == []
    assert names(sources.claim(database, ["harbour", "unknown"], "w", NOW, LEASE)) == ["harbour"]
    sources.set_enabled(database, source.id, enabled=False)
    assert sources.claim(database, ["harbour"], "w", NOW, LEASE) == []


def test_a_lease_keeps_others_out_until_it_runs_out(database: Database) -> None:
    source = add(database, "harbour")
    assert names(sources.claim(database, None, "one", NOW, LEASE)) == ["harbour"]
    assert sources.claim(database, ["harbour"], "two", NOW, LEASE) == []
    assert sources.extend(database, [source.id], "one", NOW + LEASE / 2, LEASE) == {source.id}
    assert sources.claim(database, None, "two", NOW + LEASE, LEASE) == []
    assert names(sources.claim(database, None, "two", NOW + LEASE * 1.5, LEASE)) == ["harbour"]
    assert sources.extend(database, [source.id], "one", NOW + LEASE * 1.5, LEASE) == frozenset()
    assert not sources.release(database, source.id, "one", NOW, NOW + HOUR)
    assert sources.release(database, source.id, "two", NOW + LEASE * 2, NOW + HOUR)
    released = sources.get(database, "harbour")
    assert released is not None
    assert (released.last_checked, released.next_check) == (NOW + LEASE * 2, NOW + HOUR)


def test_the_leases_of_a_worker_that_died_are_ended(database: Database) -> None:
    add(database, "harbour")
    add(database, "quay")
    sources.claim(database, ["harbour"], "gone", NOW, LEASE)
    sources.claim(database, ["quay"], "alive", NOW, LEASE)
    assert sources.holders(database, NOW) == {"harbour": ("gone", NOW + LEASE), "quay": ("alive", NOW + LEASE)}
    assert sources.holders(database, NOW + LEASE) == {}
    sources.abandon(database, "gone")
    assert sources.holders(database, NOW) == {"quay": ("alive", NOW + LEASE)}
    assert names(sources.claim(database, None, "another", NOW, LEASE)) == ["harbour"]


def test_workers_that_claim_at_once_never_share_a_source(database: Database) -> None:
    expected = {add(database, f"site{number}").id for number in range(40)}

    def work(worker: int) -> list[int]:
        mine: list[int] = []
        while claimed := sources.claim(database, None, f"worker {worker}", NOW, LEASE, limit=3):
            for source in claimed:
                mine.append(source.id)
                sources.release(database, source.id, f"worker {worker}", NOW, NOW + HOUR)
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    assert sorted(number for share in shares for number in share) == sorted(expected)


def test_a_removed_source_leaves_its_articles_and_what_was_seen(database: Database) -> None:
    source = add(database, "harbour")
    [feed] = feeds.add(database, source.id, [("https://harbour.example/rss", "feed", None)], NOW)
    addresses = [f"https://harbour.example/news/{number}" for number in range(3)]
    links.add(database, source.id, [Found(address) for address in addresses], feed.id, NOW)
    articles.store(database, page(addresses[0]), accepted(addresses[0]), NOW + HOUR)
    articles.store(database, page(addresses[1]), Rejected(Reason.LISTING, "9 teasers"), None)
    runs.count(database, runs.start(database, "run", NOW, "w"), source.id, "new")

    sources.remove(database, source.id)

    assert sources.listing(database) == []
    assert feeds.of(database, source.id) == []
    kept = articles.get(database, addresses[0])
    assert kept is not None
    assert kept.source is None
    rejected = links.get(database, addresses[1])
    assert rejected is not None
    assert (rejected.source_id, rejected.reason) == (None, Reason.LISTING)
    assert links.get(database, addresses[2]) is None
