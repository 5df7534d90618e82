"""Feeds: RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

One lean reader for all the XML dialects, by the names of an item's children. feedparser finds no other links in the
test cases, takes two to six times as long, and lets `javascript:` links through.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from crawler.discovery.markup import MAX_FRAGMENT, Element, elements, is_cut, newest, plain
from crawler.discovery.model import Discovered, unique
from pipelines.records import Found, Hints
from pipelines.urls import canonical

MAX_ITEMS = 10_000
"""Items taken from one feed, the newest. News feeds hold 10 to 500."""
MAX_CHILDREN = 200
"""Elements looked at in one item."""
MAX_TITLE = 500
MAX_SUMMARY = 2000
MAX_NAME = 200
MAX_NAMES = 20
"""Characters, and for names their number: hints, not texts."""

_PREFIXES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns": "",
    "http://purl.org/rss/1.0": "",
    # RSS 0.90 was published under two hosts.
    **{f"http://{host}.netscape.com/rdf/{name}/0.9": "" for host in ("my", "channel") for name in ("simple",)},
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1": "dc:",
    "http://purl.org/dc/terms": "dcterms:",
    "http://purl.org/rss/1.0/modules/content": "content:",
    "http://purl.org/rss/1.0/modules/syndication": "sy:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}
_FIGURES = re.compile(r"[0-9]{1,6}", re.ASCII)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_TITLE = ("title", "dc:title", "media:title", "itunes:title")
_SUMMARY = (
    "description",
    "summary",
    "dc:description",
    "itunes:summary",
    "media:description",
    "content:encoded",
    "content",
)
_PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dcterms:issued", "created", "dcterms:created", "date")
_MODIFIED = ("updated", "modified", "dcterms:modified", "atom:updated")
_MAIL_AND_NAME = re.compile(r"[^\s()<>]+@[^\s()<>]+\s*\(([^()]*)\)")
_NAME_AND_MAIL = re.compile(r"([^<>@]*?)\s*<?[^\s<>]+@[^\s<>]+>?")

Fields = dict[str, list[Element]]


def read_feed(url: str, root: str, text: str) -> Discovered:
    """What an XML feed lists. `root` and `text`: from `markup.root_of`; `url`: the feed's own address.

    Raises: nothing; a feed that is empty, breaks off or has no usable link comes back with a problem.
    """
    language: str | None = None
    ttl: timedelta | None = None
    items = 0
    found: list[Found] = []
    for element in elements(root, text, "item", "entry"):
        items += 1
        if items == 1:
            language, ttl = _feed_language(element), _ttl(element)
        fields = _fields(element)
        address = _address(element, fields, url)
        if address:
            found.append(Found(address, _hints(element, fields, language)))
        if len(found) >= 2 * MAX_ITEMS:
            found = newest(found, MAX_ITEMS)
    return replace(_discovered(found, items, cut=is_cut(text, root)), ttl=ttl)


def read_json_feed(url: str, text: str) -> Discovered:
    """What a JSON Feed lists (https://www.jsonfeed.org/version/1.1/). Raises: nothing; see `read_feed`."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return Discovered(problem="the JSON can't be read")
    rows = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(rows, list):
        return Discovered(problem="JSON, but not a feed: it has no list of items")
    language = _string(feed.get("language"))
    items = [row for row in rows if isinstance(row, dict)]
    found = [item for row in items if (item := _json_item(row, url, language))]
    return _discovered(found, len(items), cut=False)


def _discovered(found: list[Found], items: int, *, cut: bool) -> Discovered:
    problem = None
    if cut:
        problem = f"the feed breaks off (readable items: {items})"
    elif not items:
        problem = "the feed has no items"
    elif not found:
        problem = f"no item of the feed has a usable link ({items} looked at)"
    return Discovered(unique(map(_readable, newest(found, MAX_ITEMS))), problem=problem)


def _readable(item: Found) -> Found:
    """With title and summary as plain text; late, since most of the time goes here and not all items are kept."""
    title, summary = item.hints.title or "", item.hints.summary or ""
    return replace(item, hints=replace(item.hints, title=plain(title, MAX_TITLE), summary=plain(summary, MAX_SUMMARY)))


# ---------------------------------------------------------------- XML


def _fields(item: Element) -> Fields:
    """The children by name: lower case, with the usual prefix of a known namespace."""
    fields: Fields = {}
    for child in islice(item, MAX_CHILDREN):
        if isinstance(child.tag, str):
            fields.setdefault(_name(child), []).append(child)
    return fields


def _feed_language(item: Element) -> str | None:
    """What stands around or before the item, in the feed, its channel, or the channel beside it (RDF)."""
    for element in _around(item):
        named = (_clean(child.text) for child in _children(element) if _name(child) in ("language", "dc:language"))
        if language := _clean(element.get(_XML_LANG)) or next(named, None):
            return language
    return None


def _ttl(item: Element) -> timedelta | None:
    """RSS 2.0's `ttl`, in minutes, or the syndication module's period and how often in it a feed is renewed.

    https://web.resource.org/rss/1.0/modules/syndication/
    """
    said: dict[str, str] = {}
    for element in _around(item):
        for child in _children(element):
            said.setdefault(_name(child), (child.text or "").strip().lower())
    minutes = said.get("ttl", "")
    if _FIGURES.fullmatch(minutes):
        return timedelta(minutes=int(minutes))
    period, often = _PERIODS.get(said.get("sy:updateperiod", "")), said.get("sy:updatefrequency", "")
    return period / max(int(often) if _FIGURES.fullmatch(often) else 1, 1) if period else None


def _around(item: Element) -> list[Element]:
    """The feed, its channel, and the channel beside the item (RDF)."""
    around = list(islice(item.iterancestors(), 2))
    return around + [child for element in around for child in islice(element, 2) if child is not item]


def _children(element: Element) -> Iterator[Element]:
    return (child for child in islice(element, MAX_CHILDREN) if isinstance(child.tag, str))


def _name(element: Element) -> str:
    namespace, brace, local = element.tag.rpartition("}")
    if not brace:
        return local.lower().removeprefix("atom:").removeprefix("rss:")
    known = _PREFIXES.get(namespace[1:].lower().rstrip("/#"))
    prefix = known if known is not None else f"{element.prefix}:" if element.prefix else ""
    return prefix + local.lower()


def _hints(item: Element, fields: Fields, language: str | None) -> Hints:
    """Title and summary as written."""
    return Hints(
        origin="feed",
        title=_first(fields, _TITLE)[:MAX_FRAGMENT],
        summary=_first(fields, _SUMMARY)[:MAX_FRAGMENT],
        published=_clean(_first(fields, _PUBLISHED)),
        modified=_clean(_first(fields, _MODIFIED)),
        authors=_authors(fields),
        language=_clean(_first(fields, ("dc:language", "language")) or item.get(_XML_LANG)) or language,
        tags=_names(
            element.get("label") or element.get("term") or _text(element)
            for element in _all(fields, ("category", "dc:subject"))
        ),
    )


def _address(item: Element, fields: Fields, url: str) -> str | None:
    """The first usable of: feedburner's original link, the link, a guid that is one, the RDF address, the id."""
    for element, raw in _addresses(item, fields):
        relative = "://" not in raw[:10]
        address = canonical(raw, _base(element, url) if relative else url) if raw else None
        if address:
            return address
    return None


def _addresses(item: Element, fields: Fields) -> Iterator[tuple[Element, str]]:
    for element in fields.get("feedburner:origlink", ()):
        yield element, _text(element)
    links = sorted(fields.get("link", ()), key=lambda link: "html" not in (link.get("type") or "html"))
    for element in links:
        if (element.get("rel") or "alternate").lower() == "alternate":
            yield element, (element.get("href") or _text(element)).strip()
    for element in fields.get("guid", ()):
        guid = _text(element).strip()
        if (element.get("isPermaLink") or "true").lower() != "false" and guid.startswith(("http://", "https://")):
            yield element, guid
    yield item, item.get(_RDF_ABOUT) or ""
    for element in fields.get("id", ()):
        identifier = _text(element).strip()
        yield element, identifier if identifier.startswith(("http://", "https://")) else ""


def _base(element: Element, url: str) -> str:
    """What relative links are relative to: `xml:base` (RFC 4287, 2), else the feed."""
    return canonical(element.base, url) or url if element.base else url


def _authors(fields: Fields) -> tuple[str, ...]:
    """Names; an author given by mail address alone is left out."""
    elements_ = _all(fields, ("dc:creator", "author")) or _all(fields, ("itunes:author", "media:credit"))
    return _names(_person(_author_text(element)) for element in elements_)


def _author_text(author: Element) -> str:
    """Atom keeps the name in a child, RSS has it as text."""
    name = next((child for child in author if isinstance(child.tag, str) and _name(child) == "name"), None)
    if name is not None:
        return _text(name)
    return _text(author) if not len(author) else ""


def _person(raw: str) -> str:
    raw = raw.strip()[:500]
    if "@" not in raw:
        return raw
    match = _MAIL_AND_NAME.fullmatch(raw) or _NAME_AND_MAIL.fullmatch(raw)
    return match[1] if match else ""


def _all(fields: Fields, names: Sequence[str]) -> list[Element]:
    return [element for name in names for element in fields.get(name, ())]


def _first(fields: Fields, names: Sequence[str]) -> str:
    return next((text for element in _all(fields, names) if (text := _text(element)).strip()), "")


def _text(element: Element) -> str:
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def _names(raw: Iterable[str]) -> tuple[str, ...]:
    names = (plain(name, MAX_NAME) for name in islice(raw, MAX_NAMES))
    return tuple(dict.fromkeys(name for name in names if name))


def _clean(raw: str | None) -> str | None:
    return (raw or "").strip()[:MAX_NAME] or None


# ---------------------------------------------------------------- JSON


def _json_item(row: dict[str, Any], url: str, language: str | None) -> Found | None:
    """Title and summary as written."""
    address = next(
        (
            full
            for name in ("url", "external_url", "id")
            if (raw := _string(row.get(name))) and (full := _absolute(raw, url, name))
        ),
        None,
    )
    if address is None:
        return None
    people = row.get("authors") or [row.get("author")]
    names = [person.get("name") for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    tags = row.get("tags")
    summary = _string(row.get("summary")) or _string(row.get("content_text")) or _string(row.get("content_html")) or ""
    hints = Hints(
        origin="feed",
        title=_string(row.get("title")),
        summary=summary,
        published=_clean(_string(row.get("date_published"))),
        modified=_clean(_string(row.get("date_modified"))),
        authors=_names(name for name in names if isinstance(name, str)),
        language=_clean(_string(row.get("language"))) or language,
        tags=_names(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )
    return Found(address, hints)


def _absolute(raw: str, url: str, name: str) -> str | None:
    """An id is an address only when it says so itself."""
    return canonical(raw, None if name == "id" else url)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
