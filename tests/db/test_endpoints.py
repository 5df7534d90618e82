"""Feeds, sitemaps and section pages, and what their checks said."""

from datetime import datetime, timedelta

import pytest

from db import feeds, sources
from db.feeds import FeedCheck, FeedRow
from db.session import Database
from tests.db.samples import HOUR, NOW


@pytest.fixture
def feed(database: Database) -> FeedRow:
    source = sources.add(database, name="harbour", url="https://harbour.example/", now=NOW)
    return feeds.add(database, source.id, [("https://harbour.example/rss", "feed", "News")], NOW)[0]


def again(database: Database, feed: FeedRow, check: FeedCheck) -> FeedRow:
    feeds.checked(database, feed.id, check)
    return feeds.of(database, feed.source_id)[0]


def test_a_new_endpoint_is_due_at_once(feed: FeedRow) -> None:
    assert (feed.url, feed.kind, feed.title) == ("https://harbour.example/rss", "feed", "News")
    assert (feed.last_checked, feed.interval, feed.failures, feed.total_new) == (None, None, 0, 0)
    assert feed.due(NOW)


def test_only_the_unknown_endpoints_are_new(database: Database, feed: FeedRow) -> None:
    wanted = [(feed.url, "feed", None), ("https://harbour.example/map", "sitemap", None)]
    new = feeds.add(database, feed.source_id, [*wanted, *wanted], NOW)
    assert [row.url for row in new] == ["https://harbour.example/map"]
    assert [row.url for row in feeds.of(database, feed.source_id)] == [feed.url, "https://harbour.example/map"]
    assert feeds.add(database, feed.source_id, [], NOW) == []


def test_two_sources_may_share_an_endpoint(database: Database, feed: FeedRow) -> None:
    other = sources.add(database, name="quay", url="https://quay.example/", now=NOW)
    assert len(feeds.add(database, other.id, [(feed.url, "feed", None)], NOW)) == 1


def test_a_check_is_remembered(database: Database, feed: FeedRow) -> None:
    check = FeedCheck(
        NOW, 200, NOW + HOUR, etag='"1"', last_modified="Sun, 01 Mar 2026 11:00:00 GMT", body_hash="ab", found=20, new=3
    )
    row = again(database, feed, check)
    assert (row.last_checked, row.last_status, row.problem, row.next_check) == (NOW, 200, None, NOW + HOUR)
    assert (row.etag, row.last_modified, row.body_hash) == (check.etag, check.last_modified, "ab")
    assert (row.last_found, row.total_new, row.last_new_at, row.interval) == (20, 3, NOW, HOUR)
    assert not row.due(NOW)
    assert row.due(NOW + HOUR)


@pytest.mark.parametrize(
    "check",
    [FeedCheck(NOW + HOUR, 304, NOW + 2 * HOUR), FeedCheck(NOW + HOUR, None, NOW + 2 * HOUR, problem="timed out")],
)
def test_what_is_known_of_a_document_outlives_a_304_and_a_failure(
    database: Database, feed: FeedRow, check: FeedCheck
) -> None:
    feeds.checked(database, feed.id, FeedCheck(NOW, 200, NOW + HOUR, etag='"1"', body_hash="ab", found=20, new=20))
    row = again(database, feed, check)
    assert (row.etag, row.body_hash, row.last_found, row.total_new, row.last_new_at) == ('"1"', "ab", 20, 20, NOW)


def test_failures_are_counted_until_the_next_good_check(database: Database, feed: FeedRow) -> None:
    for number in (1, 2):
        row = again(database, feed, FeedCheck(NOW, 500, NOW + timedelta(days=number), problem="500 Server Error"))
        assert (row.failures, row.problem, row.interval) == (number, "500 Server Error", timedelta(days=number))
    row = again(database, feed, FeedCheck(NOW, 200, NOW + HOUR))
    assert (row.failures, row.problem) == (0, None)


def test_a_check_of_an_endpoint_that_is_gone_is_passed_over(database: Database, feed: FeedRow) -> None:
    sources.remove(database, feed.source_id)
    feeds.checked(database, feed.id, FeedCheck(NOW, 200, NOW + HOUR))


def test_an_index_tells_which_sitemaps_have_changed(database: Database, feed: FeedRow) -> None:
    url = "https://harbour.example/map.xml"

    def told(moment: datetime) -> list[str]:
        rows = feeds.add(database, feed.source_id, [(url, "sitemap", None)], NOW, depth=2, modified={url: moment})
        return [row.url for row in rows]

    assert told(NOW - HOUR) == [url]
    [sitemap] = [row for row in feeds.of(database, feed.source_id) if row.url == url]
    assert (sitemap.depth, sitemap.told_modified) == (2, NOW - HOUR)
    feeds.checked(database, sitemap.id, FeedCheck(NOW, 200, NOW + 9 * HOUR, found=3))
    assert told(NOW - HOUR) == []
    assert told(NOW + HOUR) == [url]
    [sitemap] = [row for row in feeds.of(database, feed.source_id) if row.url == url]
    assert sitemap.due(NOW)
