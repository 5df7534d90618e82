"""Blocks of a page -> the region that holds its article, with a verdict on each block in it.

The order: (1) `blocks` makes the table of text blocks; (2) `region` finds the headline and the element that holds the
article's prose; (3) `verdicts` says of every block in between whether it is the article's text, and if not, why;
(4) `scorer` reads every block of the page as a row of `features`, and its score and the verdicts are weighed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import lxml.html
import numpy as np
from lxml import etree
from numpy.typing import NDArray

from pipelines.blocks import BlockTable, Chosen, Node, TextBlock, read_blocks
from pipelines.declared import Declared
from pipelines.features import Columns, Matrix, features
from pipelines.headline import find_headline
from pipelines.named_furniture import NamedFurniture
from pipelines.records import Block, BlockKind, Boilerplate, Drop, Hints
from pipelines.region import find_container, find_kept, region
from pipelines.rules import Layout
from pipelines.scorer import RULES, log_odds
from pipelines.structured import Structured
from pipelines.verdicts import STANDFIRST, SUBTITLE, verdicts

_AGAINST: Mapping[str, float] = {
    "content.headline": math.inf,
    "content.standfirst": math.inf,
    "content.subtitle": RULES,
    "content.site": math.inf,
    "content.hidden": 6.0,
    "content.site-keep": math.inf,
    "content.again": math.inf,
    "content.comments": 5.0,
    "content.discussion": 5.0,
    "content.consent": 5.0,
    "content.pointer": 5.0,
    "content.cut-off": 5.0,
    "content.aside": 4.0,
    "content.date": 4.0,
    "content.caption": math.inf,
    "content.beside-picture": math.inf,
    "content.link-line": RULES,
    "content.link-list": RULES,
    "content.above-body": RULES,
    "content.empty-section": RULES,
    "content.card": 0.5,
    "content.label": 0.0,
}
"""What a rule's verdict counts against the score, in log-odds; no score overrules what is infinite. Measured on the
development pages, each scored by a network that had not seen its site; steps of 0.5 to 1 were tried."""
_NAMED = 2.0
"""The same for the rules that go by a container's name; 1.5 to 4 differ by 0.1 points of F1, never is 0.1 below."""
_OUTSIDE = 3.0
"""The same for what stands outside the region. From 1.5 to 3 no set loses, and the snippets that must stay out gain."""
_NEXT = 6.0
"""The same in another `article` than the region's: the next story, which reads as well."""
_LITTLE = 450
"""Characters of text below which a page's reading is doubted. Of 1,775 development pages 34 stay below."""
_MISLED = 2
"""Times as much text that another reading must give to be believed then."""
_BODY = 0.5
"""Share of the running text that has one look from which that is the body's. Measured on the development pages: 0.3 to
0.7 give the same F1, 0.1 to 1.1 points above none, mostly on long articles."""
_TEASER_TITLE = 20
"""Characters from which a link is the title of another story and no label."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The whole page in figures: what tells an article from a listing or a form."""

    chars: int = 0
    """Characters of all text."""
    prose: float = 0.0
    """Running text outside furniture, as `prose.prose_size` counts it."""
    teasers: int = 0
    """Blocks outside furniture that are nothing but a link as long as a title."""
    teaser_share: float = 0.0
    """Share of the region's running text that stands in cards of other stories, 0 to 1."""
    password: bool = False
    """Whether there is a field for a password."""


@dataclass(frozen=True, slots=True)
class Content:
    """What extraction found."""

    blocks: tuple[Block, ...]
    """The region that holds the article, in document order; `drop` is set on what is known not to be its text."""
    headline: str | None
    """The headline as printed, if seen."""
    standfirst: str | None
    """The lead printed above the body, if seen."""
    subtitle: str | None
    """The second title printed below the headline, if seen."""
    flags: tuple[str, ...]
    """Doubts: what was cut."""
    table: BlockTable
    """All text blocks of the page, in document order."""
    headline_block: TextBlock | None
    """The block of the table that prints the headline."""
    shape: Shape = Shape()

    def kept_chars(self) -> int:
        """Characters of what is not dropped."""
        return sum(len(block.text) for block in self.blocks if block.drop is None)

    def replaced(self, blocks: tuple[Block, ...], flag: str) -> "Content":
        """The same page with another text, and a flag that says so."""
        return replace(self, blocks=blocks, shape=Shape(), flags=(*self.flags, flag))


_ANY = Layout()


@dataclass(frozen=True, slots=True)
class Examined:
    """A page as the rules see it, before the score."""

    table: BlockTable
    headline: TextBlock | None
    declared: Declared
    container: Node
    """The element that holds most of the article's prose."""
    region: Sequence[TextBlock]
    """The blocks from the headline to the container's end."""
    furniture: NamedFurniture
    drops: dict[int, Drop]
    """Block index -> why the rules take the block out; the other blocks of the region stay."""
    teaser_share: float

    def kept(self) -> list[bool]:
        """For each block of the table whether the rules take it for the article's, the lead included."""
        kept = [False] * len(self.table.blocks)
        for block in self.region:
            kept[block.index] = self.drops.get(block.index) in (None, STANDFIRST)
        return kept

    def rows(self, columns: Columns) -> Matrix:
        """What the scorer reads, a row for each block of the table."""
        return features(columns, self.table.blocks, self.declared, self.headline, self.container)


def examine(table: BlockTable, structured: Structured, hints: Hints) -> Examined | None:
    """What the rules say of a page's blocks; None when there is no article to look for. Raises: nothing."""
    declared = Declared.of(structured, hints)
    headline = find_headline(table.blocks, declared)
    container = find_kept(table) or find_container(table, headline)
    found = region(table.blocks, container, headline) if container is not None else ()
    if container is None or not found:
        return None
    furniture = NamedFurniture(table.nodes, container, headline)
    drops, share = verdicts(found, container, furniture, headline, declared)
    return Examined(table, headline, declared, container, found, furniture, drops, share)


def extract(tree: lxml.html.HtmlElement, structured: Structured, hints: Hints, layout: Layout = _ANY) -> Content:
    """The article's region of a page; `layout` holds the site's own rules. Raises: nothing, for any parsed tree."""
    table = read_blocks(tree, Chosen(_elements(tree, layout.keep), _elements(tree, layout.drop)))
    seen = examine(table, structured, hints)
    if seen is None:
        return Content((), None, None, None, table.flags, table, None, Shape(password=table.password))
    found, drops = _scored(seen)
    standfirst = " ".join(block.text for block in found if drops.get(block.index) is STANDFIRST)
    subtitle = next((block.text for block in found if drops.get(block.index) is SUBTITLE), None)
    return Content(
        tuple(_record(block, drops.get(block.index)) for block in found),
        seen.headline.text if seen.headline else None,
        standfirst or None,
        subtitle,
        table.flags,
        table,
        seen.headline,
        _shape(table, seen.furniture, seen.teaser_share),
    )


def _scored(seen: Examined) -> tuple[list[TextBlock], dict[int, Drop]]:
    """The region and its verdicts, corrected by the score where it is sure enough to outweigh the rules.

    Where score and rules together leave hardly any text one of them has been misled, and the other decides; where that
    does not help, the captions of a gallery may be the text. Where the site's own rules say what the article is,
    nothing is corrected.
    """
    if seen.furniture.keeping:
        return list(seen.region), seen.drops
    columns, kept = Columns(seen.table), np.array(seen.kept())
    odds, rules = log_odds(seen.rows(columns)), _weights(seen)
    both = np.where(_body(columns, kept), np.maximum(odds + rules, 0.1), odds + rules)
    answer = _corrected(seen, both)
    if (size := _chars(*answer)) >= _LITTLE:
        return answer
    score_alone, rules_alone = np.where(rules <= -_NEXT, rules, odds), np.where(kept, RULES, -RULES)
    gallery = np.where(_captions(seen), RULES, score_alone)
    others = (_corrected(seen, reading) for reading in (score_alone, rules_alone, gallery))
    return next((other for other in others if _chars(*other) >= max(_LITTLE, _MISLED * size)), answer)


def _chars(found: Sequence[TextBlock], drops: Mapping[int, Drop]) -> int:
    """Characters of what stays, the lead included."""
    return sum(block.chars for block in found if drops.get(block.index) in (None, STANDFIRST))


def _corrected(seen: Examined, scores: NDArray[np.float64]) -> tuple[list[TextBlock], dict[int, Drop]]:
    """The region and its verdicts with what the score takes out, puts back and adds from outside."""
    found, drops = list(seen.region), dict(seen.drops)
    inside = {block.index for block in found}
    for block, score in zip(seen.table.blocks, scores.tolist(), strict=True):
        drop = drops.get(block.index)
        if block.index not in inside:
            if score > 0:
                found.append(block)
        elif drop is None and score < 0:
            drops[block.index] = Drop(Boilerplate.OTHER, "content.score", f"reads like no article text ({score:.1f})")
        elif drop is not None and score > 0 and drop is not STANDFIRST:
            del drops[block.index]
    return sorted(found, key=lambda block: block.index), drops


def _weights(seen: Examined) -> NDArray[np.float64]:
    """For each block of the table what the rules say of it, in log-odds."""
    own = _article_around(seen.container)
    other = [own is not None and _article_around(block.node) not in (None, own) for block in seen.table.blocks]
    weights = np.where(other, -_NEXT, -_OUTSIDE)
    for block in seen.region:
        drop = seen.drops.get(block.index)
        weights[block.index] = RULES if drop is None else -_AGAINST.get(drop.rule, _NAMED)
    return weights


def _article_around(node: Node | None) -> Node | None:
    """The innermost `article` that an element is or stands in."""
    while node is not None and node.tag != "article":
        node = node.parent
    return node


def _captions(seen: Examined) -> NDArray[np.bool_]:
    """The running text in captions, for each block of the table."""
    drops = (seen.drops.get(block.index) for block in seen.table.blocks)
    captions = [drop is not None and drop.rule == "content.caption" for drop in drops]
    return np.array([caption and block.prose > 0 for caption, block in zip(captions, seen.table.blocks, strict=True)])


def _body(columns: Columns, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The running text in the look that most of it has: no score takes a paragraph out of the middle of a body."""
    prose = columns.prose * kept
    share = np.bincount(columns.looks, prose) / (prose.sum() or 1.0)
    body: NDArray[np.bool_] = (share[columns.looks] >= _BODY) & (prose > 0)
    return body


def _elements(tree: lxml.html.HtmlElement, selectors: tuple[str, ...]) -> frozenset[etree._Element]:
    return frozenset(element for selector in selectors for element in tree.cssselect(selector))


def _record(block: TextBlock, drop: Drop | None) -> Block:
    # A caption that stays is a gallery's text.
    kind = BlockKind.PARAGRAPH if block.kind is BlockKind.CAPTION and drop is None else block.kind
    return Block(block.text, kind, block.level, round(block.link_share, 3) if block.link_chars else 0.0, drop)


def _shape(table: BlockTable, furniture: NamedFurniture, share: float) -> Shape:
    outside = [block for block in table.blocks if furniture.drop(block) is None]
    teasers = sum(block.link_share > 0.8 and block.chars > _TEASER_TITLE for block in outside)
    prose = sum(block.prose for block in outside)
    return Shape(sum(block.chars for block in table.blocks), prose, teasers, share, table.password)
