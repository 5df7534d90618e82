"""How long feeds and answers ask to be taken for fresh."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import discover
from crawler.discovery.freshness import fresh_for
from crawler.discovery.model import EndpointKind

HOUR = timedelta(hours=1)
RSS = "<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>{}<item><link>https://a.example/1</link></item></channel></rss>"  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("cache_control", "age", "expected"),
    [
        ("max-age=3600", None, HOUR),
        ("public, Max-Age = 3600, must-revalidate", "600", timedelta(minutes=50)),
        ('max-age="3600"', "7200", timedelta(0)),
        ("max-age=3600", "yesterday", HOUR),
        ("max-age=3600, no-cache", None, None),
        ("no-store", None, None),
        ("s-maxage=3600", None, None),
        ("max-age=-1", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_the_headers_ask(cache_control, age, expected):
    assert fresh_for(cache_control, age) == expected


@given(st.text(), st.text())
def test_no_header_is_too_strange(cache_control, age):
    found = fresh_for(cache_control, age)
    assert found is None or found >= timedelta(0)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("<ttl>90</ttl>", 1.5 * HOUR),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency> 4 </sy:updateFrequency>", 6 * HOUR),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", HOUR),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999</ttl>", None),
        ("", None),
    ],
)
def test_what_a_feed_asks(channel, expected):
    found = discover(EndpointKind.FEED, "https://a.example/rss", None, RSS.format(channel).encode())
    assert found.ttl == expected


def test_an_index_says_when_its_sitemaps_changed():
    index = (
        b"<sitemapindex><sitemap><loc>https://a.example/2.xml</loc><lastmod>2026-05-02T10:00:00+02:00</lastmod></sitemap>"
        b"<sitemap><loc>https://a.example/1.xml</loc><lastmod>lately</lastmod></sitemap></sitemapindex>"
    )
    found = discover(EndpointKind.SITEMAP, "https://a.example/sitemap.xml", None, index)
    assert [endpoint.modified for endpoint in found.endpoints] == [datetime(2026, 5, 2, 8, tzinfo=UTC), None]
