"""The development pages with their answers: `../shared/bench` beside this repository, where it is there."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.records import Page

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
_UNKNOWN = "2026-11-22T12:00:00+00:00"
"""When a page was fetched that does not say: later than all of them, and the same on each run."""
_HTML = (("content-type", "text/html"),)
_COUNTRY_DOMAINS = frozenset(("ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"))


@dataclass(frozen=True, slots=True)
class Row:
    """One page and what a person says is in it."""

    set: str
    id: str
    page: Page
    truth: dict[str, Any]
    """`text` (acceptable bodies, each a list of paragraphs), `title`, `authors`, `published`, `with`, `without`."""


def read(bench: Path, name: str) -> Iterator[Row]:
    """The rows of a set. Raises: SystemExit when it is not there."""
    file = bench / "pages" / f"{name}.jsonl.xz"
    if not file.is_file():
        raise SystemExit(f"{file}: not found; give the folder with the development pages as --bench")
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield row_of(name, json.loads(line))


def row_of(name: str, stored: dict[str, Any]) -> Row:
    """A row as it is stored."""
    fetched_at = datetime.fromisoformat(stored.get("fetched_at") or _UNKNOWN)
    fetched_at = fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC)
    body = stored["html_latin1"].encode("latin-1")
    url = stored["url"] or ""
    return Row(
        name, stored["id"], Page(url, url, 200, _HTML, body, fetched_at, encoding=stored["encoding"]), stored["truth"]
    )


def site_of(row: Row) -> str:
    """The registered domain, near enough; the page's id where it has no address."""
    parts = (urlsplit(row.page.url).hostname or "").split(".")
    if len(parts) < 2:
        return row.id.split(".html")[0]
    short = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _COUNTRY_DOMAINS
    return ".".join(parts[-3:] if short else parts[-2:])
