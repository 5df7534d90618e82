"""Blocks -> simple, safe HTML."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from pipelines.blocks import CELL_BREAK
from pipelines.records import Block, BlockKind

_GROUPS = {BlockKind.LIST_ITEM: "ul", BlockKind.TABLE_ROW: "table"}


def to_html(blocks: Sequence[Block]) -> str:
    """p, h2 to h6, ul, blockquote, pre and table, one element a line, all text escaped. Raises: nothing."""
    lines = []
    for group, members in groupby(blocks, key=lambda block: _GROUPS.get(block.kind)):
        elements = [_element(block) for block in members]
        lines += [f"<{group}>", *elements, f"</{group}>"] if group else elements
    return "\n".join(lines)


def _element(block: Block) -> str:
    text = escape(block.text, quote=False)
    match block.kind:
        case BlockKind.HEADING:
            level = max(2, min(6, block.level))
            return f"<h{level}>{text}</h{level}>"
        case BlockKind.LIST_ITEM:
            return f"<li>{text}</li>"
        case BlockKind.QUOTE:
            return f"<blockquote><p>{text}</p></blockquote>"
        case BlockKind.PREFORMATTED:
            return f"<pre>{text}</pre>"
        case BlockKind.TABLE_ROW:
            cells = "".join(f"<td>{cell}</td>" for cell in text.split(CELL_BREAK))
            return f"<tr>{cells}</tr>"
        case _:
            return f"<p>{text}</p>"
