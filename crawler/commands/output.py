"""How commands print: tables and colour on a terminal, plain lines everywhere else."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer


class CommandError(Exception):
    """A command can't do what was asked. The message, one line, names the thing and the remedy."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Rows under headings on a terminal; tab-separated lines, headings first, everywhere else."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [list(headings), *texts]:
            typer.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    rich_table = Table(*headings, title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for line in texts:
        rich_table.add_row(*map(escape, line))
    Console().print(rich_table)


def json_line(data: Any) -> str:
    """Data as one line of JSON, readable in every language."""
    return json.dumps(data, ensure_ascii=False, default=str)


def note(text: str) -> None:
    """A line for the person, on standard error: standard output holds only what was asked for."""
    typer.echo(text, err=True)


def safe(text: str) -> str:
    """Text of others for a terminal: without control characters, which could move the cursor or recolour lines."""
    return "".join(char if char >= " " or char in "\n\t" else "�" for char in text.replace("\x7f", "�"))
