"""Where on a page the article is: the element that holds its prose, the blocks from the headline to its end."""

from bisect import bisect_left
from collections.abc import Sequence

from pipelines.blocks import BlockTable, Node, TextBlock
from pipelines.markers import Marker
from pipelines.records import Boilerplate

_MOST = 0.8
"""Share of the prose that a child must hold for the search to go on inside it. Measured on the development pages:
0.7 to 0.9 differ by 0.2 points of word F1."""
_NAMED_BODY = 0.4
"""The same for the only child that is an article, main or body container by its name."""
_TITLED = 0.55
"""The same for the child with the headline: where a body is split, the headline mostly stands apart."""
_OWN_TITLE = 0.3
"""The same for the child with the headline, when the other children have main headings of their own."""
_MARKED, _COMMENTS = 0.1, 0.02
"""What prose in marked containers counts: enough to find an article in a container of a misleading name, too little
for the comments, ten times as long, to win over a short article."""
_TWIN = 0.05
"""Share of the container's prose from which a sibling that looks like it is a further part of the article."""
_HEADER_BLOCKS = 60
"""Blocks between headline and container: 60 at most on the development pages where both were right."""
_PARTS = frozenset(("p", "ul", "ol", "li", "dl", "dd", "dt", "table", "tbody", "tr", "blockquote", "pre", "figure"))
"""Elements that hold a part of an article at most."""


def find_container(table: BlockTable, headline: TextBlock | None) -> Node | None:
    """The smallest element that holds the article's prose; None on a page without elements.

    From the body downwards, to the child that holds most of the prose, until the prose divides.
    """
    if not table.nodes:
        return None
    search = _Search(table, headline)
    node = table.nodes[0]
    while (below := search.next(node)) is not None:
        node = below
    return search.widened(node)


def find_kept(table: BlockTable) -> Node | None:
    """The smallest element around all that the site's own rules keep; None when they keep nothing here."""
    kept = [block for block in table.blocks if block.node.kept]
    node = kept[0].node if kept else None
    while node is not None and node.parent is not None and node.end <= kept[-1].index:
        node = node.parent
    return node


def region(blocks: Sequence[TextBlock], container: Node, headline: TextBlock | None) -> Sequence[TextBlock]:
    """The blocks from the headline, where it stands before the text, to the container's end."""
    start, end = container.first, container.end
    if headline is not None and headline.index < end and start - headline.index <= _HEADER_BLOCKS:
        above = sum(block.prose for block in blocks[start : headline.index])
        if above <= 0.1 * container.prose:
            start = headline.index
    return blocks[start:end]


class _Search:
    """The search for the container: the weight of each element and which of them may be another article."""

    def __init__(self, table: BlockTable, headline: TextBlock | None) -> None:
        self.headline = headline
        self.weights = _weights(table)
        self.children: list[list[Node]] = [[] for _ in table.nodes]
        for node in table.nodes:
            if node.parent is not None and self.weights[node.index] > 0:
                self.children[node.parent.index].append(node)
        level = headline.level if headline is not None and headline.level else 1
        self.headings = [b.index for b in table.blocks if 0 < b.level <= level and b is not headline]

    def next(self, node: Node) -> Node | None:
        """The child in which the search goes on; None when the prose divides here."""
        children, weights = self.children[node.index], self.weights
        if not children:
            return None
        whole = weights[node.index]
        best = max(children, key=lambda child: weights[child.index])
        if weights[best.index] >= _MOST * whole:
            return best
        titled = next((child for child in children if self._titled(child)), None)
        if titled is not None and weights[titled.index] >= _TITLED * whole:
            return titled
        if titled is not None and weights[titled.index] >= _OWN_TITLE * whole:
            others = [child for child in children if child is not titled and weights[child.index] >= 0.1 * whole]
            if all(self._another(child) or child.tag == titled.tag == "article" for child in others):
                return titled
        bodies = [child for child in children if child.names.body or child.tag in ("article", "main")]
        return best if bodies == [best] and weights[best.index] >= _NAMED_BODY * whole else None

    def widened(self, node: Node) -> Node:
        """The container, or what is around it when it is one of several parts that look alike."""
        while node.tag in _PARTS and node.parent is not None:
            node = node.parent
        inner = node
        for _ in range(3):
            if inner.parent is None:
                break
            for twin in self.children[inner.parent.index]:
                large = twin is not inner and twin.prose > _TWIN * node.prose
                if large and _alike(inner, twin) and not self._another(twin):
                    return inner.parent
            inner = inner.parent
        return node

    def _titled(self, node: Node) -> bool:
        return self.headline is not None and node.first <= self.headline.index < node.end

    def _another(self, node: Node) -> bool:
        """Whether the element has a main heading of its own."""
        at = bisect_left(self.headings, node.first)
        return at < len(self.headings) and self.headings[at] < node.end


def _weights(table: BlockTable) -> list[float]:
    """For each node the prose inside, where what stands in marked containers counts little."""
    factors = [1.0] * len(table.nodes)
    for node in table.nodes:
        above = 1.0 if node.parent is None else factors[node.parent.index]
        factors[node.index] = min(above, _factor(node.marker, node.chars))
    weights = [0.0] * len(table.nodes)
    for block in table.blocks:
        weights[block.node.index] += block.prose * factors[block.node.index]
    for node in reversed(table.nodes):
        if node.parent is not None:
            weights[node.parent.index] += weights[node.index]
    return weights


def _factor(found: Marker | None, chars: int) -> float:
    if found is None or not found.fits(chars):
        return 1.0
    return _COMMENTS if found.drop.kind is Boilerplate.COMMENTS else _MARKED


def _alike(node: Node, other: Node) -> bool:
    """The same tag and mostly the same names."""
    common = len(node.names.tokens & other.names.tokens)
    return node.tag == other.tag and common > 0.6 * max(len(node.names.tokens), len(other.names.tokens))
