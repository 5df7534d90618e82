"""`export`: records out, as files that other programs read."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.output import CommandError, json_text, note
from crawler.commands.read import opened
from crawler.commands.sources import named

if TYPE_CHECKING:
    from db.articles import StoredArticle


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


def export(
    context: typer.Context,
    to: Annotated[Format, typer.Option("--format", help="JSON lines, or a table for spreadsheets.")] = Format.JSONL,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="- is standard output.")] = "-",
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
) -> None:
    """Write all articles, oldest first."""
    from db import articles

    database = opened(context)
    name = named(database, source).name if source else None
    with _opened(output) as file:
        written = _WRITERS[to](file, map(_row, articles.each(database, source=name)))
    if output != "-":
        note(f"{written} articles written to {output}")


def _row(stored: "StoredArticle") -> dict[str, Any]:
    """An article as exported: its id and source, then the record."""
    from pipelines.record_json import record

    gone = stored.gone_at.isoformat() if stored.gone_at else None
    seen = {"first_seen": stored.first_seen.isoformat(), "version": stored.version, "gone": gone}
    return {"id": stored.id, "source": stored.source, **record(stored.article), **seen}


def _write_jsonl(file: IO[str], rows: Iterator[dict[str, Any]]) -> int:
    """Returns: how many rows there were."""
    written = 0
    for row in rows:
        file.write(f"{json_text(row)}\n")
        written += 1
    return written


def _write_csv(file: IO[str], rows: Iterator[dict[str, Any]]) -> int:
    """Returns: how many rows there were, without the header."""
    from pipelines.record_json import record
    from pipelines.records import Article

    blank = Article(url="", canonical_url="", title=None, text="", raw="", removals=())
    writer = csv.DictWriter(file, ("id", "source", *record(blank), "first_seen", "version", "gone"))
    writer.writeheader()
    written = 0
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        written += 1
    return written


def cell(value: Any) -> str:
    """A value for a spreadsheet.

    Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection"). Lists of
    texts are joined by `; `, other structures are JSON.
    """
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        text = "; ".join(value)
    else:
        text = json_text(value) if isinstance(value, list | dict | bool) else str(value)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r")) else text


_WRITERS: dict[Format, Callable[[IO[str], Iterator[dict[str, Any]]], int]] = {
    Format.JSONL: _write_jsonl,
    Format.CSV: _write_csv,
}


@contextmanager
def _opened(output: str) -> Iterator[IO[str]]:
    """The file to write to, in UTF-8. A file appears only when it is complete; a pipe, device or link is written to."""
    if output == "-":
        with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as file:
            yield file
        return
    target = Path(output)
    in_place = target.is_symlink() or (target.exists() and not target.is_file())
    part = target if in_place else Path(f"{output}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        if not in_place:
            part.replace(target)
    except OSError as error:
        raise CommandError(
            f"{output}: can't be written ({error.strerror}); name a file in a folder that you own"
        ) from None
    finally:
        if not in_place:
            with suppress(OSError):
                part.unlink()
