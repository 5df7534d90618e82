"""Discovery as a whole: any bytes, sizes, compression, guesses. Whole documents are in test_cases.py."""

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import EndpointKind, discover, well_known
from crawler.discovery.feeds import MAX_ITEMS
from crawler.discovery.listings import MAX_SECTIONS
from crawler.discovery.model import MAX_ENDPOINTS, MAX_LINKS
from pipelines.urls import canonical

URL = "https://bladet.example/rss"
kinds = st.sampled_from(EndpointKind)


def words(text: str) -> list[str]:
    return text.split()


TAGS = words(
    """
rss channel item title link guid description author category pubDate feed entry id updated published summary content
rdf:RDF dc:creator dc:date urlset url loc lastmod news:news news:title sitemapindex sitemap html head body nav a h2
article div li time base span
"""
)
ATTRIBUTES = words(
    """
href="/a-b-c-d" href="?page=2" href="http://[" href="javascript:x" rel="next" rel="alternate" type="text/html"
class="nav" xmlns="http://www.w3.org/2005/Atom" xml:base="http://[::" isPermaLink="false" datetime="x"
"""
)
TEXTS = (
    "http://bladet.example/a/b-c-d-e-1",
    "x & y",
    "&nbsp;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "Wed, 20 May 2026",
    "{",
    "\ud83d",
    "<?xml ?>",
)
pieces = st.one_of(
    st.builds("<{} {}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
    st.sampled_from(TEXTS),
    st.text(max_size=10),
)
markup = st.lists(pieces, max_size=40).map(lambda found: "".join(found).encode("utf-8", "surrogatepass"))
values = st.recursive(
    st.none() | st.integers() | st.text(max_size=20) | st.just("http://bladet.example/x"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["items", "url", "id", "title", "authors", "name", "tags"]), inner, max_size=5
        )
    ),
    max_leaves=15,
)
json_feeds = values.map(lambda value: json.dumps({"items": value}).encode())
bodies = (
    st.binary(max_size=200)
    | markup
    | json_feeds
    | markup.map(gzip.compress)
    | markup.map(lambda body: gzip.compress(body)[:-9])
)


@settings(max_examples=300, deadline=None)
@given(kinds, bodies, st.none() | st.text(max_size=30), st.sampled_from([URL, "http://127.0.0.1:8001/", "no address"]))
def test_any_bytes_give_addresses_and_no_exception(
    kind: EndpointKind, body: bytes, content_type: str | None, url: str
) -> None:
    found = discover(kind, url, content_type, body)
    addresses = [link.url for link in found.links]
    assert len(set(addresses)) == len(addresses)
    for address in [*addresses, *(endpoint.url for endpoint in found.endpoints)]:
        assert canonical(address) == address
    assert found.links or found.endpoints or found.problem


def rss(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def test_of_too_many_items_the_newest_are_kept() -> None:
    item = "<item><title>t</title><link>https://bladet.example/{0}</link><pubDate>{1}</pubDate></item>"
    dates = [
        f"Wed, {day} May 2026 {hour:02}:{minute:02}:00 GMT"
        for day in range(10, 20)
        for hour in range(24)
        for minute in range(60)
    ]
    found = discover(EndpointKind.FEED, URL, None, rss("".join(item.format(n, date) for n, date in enumerate(dates))))
    assert len(found.links) == MAX_ITEMS
    assert found.links[0].hints.published == dates[-1]
    assert found.links[-1].hints.published == dates[-MAX_ITEMS]


def test_a_sitemap_and_an_index_are_bounded() -> None:
    rows = "".join(f"<url><loc>https://bladet.example/a/{n}-en-lang-adresse</loc></url>" for n in range(MAX_LINKS + 5))
    assert len(discover(EndpointKind.SITEMAP, URL, None, f"<urlset>{rows}</urlset>".encode()).links) == MAX_LINKS
    rows = "".join(f"<sitemap><loc>https://bladet.example/{n}.xml</loc></sitemap>" for n in range(MAX_ENDPOINTS + 5))
    found = discover(EndpointKind.SITEMAP, URL, None, f"<sitemapindex>{rows}</sitemapindex>".encode())
    assert len(found.endpoints) == MAX_ENDPOINTS


def test_sections_are_bounded_and_the_broadest_come_first() -> None:
    deep = "".join(f'<a href="/region/{chr(97 + n // 26)}{chr(97 + n % 26)}by/">By</a>' for n in range(80))
    page = f'<nav>{deep}<a href="/sport/">Sport</a></nav>'.encode()
    endpoints = discover(EndpointKind.HOME, "https://bladet.example/", None, page).endpoints
    assert len(endpoints) == MAX_SECTIONS
    assert endpoints[0].url == "https://bladet.example/sport/"


@pytest.mark.parametrize("times", [1, 2])
def test_gzipped_files_are_unpacked(times: int) -> None:
    body = b"<urlset><url><loc>https://bladet.example/indland/en-lang-adresse-17</loc></url></urlset>"
    for _ in range(times):
        body = gzip.compress(body)
    assert [link.url for link in discover(EndpointKind.SITEMAP, URL, "application/x-gzip", body).links] == [
        "https://bladet.example/indland/en-lang-adresse-17"
    ]


def test_a_compression_bomb_is_bounded() -> None:
    packer = zlib.compressobj(wbits=31)
    body = (
        packer.compress(b"<rss><channel>")
        + b"".join(packer.compress(b" " * 2**20) for _ in range(120))
        + packer.flush()
    )
    assert discover(EndpointKind.FEED, URL, None, body).problem == "the feed breaks off (readable items: 0)"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the document is empty"),
        (b" \n\t", "the document is empty"),
        (b"\x1f\x8bnot gzip", "the document is empty"),
        (b"\xff\xd8\xff\xe0 JFIF", "neither a feed, a sitemap nor a page: image/jpeg"),
        (b"{broken", "the JSON can't be read"),
        (b'{"items": 5}', "JSON, but not a feed: it has no list of items"),
        (b"<urlset></urlset>", "the sitemap is empty"),
        (b"<sitemapindex></sitemapindex>", "the sitemap index is empty"),
    ],
)
def test_what_is_wrong_is_said(body: bytes, problem: str) -> None:
    assert discover(EndpointKind.FEED, URL, "image/jpeg", body).problem == problem


def test_the_bytes_decide_what_a_document_is() -> None:
    feed = rss("<item><title>t</title><link>/indland/17</link></item>")
    for kind in EndpointKind:
        assert discover(kind, URL, "text/html", feed).links


def test_the_usual_addresses_are_on_the_site() -> None:
    guesses = well_known("https://bladet.example/en/")
    assert "https://bladet.example/sitemap.xml" in {
        guess.url for guess in guesses if guess.kind is EndpointKind.SITEMAP
    }
    assert "https://bladet.example/feed" in {guess.url for guess in guesses if guess.kind is EndpointKind.FEED}
    assert well_known("no address") == ()
