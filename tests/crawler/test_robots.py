"""robots.txt: what is allowed, what is announced, what an answer means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.robots import ALLOW_ALL, DISALLOW_ALL, MAX_BYTES, Robots, from_answer, parse

AGENT = "Copydesk/0.1 (+https://example.org/contact)"
ROBOTS = b"""\xef\xbb\xbfUser-Agent: BadBot
Disallow: /

user-agent: copydesk
Crawl-Delay: 2.5
Disallow: /plus/
Allow: /plus/open
Disallow: /*?print=
Disallow: /*.pdf$

User-agent: *
Disallow: /all
\xff\xfe odd bytes
SITEMAP: /sitemap.xml
sitemap: https://cdn.example/news.xml # news
Sitemap: javascript:alert(1)
"""
URL = "https://bladet.example/robots.txt"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/indland/x", True),
        ("/plus/x", False),
        ("/plus/open/x", True),
        ("/x?print=1", False),
        ("/a.pdf", False),
        ("/a.pdf?x=1", True),
        ("/all", True),  # a group of our own replaces the general one
        ("/robots.txt", True),
    ],
)
def test_our_group_counts(path: str, allowed: bool) -> None:
    assert parse(ROBOTS, URL).allowed("https://bladet.example" + path, AGENT) is allowed


def test_others_follow_the_general_group() -> None:
    robots = parse(ROBOTS, URL)
    assert not robots.allowed("https://bladet.example/all", "Otherbot")
    assert robots.crawl_delay("Otherbot") is None
    assert robots.crawl_delay(AGENT) == 2.5


def test_names_in_the_contact_address_are_not_ours() -> None:
    robots = parse(b"User-agent: example\nDisallow: /")
    assert robots.allowed("https://bladet.example/x", AGENT)


def test_sitemaps_are_absolute_and_addresses() -> None:
    assert parse(ROBOTS, URL).sitemaps == ("https://bladet.example/sitemap.xml", "https://cdn.example/news.xml")
    assert parse(ROBOTS).sitemaps == ("https://cdn.example/news.xml",)


def test_a_long_file_is_cut_at_a_whole_line() -> None:
    body = b"User-agent: *\nDisallow: /a\n" + b"# filling\n" * (MAX_BYTES // 10) + b"Disallow: /b\n"
    robots = parse(body)
    assert not robots.allowed("https://bladet.example/a", AGENT)
    assert robots.allowed("https://bladet.example/b", AGENT)
    rule = b"User-agent: *\nDisallow: /" + b"a" * MAX_BYTES
    assert parse(rule).allowed("https://bladet.example/aaaa", AGENT)


@pytest.mark.parametrize(("status", "open_"), [(404, True), (401, True), (403, True), (302, True)])
def test_no_file_means_open(status: int, open_: bool) -> None:
    assert from_answer(status, b"User-agent: *\nDisallow: /").allowed("https://bladet.example/", AGENT) is open_


@pytest.mark.parametrize("status", [None, 429, 500, 503, 599])
def test_not_knowing_means_closed(status: int | None) -> None:
    assert not from_answer(status, b"").allowed("https://bladet.example/", AGENT)


def test_a_web_page_or_nothing_instead_of_the_file_means_open() -> None:
    assert from_answer(200, b"<!doctype html><html><body>Not found</body></html>").allowed(URL, AGENT)
    assert from_answer(200, b"").allowed("https://bladet.example/x", AGENT)
    assert ALLOW_ALL.allowed("https://bladet.example/x", AGENT)
    assert not DISALLOW_ALL.allowed("https://bladet.example/x", AGENT)


@given(
    st.binary(max_size=300) | st.text(alphabet="user-agntdilow: */$\n%2F\rsitemap", max_size=200).map(str.encode),
    st.text(max_size=40),
)
def test_any_bytes_make_rules(body: bytes, text: str) -> None:
    robots = parse(b"User-agent: *\n" + body, URL)
    assert isinstance(robots, Robots)
    robots.allowed("https://bladet.example/" + text, text)
    robots.allowed(text, AGENT)
    robots.crawl_delay(text)
