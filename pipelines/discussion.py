"""Readers' comments by their shape: after the article, boxes that look alike, each with a name and what it says."""

import re
from collections.abc import Iterator, Sequence

from pipelines.blocks import Node, TextBlock

_MEMBER_CHARS, _MEMBER_BLOCKS = 2500, 8
"""The most that one comment holds, with its buttons."""
_OUTWARDS = 3
"""Elements around a block that may be a comment's box."""
_FEWEST = 2
"""Comments that make a discussion."""
_CAPITALISED = r"(?![a-zß-öø-ÿ\d_])\w[\w.’'-]*"
_NAME = re.compile(rf"{_CAPITALISED}(?: {_CAPITALISED}){{0,3}}")
_WHEN = re.compile(r"[\s|·•,–-]*(?:\d.{0,30}|[^\W\d_]{2,12} \d.{0,25})?")
"""What may follow the name: `2h`, `18 May 2026 09:16`."""
_LINKED = 0.5
"""Share of a block's characters in links from which it says nothing."""
_SAYS = 12
"""Characters of the shortest comment."""


def discussion(article: Sequence[TextBlock], after: Sequence[TextBlock], container: Node) -> frozenset[int]:
    """The indices of the blocks that are readers' comments, among those `after` the article's last paragraph.

    A box is taken for a comment when others beside it look alike and most of these begin with a name and say
    something; a list of articles, of pictures or of facts does not. The article's own words tell names from titles.
    Raises: nothing.
    """
    groups: dict[tuple[int, str, str], dict[int, list[TextBlock]]] = {}
    for block in after:
        for node in _boxes(block.node, container, after[0].index):
            if node.parent is not None:
                look = node.parent.index, node.tag, node.names.names
                groups.setdefault(look, {}).setdefault(node.index, []).append(block)
    several = [list(members.values()) for members in groups.values() if len(members) >= _FEWEST]
    if not several:
        return frozenset()
    words = frozenset(word for block in (*article, *after) for word in block.text.split() if word.islower())
    talk = (members for members in several if 2 * sum(_is_comment(one, words) for one in members) > len(members))
    return frozenset(block.index for members in talk for blocks in members for block in blocks)


def _boxes(node: Node | None, container: Node, first: int) -> Iterator[Node]:
    """The elements around a block that could be a comment's box."""
    for _ in range(_OUTWARDS):
        if node is None or node is container or node.first < first or node.chars > _MEMBER_CHARS:
            return
        if node.end - node.first <= _MEMBER_BLOCKS:
            yield node
        node = node.parent


def _is_comment(blocks: Sequence[TextBlock], words: frozenset[str]) -> bool:
    """Whether a name stands first, in a block of its own or not, and something is said after it."""
    head = blocks[0]
    name = _NAME.match(head.text)
    if name is None or not words.isdisjoint(name[0].lower().split()[:2]):
        return False
    if _WHEN.fullmatch(head.text, name.end()):
        return any(block.chars >= _SAYS and block.link_share < _LINKED for block in blocks[1:])
    return len(blocks) == 1 and " " in name[0] and head.chars - name.end() >= _SAYS and head.link_share < _LINKED
