"""Home and section pages: links that look like articles, sections, announced feeds, the next page."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from crawler.discovery import words
from crawler.discovery.anchors import Element, links_of, merged
from crawler.discovery.likelihood import (
    ARTICLE_THRESHOLD,
    Link,
    Place,
    article_likelihood,
    count_words,
    path_parts,
    slug_words,
)
from crawler.discovery.model import MAX_LINKS, Discovered, Endpoint, EndpointKind
from pipelines.records import Found, Hints
from pipelines.urls import canonical, host_key, on_site, query_pairs

MAX_SECTIONS = 40
"""Sections taken from one page. The menus of large papers name some 15 to 30 that bring articles of their own."""
MAX_FEEDS = 20
"""Feeds taken from one page; pages that list a site's feeds name a dozen."""
MAX_HEAD_LINKS = 500
"""`<link>` elements looked at; pages have some 50, of style sheets for the most part."""
MAX_HEADLINE = 25
"""Words of a link's text above which it is taken for a whole card, not for a title."""

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
)
_FEED_PATH = re.compile(r"(?:^|[/._-])(?:rss2?|atom|rdf|feeds?)(?:[/._-]|$)", re.IGNORECASE)
_FEED_TEXT = re.compile(r"(?:rss|atom)(?:[ -]?feeds?)?", re.IGNORECASE)
_COMMENTS_FEED = re.compile(r"comment|kommentar|replies", re.IGNORECASE)
_NO_TEXT = ("script", "style", "template", "svg", "iframe", "select", "textarea")
_SUFFIX = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$")
_LOCALE = re.compile(r"[a-z]{2}[-_][a-z]{2}")
_NUMBER = re.compile(r"[0-9]{1,6}")


def read_listing(url: str, html: str) -> Discovered:
    """What a page that lists articles gives.

    `url` is the page's address, `html` its text. Links that leave the site are not taken, save announced feeds.
    Raises: nothing; a page without links comes back with a problem.
    """
    tree = _parse(html)
    if tree is None:
        return Discovered(problem="the page is empty")
    page = canonical(url) or url
    base = _base(tree, page)
    links = links_of(tree, base)
    articles = tuple(_articles(links, page))
    sections = _sections(links, page)
    endpoints = (*islice(_feeds(tree, links, page, base), MAX_FEEDS), *sections)
    problem = None if articles or sections else "no link on the page looks like an article"
    return Discovered(articles, endpoints, _next_page(tree, links, page, base), problem)


def _parse(html: str) -> Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree: Element | None = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if tree is not None:
        etree.strip_elements(tree, *_NO_TEXT, with_tail=False)
    return tree


def _base(tree: Element, page: str) -> str:
    element = tree.find(".//base[@href]")
    return page if element is None else canonical(element.get("href") or "", page) or page


# ---------------------------------------------------------------- articles


def _articles(links: Iterable[Link], page: str) -> Iterator[Found]:
    for link in islice(merged(links), MAX_LINKS):
        if link.url != page and on_site(link.url, page) and article_likelihood(link) >= ARTICLE_THRESHOLD:
            title = link.text if link.heading or 3 <= count_words(link.text) <= MAX_HEADLINE else None
            yield Found(link.url, Hints("listing", title=title, published=link.published))


# ---------------------------------------------------------------- sections


def _sections(links: list[Link], page: str) -> list[Endpoint]:
    """Sections of the menus, the broadest first; where a page marks no menu, those among its unmarked short links."""
    candidates = [link for link in links if _is_section(link, page)]
    menu = [link for link in candidates if link.place in (Place.NAVIGATION, Place.HEADER)]
    if len({link.url for link in menu}) < 3:
        menu += [link for link in candidates if link.place is Place.UNKNOWN]
    first: dict[tuple[str, ...], Link] = {}
    for link in menu:
        first.setdefault(_section_path(link.url), link)
    broadest_first = sorted(first.values(), key=lambda link: len(path_parts(link.url)) or 3)
    return [Endpoint(link.url, EndpointKind.SECTION, link.text) for link in broadest_first[:MAX_SECTIONS]]


def _section_path(url: str) -> tuple[str, ...]:
    """The place of a section on its site, without what is only spelling."""
    parts = [_SUFFIX.sub("", part) for part in path_parts(url)]
    return (*parts[: -1 if parts[-1:] == ["index"] else None], *url.partition("?")[1:], host_key(url))


def _is_section(link: Link, page: str) -> bool:
    """A short name, a short address, and none of the words that name other things."""
    if link.heading or not 1 <= count_words(link.text) <= 4 or len(link.text) > 40:
        return False
    if link.url == page or not on_site(link.url, page) or link.rel & {"nofollow", "author", "tag", "next", "prev"}:
        return False
    name = link.text.lower().strip(" .:»›>→…+").replace(" ", "-")
    parts = [_SUFFIX.sub("", part) for part in path_parts(link.url)]
    parts = parts[:-1] if parts[-1:] == ["index"] else parts
    label = link.url.split("/", 3)[2].partition(".")[0]
    if words.SERVICE.intersection(name.split("-")) or words.NO_SECTION.intersection((name, label)):
        return False
    if not _section_address(link.url, parts, page):
        return False
    return not any(words.NO_SECTION.intersection((part, part.partition("-")[0])) for part in parts)


def _section_address(url: str, parts: list[str], page: str) -> bool:
    """One to three short segments, numbered only below a folder of sections, or a script with a section's parameter."""
    pairs = query_pairs(url)
    if pairs:
        return len(pairs) == 1 and pairs[0][0] in words.SECTION_PARAMETERS and len(parts) <= 2
    if not parts:
        return host_key(url) != host_key(page)
    if len(parts) == 1 and _LOCALE.fullmatch(parts[0]):
        return False
    numbered = parts[:-1] if words.RUBRIC.intersection(parts[-2:-1]) else parts
    return (
        len(parts) <= 3
        and all(slug_words(part) <= 4 and len(part) <= 40 for part in parts)
        and not any(_NUMBER.search(part) for part in numbered)
    )


# ---------------------------------------------------------------- feeds


def _feeds(tree: Element, links: Iterable[Link], page: str, base: str) -> Iterator[Endpoint]:
    seen = {page}
    for url, title in (*_announced_feeds(tree, base), *_linked_feeds(links, base)):
        if url not in seen and not _COMMENTS_FEED.search(url):
            seen.add(url)
            yield Endpoint(url, EndpointKind.FEED, title or None)


def _announced_feeds(tree: Element, base: str) -> Iterator[tuple[str, str]]:
    """RSS autodiscovery, https://www.rssboard.org/rss-autodiscovery."""
    for element in islice(tree.iter("link"), MAX_HEAD_LINKS):
        rel = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        url = canonical(element.get("href") or "", base)
        if (
            url
            and ("alternate" in rel or "feed" in rel)
            and (kind in _FEED_TYPES or (kind == "application/json" and _FEED_PATH.search(url)))
        ):
            yield url, (element.get("title") or "")[:200]


def _linked_feeds(links: Iterable[Link], base: str) -> Iterator[tuple[str, str]]:
    for link in links:
        last = (path_parts(link.url) or [""])[-1]
        if on_site(link.url, base) and (
            _FEED_TEXT.fullmatch(link.text)
            or _FEED_PATH.fullmatch(last)
            or last.endswith((".rss", "rss.xml", "atom.xml", "feed.xml", "feed.json"))
        ):
            yield link.url, link.text


# ---------------------------------------------------------------- pagination


def _next_page(tree: Element, links: Iterable[Link], page: str, base: str) -> str | None:
    """The listing's next page: what is marked as next and differs in one growing number, or has the next page number.

    None otherwise; the next day of a calendar is another list, not a page of this one.
    """
    announced = [
        canonical(element.get("href") or "", base)
        for element in islice(tree.iter("link"), MAX_HEAD_LINKS)
        if "next" in (element.get("rel") or "").lower().split()
    ]
    marked = [link.url for link in links if "next" in link.rel or link.text.lower() in words.NEXT_TEXT]
    family, number = _page_number(page)
    for url in (*announced, *marked):
        if url and (_page_number(url) == (family, number + 1) or _counts_on(url, page)):
            return url
    return next((link.url for link in links if _page_number(link.url) == (family, number + 1)), None)


def _counts_on(url: str, page: str) -> bool:
    """Whether one parameter, such as `start`, is a larger number and all else the same."""
    before, after = dict(query_pairs(page)), dict(query_pairs(url))
    changed = [name for name in after if after[name] != before.get(name)]
    if url.partition("?")[0] != page.partition("?")[0] or len(changed) != 1 or not before.keys() <= after.keys():
        return False
    old, new = before.get(changed[0], "0"), after[changed[0]]
    if changed[0] in words.CALENDAR_PARAMETERS:
        return False
    return _NUMBER.fullmatch(old) is not None and _NUMBER.fullmatch(new) is not None and int(new) > int(old)


def _page_number(url: str) -> tuple[str, int]:
    """An address without its page number, and the number; 1 when it has none."""
    location, _, query = url.partition("#")[0].partition("?")
    kept, number = [], 1
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        if name.lower() in words.PAGE_PARAMETERS and _NUMBER.fullmatch(value):
            number = int(value)
        elif piece:
            kept.append(piece)
    parts = location.rstrip("/").split("/")
    if len(parts) > 4 and parts[-2].lower() in words.PAGE_SEGMENTS and _NUMBER.fullmatch(parts[-1]):
        number, parts = int(parts[-1]), parts[:-2]
    return "/".join(parts) + "?" + "&".join(kept), number
