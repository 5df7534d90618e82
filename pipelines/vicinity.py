"""The lines of text around a page's headline: where bylines and dates are printed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import cast

import lxml.html
from lxml import etree

from pipelines.markers import naming
from pipelines.records import Boilerplate
from pipelines.structured import FIELD_NAMES

MAX_AFTER = 60
"""Lines after the headline: on the development pages the byline is among the first 25."""
MAX_BEFORE = 12
MAX_STEPS = 2500
"""Elements visited; a menu may stand between."""
MAX_LINE = 300
"""Characters; what is longer is running text."""
MAX_PROSE = 4
"""Paragraphs of running text after which the top of the article is over."""
_PROSE = 180

_AGREES = 0.5

_INLINE = frozenset(FIELD_NAMES["tags"]["inline"])
_SKIPPED = frozenset(FIELD_NAMES["tags"]["skipped"])
_ELSEWHERE = frozenset(
    {
        Boilerplate.COMMENTS,
        Boilerplate.RELATED_LINKS,
        Boilerplate.MOST_READ,
        Boilerplate.NEWSLETTER,
        Boilerplate.TEASER,
        Boilerplate.CONSENT,
        Boilerplate.NAVIGATION,
        Boilerplate.ADVERTISEMENT,
        Boilerplate.CAPTION,
        Boilerplate.PHOTO_CREDIT,
    }
)
_NO_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_NAMES = ("class", "id", "rel", "itemprop", "data-testid", "data-qa")
_OWN_TEXT = etree.XPath(
    "//body//*[not(self::script or self::style or self::a)][starts-with(normalize-space(text()), $start)]"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a reader sees it."""

    text: str
    tokens: frozenset[str]
    """Words of the class, id, rel and itemprop of its element and of the three around it."""
    distance: int
    """Lines after the headline, negative before it."""


class Vicinity:
    """The top of an article: its headline and, read when first asked for, the lines around it."""

    def __init__(self, headline: lxml.html.HtmlElement | None) -> None:
        self.headline = headline
        """The element that prints the headline; None when it was not found."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Backwards from the headline, then forwards; empty without a headline."""
        if self.headline is None:
            return ()
        before = _lines(_backward(self.headline), MAX_BEFORE)
        after = _lines(_forward(self.headline), MAX_AFTER)
        return (
            *(Line(text, _tokens(element), -number) for number, (text, element) in enumerate(before, 1)),
            *(Line(text, _tokens(element), number) for number, (text, element) in enumerate(after, 1)),
        )


def around(tree: lxml.html.HtmlElement, titles: tuple[str, ...]) -> Vicinity:
    """Where the page prints one of `titles`. Raises: nothing."""
    return Vicinity(_headline(tree, titles))


def elsewhere(element: lxml.html.HtmlElement, headline: lxml.html.HtmlElement | None) -> bool:
    """Whether the element stands in comments, teasers, menus and the like (which don't hold the headline)."""
    around_headline = set() if headline is None else {headline, *headline.iterancestors()}
    for step, parent in enumerate((element, *element.iterancestors())):
        if parent in around_headline or step > 12:
            return False
        if parent.tag in ("nav", "footer", "aside", "figure") or _marked_elsewhere(parent):
            return True
    return False


def _headline(tree: lxml.html.HtmlElement, titles: tuple[str, ...]) -> lxml.html.HtmlElement | None:
    wanted = [squashed for title in titles if (squashed := _squashed(title))]
    first = None
    for headings in (islice(tree.iter("h1"), 10), islice(tree.iter("h2", "h3"), 20)):
        agreeing = [(_agreement(text, wanted), heading) for heading in headings if (text := _squashed(_text(heading)))]
        first = first if first is not None or not agreeing else agreeing[0][1]
        best = max(agreeing, key=lambda entry: entry[0], default=(0.0, None))
        if best[0] >= _AGREES:
            return best[1]
    for title in titles:
        start = _SPACE.sub(" ", title).strip()[:40]
        if len(start) > 15 and not _NO_XML.search(start):
            found = cast("list[lxml.html.HtmlElement]", _OWN_TEXT(tree, start=start))
            if found:
                return found[0]
    return first if first is not None and first.tag == "h1" else None


def _agreement(text: str, wanted: list[str]) -> float:
    """1 for an equal title; the share that both have in common when one is inside the other."""
    shares = [
        min(len(text), len(title)) / max(len(text), len(title)) for title in wanted if text in title or title in text
    ]
    return max(shares, default=0.0)


def _text(element: lxml.html.HtmlElement) -> str:
    return "".join(element.itertext())[:500]


def _squashed(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _tokens(element: lxml.html.HtmlElement) -> frozenset[str]:
    tokens: set[str] = set()
    for _ in range(4):
        if element is None or element.tag in ("body", "main", "article"):
            break
        tokens |= naming(" ".join(filter(None, map(element.get, _NAMES)))).tokens
        if element.tag == "time":
            tokens.add("time")
        element = element.getparent()
    return frozenset(tokens)


def _marked_elsewhere(element: lxml.html.HtmlElement) -> bool:
    names = " ".join(filter(None, (element.get("class"), element.get("id"))))
    if not names:
        return False
    marker = naming(names).marker
    return marker is not None and marker.drop.kind in _ELSEWHERE


# ---------------------------------------------------------------- walking

_Piece = tuple[str | None, lxml.html.HtmlElement]
"""A piece of text and its element; None instead of text where a line ends."""


def _forward(headline: lxml.html.HtmlElement) -> Iterator[_Piece]:
    """What follows the headline, in document order."""
    element = headline
    while element is not None and element.tag != "body":
        parent = element.getparent()
        if element.tail and parent is not None:
            yield element.tail, parent
        for sibling in element.itersiblings():
            yield from _inside(sibling)
            if sibling.tail and parent is not None:
                yield sibling.tail, parent
        yield None, element
        element = parent


def _backward(headline: lxml.html.HtmlElement) -> Iterator[_Piece]:
    """What stands before the headline, line by line backwards, within the next containers."""
    element = headline
    for _ in range(5):
        for sibling in element.itersiblings(preceding=True):
            if sibling.tag in ("header", "nav") and element.tag != headline.tag and sibling.find(".//nav") is not None:
                return
            yield from reversed(list(_inside(sibling)))
        yield None, element
        element = element.getparent()
        if element is None or element.tag in ("body", "html"):
            return


def _inside(root: lxml.html.HtmlElement) -> Iterator[_Piece]:
    """The text of an element and of all in it; not of scripts, comments sections and the like."""
    stack: list[lxml.html.HtmlElement | _Piece] = [root]
    while stack:
        entry = stack.pop()
        if isinstance(entry, tuple):
            yield entry
            continue
        if not isinstance(entry.tag, str) or entry.tag in _SKIPPED or _marked_elsewhere(entry):
            yield None, entry
            continue
        block = entry.tag not in _INLINE
        if block:
            yield None, entry
        if entry.text:
            yield entry.text, entry
        if block:
            stack.append((None, entry))
        for child in reversed(entry):
            if child.tail:
                stack.append((child.tail, entry))
            stack.append(child)


def _lines(pieces: Iterator[_Piece], limit: int) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    """Pieces put together to lines; stops after enough lines, prose or steps."""
    texts: list[str] = []
    first: lxml.html.HtmlElement | None = None
    count = prose = 0
    for step, (text, element) in enumerate(pieces):
        if step > MAX_STEPS or count >= limit or prose >= MAX_PROSE:
            return
        if text is not None:
            texts.append(text)
            first = element if first is None and text.strip() else first
            continue
        line = _SPACE.sub(" ", "".join(texts)).strip()
        if line and first is not None:
            prose += len(line) > _PROSE
            if len(line) <= MAX_LINE:
                count += 1
                yield line, first
        texts, first = [], None
