"""An HTML tree -> the table of its text blocks, each with the features that tell article from furniture.

One walk over the tree, no recursion: time is linear in the number of elements, whatever their nesting.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import lxml.html
from lxml import etree

from pipelines.markers import Marker, Naming, marker, naming
from pipelines.records import BlockKind

MAX_BLOCKS = 5000
"""The longest article page among the development pages has 1,900 blocks; a live blog of a day some 3,000."""
DEEPEST = 2000
"""libxml2 drops what is nested deeper than 2,048 elements without a word."""


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED = _tags(
    "script style noscript template svg iframe object embed applet audio video canvas map head select option datalist"
    " textarea input meter progress rt rp frameset noframes title"
)
_INLINE = _tags(
    "a abbr acronym amp-link b bdi bdo big cite code data del dfn em font i img ins kbd label mark math nobr output"
    " picture q ruby s samp small source span strike strong sub sup time tt u var wbr"
)
_KINDS = {
    "p": BlockKind.PARAGRAPH,
    "li": BlockKind.LIST_ITEM,
    "dt": BlockKind.LIST_ITEM,
    "dd": BlockKind.LIST_ITEM,
    "blockquote": BlockKind.QUOTE,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
    "pre": BlockKind.PREFORMATTED,
    "listing": BlockKind.PREFORMATTED,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
}
_FRESH = _tags("article section main aside nav header footer td th table ul ol")
"""Elements whose text does not take its kind from what they stand in."""
_TAG_MARKERS: Mapping[str, Marker] = {
    "nav": marker("navigation"),
    "aside": marker("aside"),
    "footer": marker("footer"),
    "dialog": marker("furniture"),
    "figcaption": marker("caption"),
    "button": marker("control"),
}
_SITE = marker("site")
_NAME_ATTRIBUTES = _tags("class id role itemprop rel data-component data-testid data-qa")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN = "is-hidden"
"""The name, known to `markers.toml`, that stands for an attribute that hides."""
_DATED = "timestamp"
"""The name that stands for the element `time`."""
_NAMES = 400
"""Characters of an attribute that are read; the longest honest one on the development pages has 380."""
_NO_NAMES = Naming(frozenset(), None, False, False)

DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts that say as much in one character as others in two or three, or that write words without spaces."""
_DENSE = re.compile(f"[{DENSE}]")
_STOP = re.compile(r"[.!?…:;,。！？、，؟،۔।։፡។]")
_END = frozenset(".!?…。！？؟۔।։።»”\"'’“)]")
_SHORT_SENTENCE = 40
_LONG_TEXT = 80
"""Characters from which text with, and without, punctuation counts as prose; labels and link texts stay below."""


@dataclass(slots=True, eq=False)
class Node:
    """An element that starts a block of its own: the frame that blocks stand in."""

    index: int
    """Place in the table; greater than the parent's."""
    parent: "Node | None"
    tag: str
    names: Naming
    marker: Marker | None
    kind: BlockKind
    level: int
    depth: int
    first: int
    """Index of the first block inside."""
    end: int = 0
    """One beyond the index of the last block inside."""
    prose: float = 0.0
    chars: int = 0
    pictures: int = 0
    kept: bool = False
    """Whether the site's own rules say that the article is in here."""
    tokens: frozenset[str] | None = None

    def context(self) -> frozenset[str]:
        """Tag names and name tokens of the element and all it stands in."""
        missing, node = [], self
        while node.tokens is None and node.parent is not None:
            missing.append(node)
            node = node.parent
        known = node.tokens or frozenset()
        for below in reversed(missing):
            if below.depth <= _TOLD:
                known = known | below.names.tokens | {below.tag}
            below.tokens = known
        return known


@dataclass(slots=True, eq=False)
class TextBlock:
    """A row of the table: a run of text and what is measured of it."""

    index: int
    text: str
    node: Node
    kind: BlockKind
    level: int
    chars: int
    link_chars: int
    names: Naming
    """Of the inline element that holds (nearly) the whole text; empty names otherwise."""
    prose: float
    """How much running text this is, in characters of a script with spaces; 0 for labels, headings and links."""

    @property
    def link_share(self) -> float:
        return min(1.0, self.link_chars / self.chars)

    @property
    def ends_sentence(self) -> bool:
        return self.text[-1] in _END


@dataclass(frozen=True, slots=True)
class Chosen:
    """Elements that a site's own rules name."""

    keep: frozenset[etree._Element] = frozenset()
    """They hold the article; empty: not said."""
    drop: frozenset[etree._Element] = frozenset()


@dataclass(frozen=True, slots=True)
class BlockTable:
    """A page's blocks in document order and the elements that hold them (each after the one it stands in)."""

    blocks: tuple[TextBlock, ...]
    nodes: tuple[Node, ...]
    flags: tuple[str, ...]
    password: bool
    """Whether there is a field for a password."""


_NONE_CHOSEN = Chosen()


def read_blocks(tree: lxml.html.HtmlElement, chosen: Chosen = _NONE_CHOSEN) -> BlockTable:
    """The text blocks of a page.

    Flags say when text may be missing: `cut at N blocks`, `nested too deeply`. Raises: nothing, for any parsed tree.
    """
    body = tree.find("body")
    walker = _Walker(chosen)
    walker.walk(tree if body is None else body)
    return BlockTable(tuple(walker.blocks), tuple(walker.nodes), tuple(walker.flags), walker.password)


@dataclass(slots=True)
class _Walker:
    """The walk's state: the open elements and the text collected since the last block ended."""

    chosen: Chosen
    blocks: list[TextBlock] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    node: Node = field(default_factory=lambda: Node(0, None, "html", _NO_NAMES, None, BlockKind.PARAGRAPH, 0, 0, 0))
    pieces: list[str] = field(default_factory=list)
    chars: int = 0
    link_chars: int = 0
    links: int = 0
    breaks: int = 0
    named: list[tuple[etree._Element, int]] = field(default_factory=list)
    """Open inline elements near a block's start, and the characters collected before each."""
    inline: list[tuple[etree._Element, int]] = field(default_factory=list)
    """Closed inline elements, and the characters in each."""
    password: bool = False

    def walk(self, root: etree._Element) -> None:
        self.nodes.append(self.node)
        events = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        skipped: etree._Element | None = None
        for event, element in events:
            text: str | None
            if event == "start":
                if self.open(element, root):
                    text = element.text
                else:
                    events.skip_subtree()
                    skipped, text = element, None
                if len(self.blocks) >= MAX_BLOCKS:
                    self.flags.append(f"cut at {MAX_BLOCKS} blocks")
                    break
            else:
                if element is skipped:
                    skipped = None
                elif event == "end":
                    self.close(element)
                text = element.tail if element is not root else None
            if text and (self.chars or not text.isspace()):
                self.add(text)
        self.finish()

    def open(self, element: etree._Element, root: etree._Element) -> bool:
        """Whether what is inside is to be read."""
        tag = element.tag
        if tag in _SKIPPED:
            if tag == "input" and element.get("type", "").lower() == "password":
                self.password = True
            return False
        if tag == "br":
            self.line_break()
        elif tag in _INLINE or (":" in tag and tag not in _KINDS):
            self.open_inline(element, tag)
        else:
            self.open_block(element, tag, root)
        return True

    def finish(self) -> None:
        if self.chars:
            self.flush()
        while self.node.parent is not None:
            self.leave()
        self.node.end = len(self.blocks)
        for node in reversed(self.nodes):
            if node.parent is not None:
                node.parent.prose += node.prose
                node.parent.chars += node.chars
                node.parent.pictures += node.pictures

    def add(self, text: str) -> None:
        self.pieces.append(text)
        if not text.isspace():
            self.breaks = 0
            self.chars += len(text)
            if self.links:
                self.link_chars += len(text)

    def line_break(self) -> None:
        """Two breaks end a block; one does after a sentence and after a line in a style of its own."""
        self.breaks += 1
        if self.chars:
            styled = any(inside * 10 > self.chars * 8 for _, inside in self.inline)
            if self.breaks > 1 or styled or self.pieces[-1].rstrip()[-1:] in _END:
                self.flush()
            else:
                self.pieces.append("\n")

    def open_inline(self, element: etree._Element, tag: str) -> None:
        if tag == "a":
            self.links += 1
        elif tag == "img":
            self.node.pictures += 1
        if self.chars < _LABEL and len(self.named) < _NESTED:
            self.named.append((element, self.chars))

    def open_block(self, element: etree._Element, tag: str, root: etree._Element) -> None:
        if self.chars:
            self.flush()
        parent = self.node
        names = _NO_NAMES if element is root else naming(_names(element))
        kind, level = _KINDS.get(tag), 0
        if kind is BlockKind.HEADING:
            level = int(tag[1])
        elif kind is None or (kind is BlockKind.PARAGRAPH and parent.kind is not BlockKind.HEADING):
            kind, level = (BlockKind.PARAGRAPH, 0) if tag in _FRESH else (parent.kind, parent.level)
        found = _SITE if element in self.chosen.drop else names.marker or _TAG_MARKERS.get(tag)
        self.node = Node(len(self.nodes), parent, tag, names, found, kind, level, parent.depth + 1, len(self.blocks))
        self.node.kept = parent.kept or element in self.chosen.keep
        self.nodes.append(self.node)
        if self.node.depth == DEEPEST:
            self.flags.append("nested too deeply: text may be missing")

    def close(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _INLINE or (":" in tag and tag not in _KINDS):
            if tag == "a":
                self.links -= 1
            if self.named and self.named[-1][0] is element:
                _, before = self.named.pop()
                if self.chars > before:
                    self.inline.append((element, self.chars - before))
            return
        if tag == "br":
            return
        if self.chars:
            self.flush()
        if tag == "tr":
            self.join_row()
        self.leave()

    def leave(self) -> None:
        self.node.end = len(self.blocks)
        if self.node.parent is not None:
            self.node = self.node.parent

    def flush(self) -> None:
        """End the block that is being collected."""
        node = self.node
        joined = "".join(self.pieces)
        text = joined.strip("\r\n") if node.kind is BlockKind.PREFORMATTED else " ".join(joined.split())
        if text:
            share = self.link_chars / self.chars
            held = next((element for element, inside in reversed(self.inline) if inside * 10 > self.chars * 8), None)
            names = _NO_NAMES if held is None else naming(_names(held))
            prose = 0.0 if node.kind is BlockKind.HEADING else prose_size(text, share)
            links = round(len(text) * share)
            self.blocks.append(
                TextBlock(len(self.blocks), text, node, node.kind, node.level, len(text), links, names, prose)
            )
            node.prose += prose
            node.chars += len(text)
        self.pieces.clear()
        self.inline.clear()
        self.chars = self.link_chars = self.breaks = 0
        if self.named:
            self.named = [(element, 0) for element, _ in self.named]

    def join_row(self) -> None:
        """A row of short cells becomes one block; a row that is used for layout stays as it is."""
        row, cells = self.node, self.blocks[self.node.first :]
        if len(cells) < 2 or any(
            cell.node.parent is not row or cell.node.tag not in ("td", "th") or cell.chars > _CELL for cell in cells
        ):
            return
        if len({id(cell.node) for cell in cells}) < len(cells):
            return
        text = CELL_BREAK.join(cell.text for cell in cells)
        links = sum(cell.link_chars for cell in cells)
        for cell in cells:
            cell.node.prose = cell.node.chars = 0
        del self.blocks[row.first :]
        prose = prose_size(text, links / len(text))
        self.blocks.append(TextBlock(row.first, text, row, BlockKind.TABLE_ROW, 0, len(text), links, _NO_NAMES, prose))
        row.prose += prose
        row.chars += len(text)


CELL_BREAK = " | "
"""Stands between the cells of a table row."""
_LABEL = 40
"""Characters after which an inline element can't hold nearly all of a label."""
_TOLD = 200
"""Depth to which a block's context goes; the deepest development page has 60."""
_NESTED = 16
"""Inline elements in one another that are looked at."""
_CELL = 200
"""Characters of the longest cell of a table of data; a layout table's hold paragraphs."""


def weigh(text: str) -> float:
    """Length of a text in characters, those of dense scripts counted 2.5 times."""
    return float(len(text)) if text.isascii() else len(text) + 1.5 * len(_DENSE.findall(text))


def prose_size(text: str, link_share: float) -> float:
    """How much running text a block is: its characters outside links, those of dense scripts counted 2.5 times.

    0 for what is mostly links or too short to be a sentence.
    """
    if link_share > 0.5:
        return 0.0
    size = weigh(text)
    if size < _SHORT_SENTENCE or (size < _LONG_TEXT and not _STOP.search(text)):
        return 0.0
    return size * (1 - link_share)


def _names(element: etree._Element) -> str:
    """The element's class, id and role names, separated by spaces; a name that marks it as hidden is added."""
    found = [_DATED] if element.tag == "time" else []
    for key, value in cast("list[tuple[str, str]]", element.items()):
        if key in _NAME_ATTRIBUTES:
            found.append(value[:_NAMES])
        elif _hides(key, value):
            found.append(_HIDDEN)
    return " ".join(found)


def _hides(key: str, value: str) -> bool:
    if key == "style":
        return _HIDING_STYLE.search(value[:_NAMES]) is not None
    return key == "hidden" or (key == "aria-hidden" and value == "true")
