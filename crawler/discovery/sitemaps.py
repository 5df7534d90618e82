"""Sitemaps: https://www.sitemaps.org/protocol.html, their indexes, Google News sitemaps, plain lists of addresses."""

import re
from collections.abc import Iterator
from datetime import datetime

from crawler.discovery.likelihood import ARTICLE_THRESHOLD, Link, Place, article_likelihood, path_parts
from crawler.discovery.markup import Element, date, elements, is_cut, moment, newest, plain
from crawler.discovery.model import MAX_ENDPOINTS, MAX_LINKS, Discovered, Endpoint, EndpointKind, unique
from pipelines.records import Found, Hints
from pipelines.urls import canonical

MAX_VALUE = 500
"""Characters of a title or another value."""
MAX_TAGS = 20

_NEWS = frozenset({"news", "latest", "recent", "today", "breaking", "googlenews"})
_PIECES = frozenset({"article", "articles", "posts", "story", "stories"})
_OTHER_THINGS = frozenset(
    {"tag", "tags", "category", "categories", "author", "authors", "user", "users", "image", "images", "taxonomy"}
) | {"topic", "topics", "section", "sections", "product", "products", "static", "landing"}
"""Words in the names of child sitemaps that list no articles, as the usual content management systems name them."""
_WORD_BREAK = re.compile(r"[^a-z]+")
_PAGES = re.compile(r"pages?[-_]sitemap|sitemap[-_]pages?\.")
_DATE = re.compile(r"((?:19|20)[0-9]{2})[-_/]?(0[1-9]|1[0-2])?[-_/]?(0[1-9]|[12][0-9]|3[01])?(?![0-9])")


def read_sitemap(url: str, root: str, text: str) -> Discovered:
    """What a sitemap lists: its likely articles. `root` and `text`: from `markup.root_of`.

    Addresses that are plainly something else (sections, tags, static pages) are left out, unless they carry news data.
    Raises: nothing; a sitemap that is empty or breaks off comes back with a problem.
    """
    rows = 0
    found: list[Found] = []
    for element in elements(root, text, "url"):
        rows += 1
        item = _article(element, url)
        if item:
            found.append(item)
        if len(found) >= 2 * MAX_LINKS:
            found = newest(found, MAX_LINKS)
    problem = None if rows else "the sitemap is empty"
    if is_cut(text, root):
        problem = f"the sitemap breaks off (readable addresses: {rows})"
    return Discovered(unique(newest(found, MAX_LINKS)), problem=problem)


def read_sitemap_index(url: str, root: str, text: str) -> Discovered:
    """The sitemaps that an index names: news first, then the newest; those of tags, authors and the like left out.

    Raises: nothing; see `read_sitemap`.
    """
    children: dict[str, tuple[bool, float]] = {}
    modified: dict[str, datetime | None] = {}
    for element in elements(root, text, "sitemap"):
        values = _values(element)
        address = canonical(values.get("loc", ""), url)
        if address and address != url:
            children.setdefault(address, _rank(address, values.get("lastmod")))
            modified.setdefault(address, date(values.get("lastmod")))
    wanted = [address for address in children if not _lists_other_things(address)]
    wanted.sort(key=children.__getitem__, reverse=True)
    problem = None if children else "the sitemap index is empty"
    if is_cut(text, root):
        problem = f"the sitemap index breaks off (readable sitemaps: {len(children)})"
    endpoints = (
        Endpoint(address, EndpointKind.SITEMAP, modified=modified[address]) for address in wanted[:MAX_ENDPOINTS]
    )
    return Discovered(endpoints=tuple(endpoints), problem=problem)


def read_text_sitemap(url: str, text: str) -> Discovered:
    """A sitemap that is a list of addresses, one a line. Raises: nothing; see `read_sitemap`."""
    links = (canonical(line.strip(), url) for line in text.splitlines() if "://" in line[:12])
    found = [Found(link, Hints("sitemap")) for link in links if link and _may_be_article(link)]
    return Discovered(unique(found[:MAX_LINKS]), problem=None if found else "no line is an address of an article")


def _article(element: Element, url: str) -> Found | None:
    values = _values(element)
    address = canonical(values.get("loc", ""), url)
    if address is None:
        return None
    news = next(
        (child for child in element if isinstance(child.tag, str) and child.tag.endswith(("}news", "news:news"))), None
    )
    if news is None:
        hints = Hints("sitemap", modified=values.get("lastmod"))
        return Found(address, hints) if _may_be_article(address) else None
    data = _values(news)
    return Found(address, _news_hints(data, values.get("lastmod")))


def _news_hints(data: dict[str, str], modified: str | None) -> Hints:
    """https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap"""
    keywords = (plain(word, MAX_VALUE) for word in data.get("keywords", "").split(",")[:MAX_TAGS])
    return Hints(
        "news sitemap",
        title=plain(data.get("title", ""), MAX_VALUE),
        published=data.get("publication_date"),
        modified=modified,
        language=data.get("language"),
        tags=tuple(word for word in keywords if word),
    )


def _values(element: Element) -> dict[str, str]:
    """The texts of the children by local name, and of a `publication`'s children; the first of each counts."""
    values: dict[str, str] = {}
    for child in _near(element):
        text = (child.text or "").strip()[: 4 * MAX_VALUE]
        if text:
            values.setdefault(re.split(r"[}:]", child.tag)[-1].lower(), text)
    return values


def _near(element: Element) -> Iterator[Element]:
    for child in element:
        if isinstance(child.tag, str):
            yield child
            if child.tag.endswith("publication"):
                yield from (inner for inner in child if isinstance(inner.tag, str))


def _may_be_article(url: str) -> bool:
    return article_likelihood(Link(url, place=Place.SITEMAP)) >= ARTICLE_THRESHOLD


def _rank(url: str, lastmod: str | None) -> tuple[bool, float]:
    """News sitemaps first, then by the date given, else by the date in the address."""
    found = _DATE.search("/".join(path_parts(url)[-3:]))
    named = "-".join((found[1], found[2] or "12", found[3] or "28")) if found else None
    return not _NEWS.isdisjoint(_tokens(url)), moment(lastmod) if lastmod else moment(named)


def _lists_other_things(url: str) -> bool:
    tokens = _tokens(url)
    if not tokens.isdisjoint(_PIECES | _NEWS):
        return False
    return not tokens.isdisjoint(_OTHER_THINGS) or _PAGES.search((path_parts(url) or [""])[-1]) is not None


def _tokens(url: str) -> set[str]:
    return set(_WORD_BREAK.split((path_parts(url) or [""])[-1]))
