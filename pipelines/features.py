"""The block table as numbers: what the scorer reads of each block, of what it stands in and of what is around it."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.blocks import TAG_BITS, BlockTable, Node, TextBlock
from pipelines.declared import Declared
from pipelines.markers import MARKER_BITS
from pipelines.records import BlockKind

Matrix = NDArray[np.float32]
Ints = NDArray[np.int64]

LEVELS = 4
"""Elements around a block that are looked at one by one: its own, and three that hold that."""
_READ = 160
"""Characters at a block's beginning that are looked at."""
_BITS = np.arange(MARKER_BITS + len(TAG_BITS), dtype=np.int64)
_FURNITURE = slice(0, MARKER_BITS - 2)
_HELD = 0.5
"""Share of a page's prose from which what a name says is not believed: the article stands in it."""
_KINDS = {kind: number for number, kind in enumerate(BlockKind)}
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b")
_BULLETS = frozenset("•·-–—*»>›▪■●→►|/©")
_QUOTES = frozenset("\"“”„«»‘’'「『")
_SAID = 60
"""Characters of a block that are looked for in the declared body and description."""


class Columns:
    """A page's blocks as columns."""

    def __init__(self, table: BlockTable) -> None:
        blocks, nodes = table.blocks, table.nodes
        self.count = len(blocks)
        rows = [(b.chars, b.link_chars, b.prose, _KINDS[b.kind], b.level, b.node.index, b.names.bits) for b in blocks]
        columns = np.array(rows, dtype=np.float64).T
        self.chars, self.links, self.prose = columns[0], columns[1], columns[2]
        self.kind, self.level, self.node, inline = columns[3:].astype(np.int64)
        shape = [(0 if n.parent is None else n.parent.index, n.first, n.end, n.inside, n.pictures) for n in nodes]
        self.parent, first, end, inside, self.pictures = np.array(shape, dtype=np.int64).T
        self.inside = inside[self.node] | inline
        self.spans = (np.minimum(first, self.count), np.minimum(end, self.count))
        self.total = float(self.prose.sum()) or 1.0
        looks: dict[tuple[str, str, str], int] = {}
        self.looks: Ints = np.array(
            [looks.setdefault((b.node.tag, b.node.names.names, _names(b.node.parent)), len(looks)) for b in blocks]
        )
        """For each block a number; blocks that look alike have the same."""

    def inside_spans(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each element the sum of its blocks' values."""
        sums = np.concatenate(([0.0], np.cumsum(values)))
        first, end = self.spans
        found: NDArray[np.float64] = sums[end] - sums[first]
        return found


def _names(node: Node | None) -> str:
    return "" if node is None else node.names.names


def features(
    page: Columns, blocks: Sequence[TextBlock], declared: Declared, headline: TextBlock | None, container: Node
) -> Matrix:
    """A row for each block; the columns are what the scorer was trained on, in this order."""
    at = np.arange(page.count)
    before = np.cumsum(page.prose) - page.prose
    title = headline.index if headline is not None else -1
    since = at - title if headline is not None else at
    link_share = page.links / page.chars
    log_chars = np.log1p(page.chars)
    is_prose = (page.prose > 0).astype(np.float64)
    columns = [
        log_chars,
        np.log1p(page.prose),
        link_share,
        page.level,
        at / page.count,
        before / page.total,
        np.log1p(at),
        np.log1p(page.count - at),
        np.sign(since) * np.log1p(np.abs(since)),
        (before - (before[title] if headline is not None else 0.0)) / page.total,
        at == title,
        np.full(page.count, headline is not None),
        np.full(page.count, np.log1p(page.total)),
        np.full(page.count, np.log1p(page.count)),
        (at >= container.first) & (at < container.end),
        np.log1p(np.abs(at - container.first)),
        np.log1p(np.abs(at - container.end)),
        *(page.kind == kind for kind in range(len(_KINDS))),
        *_texts(blocks, declared).T,
        *_around(page),
        *_looks(page),
        *_neighbours((log_chars, link_share, is_prose, page.level > 0, page.kind)),
        *_windows(page.prose * (link_share < 0.3), link_share),
    ]
    bits = ((page.inside[:, None] >> _BITS) & 1).astype(np.float64)
    held = page.prose @ bits / page.total
    believed = bits * (held < _HELD)
    furniture = believed[:, _FURNITURE].max(axis=1)
    left = page.prose * (1 - furniture)
    columns += [
        furniture,
        (np.cumsum(left) - left) / (left.sum() or 1.0),
        *_windows(left),
        np.log1p(page.inside_spans(left)[page.node]),
        np.log1p(page.inside_spans(left)[page.parent[page.node]]),
        (page.inside_spans(left) / (left.sum() or 1.0))[page.parent[page.node]],
        (page.inside_spans(left) / (left.sum() or 1.0))[page.parent[page.parent[page.node]]],
    ]
    return np.hstack((np.stack(columns, axis=1), believed)).astype(np.float32)


def _texts(blocks: Sequence[TextBlock], declared: Declared) -> NDArray[np.float64]:
    """What the words show."""
    times = Counter(block.text for block in blocks)
    rows = [_text(block, declared, times[block.text] > 1) for block in blocks]
    return np.array(rows, dtype=np.float64)


def _text(block: TextBlock, declared: Declared, again: bool) -> tuple[float, ...]:
    text = block.text
    start = text[:_READ]
    first, last = start[0], text[-1]
    size = len(start)
    stops = start.count(",") + start.count(".") + start.count("、") + start.count("。")
    said = text[:_SAID]
    return (
        block.ends_sentence,
        stops / size,
        first.islower(),
        first.isupper(),
        first.isdigit(),
        first in _BULLETS,
        first in _QUOTES,
        last == ":",
        last in "?？",
        "|" in start,
        "@" in start or "©" in start or "http" in start,
        block.chars < _READ and _DATE.search(start) is not None,
        again,
        declared.says(said),
        declared.body(said) if block.prose else 0.0,
    )


def _around(page: Columns) -> list[NDArray[np.float64]]:
    """Of each element around a block: its share of the prose, its links, how many blocks and pictures it holds."""
    prose, chars = page.inside_spans(page.prose), page.inside_spans(page.chars)
    links = page.inside_spans(page.links) / np.maximum(chars, 1)
    direct = np.bincount(page.node, page.prose, minlength=len(page.parent))
    children = direct + np.bincount(page.parent, direct, minlength=len(page.parent))
    size = np.log1p(page.spans[1] - page.spans[0])
    found = []
    node = page.node
    for _ in range(LEVELS):
        found += [prose[node] / page.total, children[node] / page.total, links[node], size[node]]
        found += [np.log1p(page.pictures[node]), np.log1p(chars[node])]
        node = page.parent[node]
    return found


def _looks(page: Columns) -> list[NDArray[np.float64]]:
    """Of all blocks that look alike: how many there are, and their share of the prose."""
    looks = page.looks
    return [np.log1p(np.bincount(looks))[looks], (np.bincount(looks, page.prose) / page.total)[looks]]


def _neighbours(columns: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The values of the two blocks before and the two after."""
    found = []
    for column in columns:
        padded = np.concatenate(([0.0, 0.0], column, [0.0, 0.0]))
        found += [padded[:-4], padded[1:-3], padded[3:-1], padded[4:]]
    return found


def _windows(*columns: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Means over three and eight blocks on each side."""
    found = []
    for column in columns:
        sums = np.concatenate(([0.0], np.cumsum(column)))
        at = np.arange(len(column))
        for width in (3, 8):
            low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, len(column))
            mean = (sums[high] - sums[low]) / (high - low)
            found.append(np.log1p(mean))
    return found
