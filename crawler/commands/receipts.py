"""An article's raw text with what was taken out struck out in place, the rule beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from crawler.commands.output import console, safe
from pipelines.records import PARAGRAPH_BREAK, Article, Removal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_BESIDE = 90
"""Columns from which the rules stand beside the text; in fewer, below it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a block, and what took it out; None: it stays."""

    text: str
    removal: Removal | None


Block = tuple[Stretch, ...]


def print_receipts(article: Article) -> None:
    """Prints what was mended in an article, and its raw text with each removal and its rule.

    On a terminal what was removed is red and struck through. Elsewhere a block that went begins with `- `, and a part
    that went stands in `[-` and `-]`.
    """
    screen = console()
    for repair in article.repairs:
        screen.print(f"mended ({safe(repair.how)}): {safe(repair.before)} -> {safe(repair.after)}", style="yellow")
    beside = screen.is_terminal and screen.width >= _BESIDE
    for key, group in groupby(blocks(article), _key):
        (_print_beside if beside else _print_below)(screen, list(group), key)


def blocks(article: Article) -> Iterator[Block]:
    """The raw text block by block, each as the stretches that stay and those that went."""
    block: list[Stretch] = []
    for text, removal in _pieces(article):
        first, *others = text.split(PARAGRAPH_BREAK)
        block.append(Stretch(first, removal))
        for part in others:
            yield from _shown(block)
            block = [Stretch(part, removal)]
    yield from _shown(block)


def _pieces(article: Article) -> Iterator[tuple[str, Removal | None]]:
    position = 0
    for removal in article.removals:
        yield article.raw[position : removal.start], None
        yield removal.text, removal
        position = removal.end
    yield article.raw[position:], None


def _shown(block: Iterable[Stretch]) -> Iterator[Block]:
    """A block without empty stretches; nothing when it is empty."""
    stretches = tuple(stretch for stretch in block if stretch.text.strip())
    if stretches:
        yield stretches


def _key(block: Block) -> tuple[str, str] | None:
    """Rule and reason of a block that went as a whole, by which its like are printed together; None for others."""
    removal = block[0].removal
    return (removal.rule, removal.why) if removal and len(block) == 1 else None


def _print_beside(screen: "Console", group: list[Block], key: tuple[str, str] | None) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(width=screen.width * 2 // 3 - 3)
    grid.add_column(width=screen.width // 3)
    text = Text("\n" if key else "\n\n").join(_text(block, struck=True) for block in group)
    labels = Text("\n").join(Text.assemble((rule, "cyan"), " ", (why, "dim")) for rule, _, why in _labels(group))
    grid.add_row(text, labels)
    screen.print(grid)
    screen.print()


def _print_below(screen: "Console", group: list[Block], key: tuple[str, str] | None) -> None:
    from rich.text import Text

    for block in group:
        text = _text(block, struck=screen.is_terminal)
        for number, line in enumerate(text.wrap(screen, screen.width - 2)):
            mark = "  " if key is None or number else "- "
            line.rstrip()
            screen.print(Text(mark) + line)
        if key is None:
            _print_labels(screen, [block])
    if key is not None:
        _print_labels(screen, group)


def _print_labels(screen: "Console", group: list[Block]) -> None:
    for rule, kind, why in _labels(group):
        screen.print(f"    [{kind}] {rule}: {why}", style="dim", soft_wrap=not screen.is_terminal)


def _labels(group: list[Block]) -> list[tuple[str, str, str]]:
    """Rule, kind and reason of what went, each once."""
    removals = [stretch.removal for block in group for stretch in block if stretch.removal]
    return list(dict.fromkeys((safe(each.rule), each.kind.value, safe(each.why)) for each in removals))


def _text(block: Block, *, struck: bool) -> "Text":
    """A block; what went of it is struck out, or in brackets where a part went and nothing can be struck out."""
    from rich.text import Text

    text = Text()
    for stretch in block:
        said = safe(stretch.text if len(block) > 1 else stretch.text.strip())
        if stretch.removal and struck:
            text.append(said, "red strike")
        else:
            text.append(f"[-{said}-]" if stretch.removal and len(block) > 1 else said)
    return text
