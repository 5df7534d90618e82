"""The lines of text around a page's headline: where bylines and dates are printed."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice

import lxml.html

from pipelines.blocks import Node, TextBlock
from pipelines.content import Content
from pipelines.markers import Marker, Naming, naming
from pipelines.records import Boilerplate

MAX_AFTER = 60
"""Lines after the headline: on the development pages the byline is among the first 25."""
MAX_BEFORE = 12
MAX_BLOCKS = 500
"""Blocks looked at on each side; a menu may stand between."""
MAX_LINE = 300
"""Characters; what is longer is running text."""
MAX_SHORT = 150
"""Characters of a line far from the headline; the longest bylines there have 100."""
MAX_TEXT = 20_000
"""Characters of running text that are looked at for words."""
MAX_PROSE = 4
"""Paragraphs of running text after which the top of the article is over."""
_PROSE = 180
_MEMORY = 5_000
"""Names remembered; a site's pages share some hundred."""

_LISTED = ("h1", "h2", "figure", "video", "iframe", "audio", "time")
"""Elements that bylines, dates and media are looked for in."""
_MOST = 200
"""Elements of one tag that are kept; a page with more has them in lists of other stories."""
_DEEP = 13
"""Elements around one that are asked where it stands."""
_TOP = frozenset(("html", "body", "main", "article"))
_ELSEWHERE_TAGS = frozenset(("nav", "footer", "aside", "figure"))
_NO_LINE_TAGS = frozenset(("nav", "form", "aside"))
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


Called = Callable[[Naming], bool]
"""Whether an element's names are of some sort."""


def called(tokens: Iterable[str]) -> Called:
    """Asks whether names hold one of these tokens. Most are told by their letters, before they are taken apart."""
    wanted = frozenset(tokens)
    letters = re.compile("|".join(sorted({re.escape(token.partition("-")[0]) for token in wanted})))

    @lru_cache(_MEMORY)
    def is_called(names: Naming) -> bool:
        return letters.search(names.names.lower()) is not None and not names.tokens.isdisjoint(wanted)

    return is_called


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a reader sees it."""

    block: TextBlock
    distance: int
    """Lines after the headline, negative before it."""

    @property
    def text(self) -> str:
        return self.block.text

    def is_called(self, called: Called) -> bool:
        """Whether its element or one of the three around it is called so."""
        return any(map(called, self._names()))

    def _names(self) -> Iterator[Naming]:
        yield self.block.names
        node = self.block.node
        for _ in range(3):
            if node.parent is None or node.tag in _TOP:
                return
            yield node.names
            node = node.parent


class Vicinity:
    """The top of an article: its headline and, read when first asked for, the lines around it."""

    def __init__(self, tree: lxml.html.HtmlElement, content: Content) -> None:
        self._tree = tree
        self.blocks = content.table.blocks
        self._headline = content.headline_block

    @cached_property
    def headline(self) -> lxml.html.HtmlElement | None:
        """The element that prints the headline; None when it was not found."""
        block = self._headline
        if block is None:
            return None
        tag = block.node.tag
        for element in self.elements(tag) if tag in _LISTED else islice(self._tree.iter(tag), _MOST):
            if " ".join("".join(islice(element.itertext(), 20)).split()) == block.text:
                return element
        return None

    def elements(self, *tags: str) -> list[lxml.html.HtmlElement]:
        """The page's elements of these tags, which are among `_LISTED`, in document order; up to `_MOST` of each."""
        return [element for element in self._listed if element.tag in tags]

    @cached_property
    def _listed(self) -> list[lxml.html.HtmlElement]:
        """One walk for all who ask: to walk costs more than to look."""
        counts = dict.fromkeys(_LISTED, 0)
        found = []
        for element in self._tree.iter(*_LISTED):
            counts[element.tag] += 1
            if counts[element.tag] <= _MOST:
                found.append(element)
        return found

    @cached_property
    def _holders(self) -> frozenset[lxml.html.HtmlElement]:
        """The headline's element and those around it."""
        return frozenset() if self.headline is None else frozenset((self.headline, *self.headline.iterancestors()))

    def is_elsewhere(self, element: lxml.html.HtmlElement) -> bool:
        """Whether it stands in comments, teasers, menus and the like (which don't hold the headline)."""
        for parent in islice(chain((element,), element.iterancestors()), _DEEP):
            if parent in self._holders:
                return False
            names = " ".join(filter(None, (parent.get("class"), parent.get("id"))))
            if parent.tag in _ELSEWHERE_TAGS or (names and _is_elsewhere(naming(names).marker)):
                return True
        return False

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Backwards from the headline, then forwards; empty without a headline."""
        headline = self._headline
        if headline is None:
            return ()
        place = headline.index
        before = _lines(reversed(self.blocks[max(0, place - MAX_BLOCKS) : place]), headline, MAX_BEFORE)
        after = _lines(self.blocks[place + 1 : place + 1 + MAX_BLOCKS], headline, MAX_AFTER)
        return (
            *(Line(block, -number) for number, block in enumerate(before, 1)),
            *(Line(block, number) for number, block in enumerate(after, 1)),
        )

    @property
    def after(self) -> tuple[Line, ...]:
        """Those of `lines` that stand after the headline."""
        return tuple(line for line in self.lines if line.distance > 0)

    @cached_property
    def below(self) -> tuple[Line, ...]:
        """The short lines after those, to the end of the page."""
        headline = self._headline
        if headline is None:
            return ()
        start = max([headline.index, *(line.block.index for line in self.lines)]) + 1
        rest = (block for block in self.blocks[start : start + MAX_BLOCKS] if block.chars <= MAX_SHORT)
        return tuple(Line(block, block.index - headline.index) for block in _lines(rest, headline, MAX_BLOCKS))

    @cached_property
    def prose(self) -> str:
        """The page's running text, its beginning."""
        return " ".join(block.text for block in self.blocks if block.prose)[:MAX_TEXT]


def around(tree: lxml.html.HtmlElement, content: Content) -> Vicinity:
    """What stands around the headline that extraction found. Raises: nothing."""
    return Vicinity(tree, content)


def _is_elsewhere(marker: Marker | None) -> bool:
    return marker is not None and marker.drop.kind in _ELSEWHERE


def _lines(blocks: Iterable[TextBlock], headline: TextBlock, limit: int) -> Iterator[TextBlock]:
    """The blocks that are lines of the headline's surroundings; stops after enough lines or prose."""
    known: dict[int, bool] = {}
    count = prose = 0
    for block in blocks:
        if count >= limit or prose >= MAX_PROSE:
            return
        away = known.get(block.node.index)
        if _stands_elsewhere(block.node, headline, known) if away is None else away:
            continue
        prose += block.chars > _PROSE
        if block.chars <= MAX_LINE:
            count += 1
            yield block


def _stands_elsewhere(node: Node, headline: TextBlock, known: dict[int, bool]) -> bool:
    """As `Vicinity.is_elsewhere`, by the table. `known` remembers the answers by node."""
    path: list[int] = []
    answer = False
    while node.parent is not None and not node.first <= headline.index < node.end:
        path.append(node.index)
        if node.tag in _NO_LINE_TAGS or _is_elsewhere(node.names.marker):
            answer = True
            break
        node = node.parent
        if node.index in known:
            answer = known[node.index]
            break
    for index in path:
        known[index] = answer
    return answer
