"""`diff`: how an article was edited."""

import sys
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import typer

from crawler.commands.output import note, safe, say
from crawler.commands.read import Key, existing
from pipelines.edits import Edit, Paragraph, edits

if TYPE_CHECKING:
    from db.articles import Version

_MARKS = {Edit.KEPT: ("", ""), Edit.OUT: ("[-", "-]"), Edit.IN: ("{+", "+}")}
"""As in `git diff --word-diff`."""
_COLOURS = {Edit.KEPT: None, Edit.OUT: "red", Edit.IN: "green"}


def diff(context: typer.Context, key: Key) -> None:
    """Show how an article was edited: each version beside the one before it, word by word."""
    from db import articles, session

    with closing(session.connect(context.obj.database)) as database:
        stored = existing(database, key)
        versions = articles.versions(database, stored.id)
    if stored.gone_at:
        note(f"gone since {stored.gone_at:%Y-%m-%d %H:%M} UTC, when its address said so")
    if len(versions) < 2:
        note(f"one version, first seen {stored.first_seen:%Y-%m-%d %H:%M} UTC and last met {stored.last_seen:%Y-%m-%d}")
    for before, after in pairwise(versions):
        say(f"version {after.number}, first seen {after.seen_at:%Y-%m-%d %H:%M} UTC\n")
        _print(edits(_whole(before), _whole(after)))


def _whole(version: "Version") -> str:
    return f"{version.title or ''}\n\n{version.text}"


def _print(paragraphs: Sequence[Paragraph]) -> None:
    """The paragraphs that were edited; of the others only their number."""
    kept = 0
    for paragraph in (*paragraphs, ()):
        if len(paragraph) == 1 and paragraph[0].edit is Edit.KEPT:
            kept += 1
            continue
        if kept:
            say(f"  ({kept} paragraph{'s' * (kept > 1)} as before)\n")
            kept = 0
        if paragraph:
            typer.echo("  " + "".join(_marked(stretch.edit, stretch.text) for stretch in paragraph) + "\n")


def _marked(edit: Edit, text: str) -> str:
    if sys.stdout.isatty():
        return typer.style(safe(text), fg=_COLOURS[edit], strikethrough=edit is Edit.OUT)
    begin, end = _MARKS[edit]
    return begin + safe(text) + end
