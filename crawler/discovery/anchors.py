"""The links of a page with their text and place, from the parsed tree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from lxml import etree

from crawler.discovery.likelihood import Link, Place, count_words
from crawler.discovery.words import GENERIC_TEXT
from pipelines.urls import canonical

MAX_ANCHORS = 20_000
"""Links looked at on one page. The largest front pages hold some 2,000."""
MAX_TEXT = 300
"""Characters of a link's text. Headlines end at some 150; beyond it a whole card stands in the link."""
MAX_PIECES = 500
"""Pieces of text looked at in one link."""
CARD_LEVELS = 5
"""Elements above a link that may be its teaser."""
CARD_LINKS = 12
"""Links in a teaser that all lead to the same page: picture, headline, comments, share."""

Element = etree._Element
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_EMPHASIS = frozenset({"b", "i", "em", "strong", "mark", "u", "sub", "sup", "q", "cite", "abbr", "wbr", "font"})
_WHOLE_PAGE = frozenset({"html", "body", "main"})
_SPACE = re.compile(r"\s+")

# Place by element name, then by the words in class, id and role; the innermost that says something counts.
_BY_TAG = {
    "nav": Place.NAVIGATION,
    "header": Place.HEADER,
    "footer": Place.FOOTER,
    "aside": Place.ASIDE,
    "main": Place.MAIN,
    "article": Place.TEASER,
}
_BY_WORD = (
    (Place.TOOLS, "breadcrumbs? tags? share sharing social byline author pagination pager paging"),
    (Place.FOOTER, "footer foot bottom colophon contentinfo cookies? consent"),
    (Place.NAVIGATION, "(?:main|sub|top|mega|mobile|site|primary)?(?:nav|menu) navbar navigation offcanvas burger"),
    (Place.TEASER, "teasers? headlines? cards? story article post news-?item entry"),
    (Place.HEADER, "header masthead banner topbar"),
    (Place.ASIDE, "sidebar aside"),
    (Place.MAIN, "main content"),
)
_WORDS = tuple(
    (place, re.compile(rf"(?:^|[\s_-])(?:{words.replace(' ', '|')})(?:[\s_-]|$)", re.IGNORECASE))
    for place, words in _BY_WORD
)
_KEEPING = frozenset({Place.FOOTER, Place.NAVIGATION, Place.TOOLS})
"""What stands inside these is theirs, except a teaser."""
_BEST_FIRST = list(Place)


def links_of(tree: Element, base: str) -> list[Link]:
    """Every http(s) link of a page, in document order, with its text and place.

    Raises: nothing.
    """
    found = []
    for anchor, place in islice(_anchors(tree), MAX_ANCHORS):
        href = anchor.get("href")
        url = canonical(href, base) if href else None
        if url is not None:
            found.append(_link(anchor, url, place))
    return found


def merged(links: Iterable[Link]) -> list[Link]:
    """Each address once, where it first stood, with the best text and place it has. Raises: nothing."""
    found: dict[str, Link] = {}
    for link in links:
        found[link.url] = _merge(found[link.url], link) if link.url in found else link
    return list(found.values())


def text_of(element: Element) -> str:
    """Plain text, white space folded, cut after `MAX_TEXT` characters. Raises: nothing."""
    text = "".join(islice(_pieces(element), MAX_PIECES))
    return _SPACE.sub(" ", text[: 4 * MAX_TEXT]).strip()[:MAX_TEXT]


def _pieces(element: Element) -> Iterator[str]:
    """The texts inside, apart where another element than emphasis begins or ends."""
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if part is not element and part.tag not in _EMPHASIS:
            yield " "
        text = part.text if event == "start" else part.tail if part is not element else None
        if text:
            yield text[: 4 * MAX_TEXT]


def _anchors(tree: Element) -> Iterator[tuple[Element, Place]]:
    waiting = [(tree, Place.UNKNOWN)]
    while waiting:
        element, place = waiting.pop()
        place = _place(element, place)
        if element.tag == "a":
            yield element, place
        waiting.extend((child, place) for child in reversed(element))


def _place(element: Element, outer: Place) -> Place:
    if element.tag in ("html", "body"):
        return outer
    own = _BY_TAG.get(element.tag)
    if own is None and element.attrib:
        own = _by_words(element.get("class", ""), element.get("id", ""), element.get("role", ""))
    if own is None or (outer in _KEEPING and own is not Place.TEASER):
        return outer
    return outer if outer is Place.TEASER and own in (Place.HEADER, Place.MAIN) else own


@lru_cache(maxsize=4096)
def _by_words(*values: str) -> Place | None:
    names = " ".join(values)[:500]
    return next((place for place, pattern in _WORDS if pattern.search(names)), None) if names else None


def _link(anchor: Element, url: str, place: Place) -> Link:
    rel = frozenset((anchor.get("rel") or "").lower().split())
    text = text_of(anchor)
    if place in _KEEPING:
        return Link(url, text, place, rel=rel)
    card = _card(anchor)
    heading = _heading(anchor, card, text)
    times = [] if card is None else list(islice(card.iterfind(".//time[@datetime]"), 2))
    published = times[0].get("datetime") if len(times) == 1 else None
    label = anchor.get("aria-label") or anchor.get("title") or ""
    return Link(url, heading or text or _SPACE.sub(" ", label).strip()[:MAX_TEXT], place, bool(heading), rel, published)


def _heading(anchor: Element, card: Element | None, text: str) -> str:
    """The headline in or around a link, or in its teaser when the link itself says nothing; else empty."""
    above = anchor.getparent()
    for _ in range(2):
        if above is not None and above.tag in _HEADINGS:
            return text
        above = None if above is None else above.getparent()
    own = _headings(anchor)
    if not own and card is not None and (count_words(text) < 3 or text.lower().strip(" .:»›>→…") in GENERIC_TEXT):
        own = _headings(card)
    return max(own, key=len, default="")


def _headings(element: Element) -> list[str]:
    """Headline and kicker, as a rule."""
    return [text_of(heading) for heading in islice(element.iter(*_HEADINGS), 4)]


def _card(anchor: Element) -> Element | None:
    """The largest element around a link in which no other page is linked: its teaser. None when there is none."""
    href = (anchor.get("href") or "").partition("#")[0]
    card, above = None, anchor.getparent()
    for _ in range(CARD_LEVELS):
        if above is None or above.tag in _WHOLE_PAGE:
            break
        links = list(islice(above.iter("a"), CARD_LINKS + 1))
        if len(links) > CARD_LINKS or any((link.get("href") or href).partition("#")[0] != href for link in links):
            break
        card, above = above, above.getparent()
    return card


def _merge(one: Link, other: Link) -> Link:
    best = max(one, other, key=lambda link: (link.heading, min(count_words(link.text), 12)))
    return replace(
        best,
        place=min(one.place, other.place, key=_BEST_FIRST.index),
        rel=one.rel & other.rel,
        published=one.published or other.published,
    )
