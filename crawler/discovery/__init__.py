"""Reading what lists articles: feeds, sitemaps, home and section pages. Pure: bytes in, values out."""

import zlib

from crawler.discovery.feeds import read_feed, read_json_feed
from crawler.discovery.listings import read_listing
from crawler.discovery.markup import root_of
from crawler.discovery.model import Discovered, Endpoint, EndpointKind
from crawler.discovery.sitemaps import read_sitemap, read_sitemap_index, read_text_sitemap
from pipelines.decode import decode
from pipelines.urls import canonical

__all__ = ["Discovered", "Endpoint", "EndpointKind", "discover", "well_known"]

MAX_BYTES = 50 * 2**20
"""Bytes read of a document once unpacked: the sitemap protocol's limit for a file (sitemaps.org)."""
_GZIP = b"\x1f\x8b"

_GUESSES = (
    (EndpointKind.SITEMAP, ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml")),
    (EndpointKind.FEED, ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")),
)


def discover(kind: EndpointKind, url: str, content_type: str | None, body: bytes) -> Discovered:
    """What a discovery document gives, read as what its bytes are.

    `kind` is what the document was asked for as; it decides only whether a web page is a listing or a wrong answer.
    `url` is the address that answered, `content_type` the HTTP header, `body` the bytes without HTTP content coding
    (a gzipped file is unpacked here).

    Raises: nothing; what can't be read comes back with a `problem`.
    """
    text = decode(_unpacked(body)[:MAX_BYTES], content_type, None).text.lstrip("\ufeff \t\r\n")
    if not text.strip():
        return Discovered(problem="the document is empty")
    root = root_of(text)
    if root is not None and root[0] != "html":
        return _read_xml(url, *root)
    if text.startswith("{"):
        return read_json_feed(url, text)
    if text.startswith(("http://", "https://")):
        return read_text_sitemap(url, text)
    if root is None and "<" not in text:
        return Discovered(problem=f"neither a feed, a sitemap nor a page: {content_type or 'unknown content'}")
    page = read_listing(url, text)
    if kind in (EndpointKind.HOME, EndpointKind.SECTION, EndpointKind.PAGE):
        return page
    feeds = tuple(endpoint for endpoint in page.endpoints if endpoint.kind is EndpointKind.FEED)
    return Discovered(endpoints=feeds, problem=f"answers with a web page, not with a {kind}")


def well_known(home_url: str) -> tuple[Endpoint, ...]:
    """Where feeds and sitemaps usually are: to be tried when a site announces none. Raises: nothing."""
    guesses = ((canonical(path, home_url), kind) for kind, paths in _GUESSES for path in paths)
    return tuple(Endpoint(url, kind) for url, kind in guesses if url)


def _read_xml(url: str, root: str, text: str) -> Discovered:
    if root == "urlset":
        return read_sitemap(url, root, text)
    if root == "sitemapindex":
        return read_sitemap_index(url, root, text)
    return read_feed(url, root, text)


def _unpacked(body: bytes) -> bytes:
    """Without gzip, which may have been applied twice (file and server); as far as it is readable."""
    for _ in range(2):
        if not body.startswith(_GZIP):
            break
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES)
        except zlib.error:
            return b""
    return body
