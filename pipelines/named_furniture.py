"""Which elements of a page are furniture by their names."""

from collections.abc import Sequence

from pipelines.blocks import Node, TextBlock
from pipelines.markers import Marker, marker
from pipelines.records import Boilerplate, Drop

_HOLDS_ARTICLE = 0.5
"""Share of the prose from which containers are believed to hold the article, whatever their names say."""
_SITE, _COMMENTS = marker("site").drop, marker("comments").drop
_NOT_KEPT = Drop(Boilerplate.OTHER, "content.site-keep", "stands outside what the site's own rules keep")


class NamedFurniture:
    """Which elements of a region are furniture: those with a marker, unless they hold the article."""

    def __init__(self, nodes: Sequence[Node], container: Node, headline: TextBlock | None) -> None:
        self.headline = headline
        self.keeping = any(node.kept for node in nodes)
        self.around: set[int] = set()
        """Indices of the container and all it stands in."""
        outer: Node | None = container
        while outer is not None:
            self.around.add(outer.index)
            outer = outer.parent
        marked = [(n, n.marker) for n in nodes if n.marker is not None and n.index not in self.around]
        held = _holding_article(marked, container)
        self.drops: list[Drop | None] = [None] * len(nodes)
        for node, found in marked:
            if self._believed(node, found, held):
                self.drops[node.index] = found.drop
        for node in nodes:
            if node.parent is not None and self.drops[node.parent.index] is not None:
                self.drops[node.index] = self.drops[node.parent.index]

    def _believed(self, node: Node, found: Marker, held: frozenset[str]) -> bool:
        if found.drop is _SITE:
            return True
        if self.headline is not None and node.first <= self.headline.index < node.end:
            return False
        return found.fits(node.chars) and (found.drop.rule not in held or not node.prose)

    def drop(self, block: TextBlock) -> Drop | None:
        """Why a block is furniture; None when it is not."""
        if self.keeping and not block.node.kept:
            return _NOT_KEPT
        above = self.drops[block.node.index]
        inline = block.names.marker
        return inline.drop if above is None and inline is not None and inline.fits(block.chars) else above


def _holding_article(marked: Sequence[tuple[Node, Marker]], container: Node) -> frozenset[str]:
    """The rules whose containers hold most of the prose: where all is a `widget`, none is furniture."""
    prose: dict[str, float] = {}
    ends: dict[str, int] = {}
    for node, found in marked:
        rule = found.drop.rule
        if container.first <= node.first < container.end and node.first >= ends.get(rule, 0):
            ends[rule] = node.end
            prose[rule] = prose.get(rule, 0.0) + node.prose
    whole = container.prose - prose.pop(_COMMENTS.rule, 0.0)
    return frozenset(rule for rule, inside in prose.items() if inside >= _HOLDS_ARTICLE * whole)
