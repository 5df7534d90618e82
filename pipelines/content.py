"""Blocks of a page -> the region that holds its article, with a verdict on each block in it.

The order: (1) `blocks` makes the table of text blocks; (2) `region` finds the headline and the element that holds the
article's prose; (3) `verdicts` says of every block in between whether it is the article's text, and if not, why.
"""

from dataclasses import dataclass

import lxml.html
from lxml import etree

from pipelines.blocks import BlockTable, Chosen, TextBlock, read_blocks
from pipelines.declared import Declared
from pipelines.headline import find_headline
from pipelines.records import Block, Drop, Hints
from pipelines.region import find_container, find_kept, region
from pipelines.rules import Layout
from pipelines.structured import Structured
from pipelines.verdicts import STANDFIRST, Furniture, verdicts

_TEASER_TITLE = 20
"""Characters from which a link is the title of another story and no label."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The whole page in figures: what tells an article from a listing or a form."""

    chars: int = 0
    """Characters of all text."""
    prose: float = 0.0
    """Running text outside furniture, as `blocks.prose_size` counts it."""
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
    flags: tuple[str, ...]
    """Doubts: what was cut."""
    table: BlockTable
    """All text blocks of the page, in document order."""
    headline_block: TextBlock | None
    """The block of the table that prints the headline."""
    shape: Shape = Shape()


_ANY = Layout()


def extract(tree: lxml.html.HtmlElement, structured: Structured, hints: Hints, layout: Layout = _ANY) -> Content:
    """The article's region of a page; `layout` holds the site's own rules. Raises: nothing, for any parsed tree."""
    table = read_blocks(tree, Chosen(_elements(tree, layout.keep), _elements(tree, layout.drop)))
    declared = Declared.of(structured, hints)
    headline = find_headline(table.blocks, declared)
    container = find_kept(table) or find_container(table, headline)
    found = region(table.blocks, container, headline) if container is not None else ()
    if container is None or not found:
        return Content((), None, None, table.flags, table, headline, Shape(password=table.password))
    furniture = Furniture(table.nodes, container, headline)
    drops, share = verdicts(found, container, furniture, headline, declared)
    standfirst = " ".join(block.text for block in found if drops.get(block.index) is STANDFIRST)
    return Content(
        tuple(_record(block, drops.get(block.index)) for block in found),
        headline.text if headline else None,
        standfirst or None,
        table.flags,
        table,
        headline,
        _shape(table, furniture, share),
    )


def _elements(tree: lxml.html.HtmlElement, selectors: tuple[str, ...]) -> frozenset[etree._Element]:
    return frozenset(element for selector in selectors for element in tree.cssselect(selector))


def _record(block: TextBlock, drop: Drop | None) -> Block:
    context = block.node.context() | block.names.tokens
    return Block(block.text, block.kind, block.level, context, round(block.link_share, 3), drop)


def _shape(table: BlockTable, furniture: Furniture, share: float) -> Shape:
    outside = [block for block in table.blocks if furniture.drop(block) is None]
    teasers = sum(block.link_share > 0.8 and block.chars > _TEASER_TITLE for block in outside)
    prose = sum(block.prose for block in outside)
    return Shape(sum(block.chars for block in table.blocks), prose, teasers, share, table.password)
