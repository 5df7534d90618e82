"""How commands print: tables and colour on a terminal, plain lines everywhere else."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import category

import typer
from typer.exceptions import TyperException

if TYPE_CHECKING:
    from rich.console import Console

_KEPT = "\n\t\u200c\u200d"
"""Line breaks, tabs, and the joiners of letters and emoji, which are spelling."""
OK, FAILED, UNREACHABLE, LOCKED, TIME_UP, INTERRUPTED = 0, 1, 69, 75, 124, 130
"""Exit codes: EX_UNAVAILABLE and EX_TEMPFAIL of sysexits.h, that of `timeout` (coreutils), a shell's after Ctrl-C."""
WIDTH, WIDEST = 100, 130
"""Columns of a line for reading where there is no terminal, and on a terminal at most."""


class CommandError(Exception):
    """A command can't do what was asked. The message, one line, names the thing and the remedy."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def exit_code(error: Exception) -> int | None:
    """The exit code of what can go wrong; None for what nobody has foreseen."""
    from crawler.config import ConfigError
    from db.errors import DatabaseError
    from pipelines.rules import RuleError

    match error:
        case CommandError():
            return error.exit_code
        case TyperException() | ConfigError() | RuleError():
            return 2
        case DatabaseError():
            return UNREACHABLE
    return None


def one_line(error: Exception) -> str:
    """An error's message on one line."""
    return " ".join((error.format_message() if isinstance(error, TyperException) else str(error)).split())


def console() -> "Console":
    """What prints text for reading: as wide as the terminal, and no wider than a person reads; elsewhere WIDTH wide."""
    from rich.console import Console

    screen = Console(markup=False, highlight=False, emoji=False)
    screen.width = min(screen.width, WIDEST) if screen.is_terminal else WIDTH
    return screen


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under headings on a terminal; tab-separated lines, headings first, everywhere else."""
    texts = [["" if cell is None else safe(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [list(headings), *texts]:
            typer.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rich_table = Table(*headings, header_style="bold", box=None, pad_edge=False)
    for line in texts:
        rich_table.add_row(*map(Text, line))
    Console().print(rich_table)


def json_text(data: Any, indent: int | None = None) -> str:
    """Data as JSON, readable in every language; on one line without `indent`."""
    return json.dumps(data, ensure_ascii=False, default=str, indent=indent)


def say_json(data: Any, indent: int | None = None) -> None:
    """Data as JSON on standard output, in UTF-8 wherever that leads (RFC 8259, section 8.1)."""
    # What UTF-8 can't hold is a lone surrogate in a string, whose Python escape is its JSON escape too.
    typer.echo(json_text(data, indent).encode("utf-8", "backslashreplace"))


def say(text: str) -> None:
    """Text for the person, on standard output."""
    typer.echo(safe(text))


def note(text: str) -> None:
    """A line for the person, on standard error: standard output holds only what was asked for."""
    typer.echo(safe(text), err=True)


def shortened(text: str, width: int) -> str:
    """Text on one line, cut to so many characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def safe(text: str) -> str:
    """Text of others for a terminal.

    Without control and format characters (Unicode's Cc and Cf), which could move the cursor, recolour lines or turn
    their direction.
    """
    return "".join("�" if category(char) in ("Cc", "Cf") and char not in _KEPT else char for char in text)
