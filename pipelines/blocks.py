"""An HTML tree -> the table of its text blocks, each with the features that tell article from furniture.

One walk over the tree, no recursion: time is linear in the number of elements, whatever their nesting.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import cast

import lxml.html
from lxml import etree

from pipelines.markers import MARKER_BITS, Marker, Naming, marker, naming
from pipelines.prose import prose_size
from pipelines.records import BlockKind, Boilerplate
from pipelines.spaces import squeeze_unmended

MAX_BLOCKS = 5000
"""The longest article page among the development pages has 1,900 blocks; a live blog of a day some 3,000."""


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


class _Role(Enum):
    """What an element is to the walk."""

    SKIP = "holds no text to read"
    BREAK = "ends a line"
    FRAME = "may hold the site's menus: then it is not read unless there is little else"
    INLINE = "stands in a line"
    BLOCK = "starts a block"


_ROLES: Mapping[str, _Role] = {
    "br": _Role.BREAK,
    **dict.fromkeys(("nav", "header", "footer"), _Role.FRAME),
    **dict.fromkeys(
        _tags(
            "script style noscript template svg iframe object embed applet audio video canvas map select option"
            " datalist textarea input meter progress rt rp frameset noframes title"
        ),
        _Role.SKIP,
    ),
    **dict.fromkeys(
        _tags(
            "a abbr acronym amp-link b bdi bdo big cite code data del dfn em font i img ins kbd label mark math nobr"
            " output picture q ruby s samp small source span strike strong sub sup time tt u var wbr"
        ),
        _Role.INLINE,
    ),
}
"""The roles of tags; the others start a block, or, with a name space, stand in a line."""
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
_BIT_TAGS = ("article", "main", "aside", "nav", "header", "footer", "form", "figure", "table", "ul", "ol", "section")
TAG_BITS: Mapping[str, int] = {
    tag: 1 << number
    for number, tag in enumerate(
        _BIT_TAGS,
        start=MARKER_BITS,
    )
}
"""The bits of `Node.inside` that stand for elements; those below stand for names."""
_SITE = marker("site")
_NAME_ATTRIBUTES = _tags("class id role itemprop rel data-component data-testid data-qa")
_HIDING = _tags("style hidden aria-hidden")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN = "is-hidden"
"""The name, known to `markers.toml`, that stands for an attribute that hides."""
_DATED = "timestamp"
"""The name that stands for the element `time`."""
_NAMES = 400
"""Characters of an attribute that are read; the longest honest one on the development pages has 380."""
_NO_NAMES = Naming()
_RAISED = _tags("sub sup")
_MOVING = _tags("video iframe")
"""Skipped elements that show something, as `img` does."""

SENTENCE_ENDS = frozenset(".!?…。！？؟۔।։።»”\"'’“)]")


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
    inside: int
    """What the element and all it stands in are, a bit each: see `TAG_BITS` and `Naming.bits`."""
    end: int = 0
    """One beyond the index of the last block inside."""
    prose: float = 0.0
    chars: int = 0
    pictures: int = 0
    kept: bool = False
    """Whether the site's own rules say that the article is in here."""


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
        return self.text[-1] in SENTENCE_ENDS


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

    Flags say when text is missing: `cut at N blocks`. Raises: nothing, for any parsed tree.
    """
    body = tree.find("body")
    root = tree if body is None else body
    walker = _Walker(chosen, frame=False)
    walker.walk(root)
    if walker.frames and walker.node.prose < _LITTLE:
        walker = _Walker(chosen, frame=True)
        walker.walk(root)
    return BlockTable(tuple(walker.blocks), tuple(walker.nodes), tuple(walker.flags), walker.password)


def _side_by_side(before: str, element: etree._Element) -> bool:
    """Whether two elements meet without a space where their words don't: a style sheet keeps such apart."""
    text = element.text
    if not text or not text[0].isupper() or not (before[-1].islower() or before[-1] in ".!?)"):
        return False
    previous, around = element.getprevious(), element.getparent()
    if previous is None or previous.tail or element.tag in _RAISED:
        return False
    return around is None or around.tag != "code"


class _Walker:
    """The walk's state: the open elements and the text collected since the last block ended."""

    def __init__(self, chosen: Chosen, *, frame: bool) -> None:
        self.keep, self.drop = chosen.keep, chosen.drop
        self.frame = frame
        """Whether the site's menus, header and footer are read too."""
        self.frames = 0
        self.blocks: list[TextBlock] = []
        self.node = Node(0, None, "html", _NO_NAMES, None, BlockKind.PARAGRAPH, 0, 0, 0, 0)
        self.nodes: list[Node] = [self.node]
        self.flags: list[str] = []
        self.opened: list[tuple[etree._Element, int]] = []
        """Open elements inside `node` without text so far, and the pictures before each: many never get a node."""
        self.pictures = 0
        self.pieces: list[str] = []
        self.chars = self.link_chars = self.links = self.breaks = 0
        self.named: list[tuple[etree._Element, int]] = []
        """Open inline elements near a block's start, and the characters collected before each."""
        self.inline: list[tuple[etree._Element, int]] = []
        """Closed inline elements, and the characters in each."""
        self.password = False

    def walk(self, root: etree._Element) -> None:  # noqa: C901
        """Reads all text below `root`. One loop, with what is done for every element written out: it is the hot one."""
        events = etree.iterwalk(root, events=("start", "end"))
        skip, frame, inline, block = _Role.SKIP, _Role.FRAME, _Role.INLINE, _Role.BLOCK
        roles, pieces, skipped = _ROLES, self.pieces, None
        for event, element in events:
            tag = element.tag
            role = roles.get(tag) or (inline if ":" in tag and tag not in _KINDS else block)
            if event == "start":
                if role is skip or (role is frame and self.is_frame(element)):
                    self.pictures += tag in _MOVING
                    events.skip_subtree()
                    skipped = element
                    if tag == "input" and element.get("type", "").lower() == "password":
                        self.password = True
                    continue
                if role is block or role is frame:
                    if self.chars:
                        self.flush()
                    self.opened.append((element, self.pictures))
                elif role is _Role.BREAK:
                    self.line_break()
                else:
                    self.open_inline(element)
                text = element.text
            else:
                if element is skipped:
                    skipped = None
                elif role is block or role is frame:
                    self.close(element)
                elif role is inline:
                    self.close_inline(element)
                text = element.tail if element is not root else None
            if not text:
                continue
            if not text.isspace():
                pieces.append(text)
                self.breaks = 0
                self.chars += len(text)
                if self.links:
                    self.link_chars += len(text)
                if len(self.blocks) >= MAX_BLOCKS:
                    self.flags.append(f"cut at {MAX_BLOCKS} blocks")
                    self.forget()
                    break
            elif self.chars:
                pieces.append(text)
        self.finish()

    def is_frame(self, element: etree._Element) -> bool:
        """Whether a menu, header or footer is the site's, and to be left out."""
        if self.frame or next(element.iter("h1"), None) is not None:
            return False
        of_article = next(element.iterancestors("article", "main"), None) is not None
        if _is_trail(element) if element.tag == "nav" else of_article:
            return False
        self.frames += 1
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

    def line_break(self) -> None:
        """Two breaks end a block; one does after a sentence and after a line in a style of its own."""
        self.breaks += 1
        if self.chars:
            styled = any(inside * 10 > self.chars * 8 for _, inside in self.inline)
            if self.breaks > 1 or styled or self.pieces[-1].rstrip()[-1:] in SENTENCE_ENDS:
                self.flush()
            else:
                self.pieces.append("\n")

    def open_inline(self, element: etree._Element) -> None:
        tag = element.tag
        if self.chars and self.node.kind is not BlockKind.PREFORMATTED and _side_by_side(self.pieces[-1], element):
            self.pieces.append(" ")
        if tag == "a":
            self.links += 1
        elif tag == "img":
            self.pictures += 1
        if self.chars < _LABEL and len(self.named) < _NESTED:
            self.named.append((element, self.chars))

    def close_inline(self, element: etree._Element) -> None:
        if element.tag == "a":
            self.links -= 1
        if self.named and self.named[-1][0] is element:
            _, before = self.named.pop()
            if self.chars > before:
                self.inline.append((element, self.chars - before))

    def enter(self) -> None:
        """Gives the open elements their nodes: something stands in them."""
        for element, pictures in self.opened:
            self.node = self.node_of(element, self.node)
            self.node.pictures = -pictures
            self.nodes.append(self.node)
        self.opened.clear()

    def node_of(self, element: etree._Element, parent: Node) -> Node:
        tag = element.tag
        names = _naming(element) if parent.parent is not None else _NO_NAMES  # the body's speak of the whole page
        kind, level = _KINDS.get(tag), 0
        if kind is BlockKind.HEADING:
            level = int(tag[1])
        elif kind is None or (kind is BlockKind.PARAGRAPH and parent.kind is not BlockKind.HEADING):
            kind, level = (BlockKind.PARAGRAPH, 0) if tag in _FRESH else (parent.kind, parent.level)
        found = _SITE if self.drop and element in self.drop else names.marker or _TAG_MARKERS.get(tag)
        inside = parent.inside | names.bits | TAG_BITS.get(tag, 0)
        node = Node(len(self.nodes), parent, tag, names, found, kind, level, parent.depth + 1, len(self.blocks), inside)
        node.kept = parent.kept or (bool(self.keep) and element in self.keep)
        return node

    def close(self, element: etree._Element) -> None:
        if self.chars:
            self.flush()
        if self.opened:
            self.opened.pop()
            return
        if element.tag == "tr":
            self.join_row()
        self.leave()

    def leave(self) -> None:
        self.node.end = len(self.blocks)
        self.node.pictures += self.pictures
        if self.node.parent is not None:
            self.node = self.node.parent

    def flush(self) -> None:
        """End the block that is being collected."""
        if self.opened:
            self.enter()
        node, joined = self.node, "".join(self.pieces)
        text = joined.strip("\r\n") if node.kind is BlockKind.PREFORMATTED else squeeze_unmended(joined)
        if text:
            share, chars = self.link_chars / self.chars, len(text)
            links = round(chars * share) if share else 0
            names = self.around_all() if self.inline else _NO_NAMES
            prose = 0.0 if node.kind is BlockKind.HEADING else prose_size(text, share)
            block = TextBlock(len(self.blocks), text, node, node.kind, node.level, chars, links, names, prose)
            self.blocks.append(block)
            node.prose += prose
            node.chars += chars
        self.forget()

    def around_all(self) -> Naming:
        """The names of the inline element that holds (nearly) the whole text."""
        for element, inside in reversed(self.inline):
            if inside * 10 > self.chars * 8:
                return _naming(element)
        return _NO_NAMES

    def forget(self) -> None:
        """Begins with the next block."""
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
            cell.node.first = cell.node.end = row.first
        del self.blocks[row.first :]
        prose = prose_size(text, links / len(text))
        self.blocks.append(TextBlock(row.first, text, row, BlockKind.TABLE_ROW, 0, len(text), links, _NO_NAMES, prose))
        row.prose += prose
        row.chars += len(text)


CELL_BREAK = " | "
"""Stands between the cells of a table row."""
_LITTLE = 250.0
"""Prose below which a page's menus are read too: a `nav` that was never closed has swallowed the article."""
_LABEL = 40
"""Characters after which an inline element can't hold nearly all of a label."""
_NESTED = 16
"""Inline elements in one another that are looked at."""
_CELL = 200
"""Characters of the longest cell of a table of data; a layout table's hold paragraphs."""


def _naming(element: etree._Element) -> Naming:
    """What the element's class, id and role names say; a name that marks it as hidden is added."""
    found = [_DATED] if element.tag == "time" else []
    for key, value in cast("list[tuple[str, str]]", element.items()):
        if key in _NAME_ATTRIBUTES:
            found.append(value[:_NAMES])
        elif key in _HIDING and _hides(key, value):
            found.append(_HIDDEN)
    return naming(" ".join(found)) if found else _NO_NAMES


def _is_trail(element: etree._Element) -> bool:
    """Whether a menu is the breadcrumb, which says where on the site the article stands."""
    found = _naming(element).marker
    return found is not None and found.drop.kind is Boilerplate.BREADCRUMB


def _hides(key: str, value: str) -> bool:
    if key == "style":
        return _HIDING_STYLE.search(value[:_NAMES]) is not None
    return key == "hidden" or value == "true"
