"""`extract` and `clean`: filters that read a file or standard input and write to standard output."""

import base64
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import Annotated, Any

import typer

from crawler.clock import now
from crawler.commands.output import CommandError, say, say_json
from crawler.config import Config
from pipelines.record_json import receipts, record
from pipelines.records import Accepted, Outcome, Page, Rejected
from pipelines.urls import canonical

Input = Annotated[str, typer.Argument(metavar="[FILE or -]", help="The file to read; - is standard input.")]


def extract(
    context: typer.Context,
    file: Input = "-",
    url: Annotated[str, typer.Option(help="The page's address, which helps to read it.")] = "",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read JSON lines {id, url, encoding, html_base64, fetched_at}.")
    ] = False,
) -> None:
    """HTML in, its record out as JSON. With --jsonl: one page a line in, one answer a line out."""
    from crawler.sources import rulebook
    from pipelines.process import process_page

    config: Config = context.obj
    rules = rulebook(config)
    if jsonl:
        for number, line in enumerate(lines_of(file), start=1):
            identity, page = _page_of(line, f"{file}, line {number}")
            outcome = process_page(page, rules.for_page(page))
            say_json({"id": identity, **_answer(outcome)})
        return
    address = canonical(url) or ""
    page = Page(address, address, 200, (("content-type", "text/html"),), _bytes(file), now())
    outcome = process_page(page, rules.for_page(page))
    say_json({**_answer(outcome), **_receipts(outcome)}, indent=1)
    if isinstance(outcome, Rejected):
        raise typer.Exit(1)


def clean(
    context: typer.Context,
    file: Input = "-",
    as_json: Annotated[bool, typer.Option("--json", help="The record with what was removed and mended.")] = False,
) -> None:
    """A scraped text in, the clean text out. With --json: the record, with each removal and its rule."""
    from crawler.sources import rulebook
    from pipelines.dump import process_dump

    config: Config = context.obj
    outcome = process_dump(_bytes(file).decode("utf-8-sig", "replace"), rulebook(config), now())
    if as_json:
        say_json({**_answer(outcome), **_receipts(outcome)}, indent=1)
    elif isinstance(outcome, Accepted):
        (say if sys.stdout.isatty() else typer.echo)(outcome.article.text)  # a file gets it unchanged
    if isinstance(outcome, Rejected):
        raise CommandError(f"{file}: {outcome.reason}: {outcome.evidence}")


def _answer(outcome: Outcome) -> dict[str, Any]:
    """The record; for a page that is no article the reason, with text null."""
    if isinstance(outcome, Accepted):
        return record(outcome.article)
    return {"text": None, "rejected": outcome.reason.value, "evidence": outcome.evidence}


def _receipts(outcome: Outcome) -> dict[str, Any]:
    return receipts(outcome.article) if isinstance(outcome, Accepted) else {}


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(
            f"{file}: can't be read ({error.strerror}); name a file, or - for standard input", 2
        ) from None


def lines_of(file: str) -> Iterator[bytes]:
    """The lines of a file (`-`: standard input) that are not empty. Raises: CommandError."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as lines:
            yield from (line for line in lines if line.strip())
    except OSError as error:
        raise CommandError(
            f"{file}: can't be read ({error.strerror}); name a file, or - for standard input", 2
        ) from None


def _page_of(line: bytes, place: str) -> tuple[str | int | None, Page]:
    try:
        row = json.loads(line)
        identity = _of_type(row["id"], str, int, NoneType)
        url = canonical(row.get("url") or "") or ""
        encoding = _of_type(row.get("encoding"), str, NoneType)
        body = base64.b64decode(row["html_base64"], validate=True)
        fetched_at = _moment(row.get("fetched_at"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        wanted = "an object with id, url, encoding, html_base64, fetched_at"
        raise CommandError(f"{place}: expected {wanted} ({type(error).__name__}: {error})", 2) from None
    return identity, Page(url, url, 200, (("content-type", "text/html"),), body, fetched_at, encoding=encoding)


def _of_type(value: Any, *kinds: type) -> Any:
    if not isinstance(value, kinds):
        raise TypeError(f"{value!r:.50} is of the wrong type")
    return value


def _moment(text: str | None) -> datetime:
    """When the page was fetched; now when the line doesn't say."""
    if not text:
        return now()
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=now().tzinfo)
