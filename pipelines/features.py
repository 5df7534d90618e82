"""The block table as numbers: what the scorer reads of each block, of what it stands in and of what is around it."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

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
_KIND_NUMBERS = np.arange(len(_KINDS))
_DIGIT = re.compile(r"\d")
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
        self.chars = np.array([float(block.chars) for block in blocks])
        self.links = np.array([float(block.link_chars) for block in blocks])
        self.prose = np.array([block.prose for block in blocks])
        self.kind = np.array([_KINDS[block.kind] for block in blocks])
        self.level = np.array([block.level for block in blocks])
        self.node = np.array([block.node.index for block in blocks])
        parents = [0 if node.parent is None else node.parent.index for node in nodes]
        self.parent = np.array(parents)
        self.pictures = np.array([node.pictures for node in nodes])
        self.spans = tuple(np.minimum([[node.first for node in nodes], [node.end for node in nodes]], self.count))
        self.inside = np.array([node.inside for node in nodes])[self.node] | [block.names.bits for block in blocks]
        self.total = float(self.prose.sum()) or 1.0
        looks: dict[tuple[str, str, str], int] = {}
        self.looks: Ints = np.array(
            [looks.setdefault((b.node.tag, b.node.names.names, _names(b.node.parent)), len(looks)) for b in blocks]
        )
        """For each block a number; blocks that look alike have the same."""
        shapes: dict[tuple[int, str, str], int] = {}
        alike = [
            shapes.setdefault((up, n.tag, n.names.names), len(shapes)) for up, n in zip(parents, nodes, strict=True)
        ]
        self.alike = np.log1p(np.bincount(alike))[alike]
        """For each element how many of those beside it look alike, itself included."""

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
    bits = ((page.inside[:, None] >> _BITS) & 1).astype(np.float64)
    held = page.prose @ bits / page.total
    believed = bits * (held < _HELD)
    furniture = believed[:, _FURNITURE].max(axis=1)
    left = page.prose * (1 - furniture)
    all_left = left.sum() or 1.0
    left_inside = page.inside_spans(left)
    parent = page.parent[page.node]
    columns = (
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
        page.kind[:, None] == _KIND_NUMBERS,
        _texts(blocks, declared),
        *_around(page),
        *_looks(page),
        *_main(page),
        *_outwards(page, page.alike),
        _neighbours((log_chars, link_share, page.prose > 0, page.level > 0, page.kind)),
        _windows((page.prose * (link_share < 0.3), link_share)),
        furniture,
        (np.cumsum(left) - left) / all_left,
        _windows((left,)),
        np.log1p(left_inside[page.node]),
        np.log1p(left_inside[parent]),
        (left_inside / all_left)[parent],
        (left_inside / all_left)[page.parent[parent]],
        believed,
    )
    return np.column_stack(columns).astype(np.float32)


def _texts(blocks: Sequence[TextBlock], declared: Declared) -> NDArray[np.float64]:
    """What the words show."""
    times = Counter(block.text for block in blocks)
    rows = [_text(block, declared, times[block.text] > 1) for block in blocks]
    return np.array(rows, dtype=np.float64)


def _text(block: TextBlock, declared: Declared, again: bool) -> tuple[float, ...]:
    text = block.text
    start = text[:_READ]
    stops = start.count(",") + start.count(".")
    if not start.isascii():
        stops += start.count("、") + start.count("。")
    said = text[:_SAID]
    words = start.split()
    capitals = sum([word[0].isupper() for word in words])
    return (
        capitals / len(words),
        1 < len(words) < 5 and capitals == len(words) and not block.ends_sentence,
        "/" in start,
        ":" in start,
        block.ends_sentence,
        stops / len(start),
        *_first(text[0]),
        *_last(text[-1]),
        "|" in start,
        "@" in start or "©" in start or "http" in start,
        block.chars < _READ and _DIGIT.search(start) is not None and _DATE.search(start) is not None,
        again,
        declared.says(said),
        declared.body(said) if block.prose else 0.0,
    )


@lru_cache(1 << 12)
def _first(character: str) -> tuple[bool, ...]:
    """What a text's first character shows."""
    shape = (character.islower(), character.isupper(), character.isdigit())
    return (*shape, character in _BULLETS, character in _QUOTES)


@lru_cache(1 << 12)
def _last(character: str) -> tuple[bool, ...]:
    """What a text's last character shows."""
    return character == ":", character in "?？"


def _around(page: Columns) -> list[NDArray[np.float64]]:
    """Of each element around a block: its share of the prose, its links, how many blocks and pictures it holds."""
    prose, chars = page.inside_spans(page.prose), page.inside_spans(page.chars)
    direct = np.bincount(page.node, page.prose, minlength=len(page.parent))
    children = direct + np.bincount(page.parent, direct, minlength=len(page.parent))
    figures = (
        prose / page.total,
        children / page.total,
        page.inside_spans(page.links) / np.maximum(chars, 1),
        np.log1p(page.spans[1] - page.spans[0]),
        np.log1p(page.pictures),
        np.log1p(chars),
    )
    return _outwards(page, np.column_stack(figures))


def _outwards(page: Columns, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """An element's values, for each block's element and those around it."""
    found, node = [], page.node
    for _ in range(LEVELS):
        found.append(values[node])
        node = page.parent[node]
    return found


def _looks(page: Columns) -> list[NDArray[np.float64]]:
    """Of all blocks that look alike: how many there are, and their share of the prose."""
    looks = page.looks
    return [np.log1p(np.bincount(looks))[looks], (np.bincount(looks, page.prose) / page.total)[looks]]


def _main(page: Columns) -> list[NDArray[np.float64]]:
    """Against the look that has most of the prose: whether a block has it, stands beyond its last, how long it is."""
    main = int(np.bincount(page.looks, page.prose).argmax())
    has = (page.looks == main) & (page.prose > 0)
    at = np.flatnonzero(has)
    last = at[-1] if len(at) else -1
    beyond = np.maximum(np.arange(page.count) - last, 0)
    usual = page.chars[has].mean() if len(at) else 1.0
    return [has, beyond > 0, np.log1p(beyond), np.log1p(page.chars / usual)]


def _neighbours(columns: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Of each column the values of the two blocks before and the two after."""
    count = len(columns[0])
    padded = np.zeros((count + 4, len(columns)))
    padded[2:-2] = np.array(columns).T
    around = np.stack([padded[start : start + count] for start in (0, 1, 3, 4)], axis=2)
    return around.reshape(count, -1)


def _windows(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Of each column the means over three and eight blocks on each side."""
    count = len(columns[0])
    sums = np.zeros((count + 1, len(columns)))
    np.cumsum(np.array(columns).T, axis=0, out=sums[1:])
    at = np.arange(count)
    means = []
    for width in (3, 8):
        low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, count)
        means.append((sums[high] - sums[low]) / (high - low)[:, None])
    found: NDArray[np.float64] = np.log1p(np.stack(means, axis=2).reshape(count, -1))
    return found
