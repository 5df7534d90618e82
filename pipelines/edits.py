"""What was edited between two versions of a text: paragraph by paragraph, word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from pipelines.records import PARAGRAPH_BREAK

MOST_PARAGRAPHS = 2000
MOST_WORDS = 1000
"""What is compared at most: the time grows with the square on texts that repeat themselves. Beyond it all counts as
taken out and put in."""
ALIKE = 0.4
"""The share of words that two paragraphs have in common from which on one is an edit of the other."""
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


class Edit(StrEnum):
    """What became of a stretch of text."""

    KEPT = "kept"
    OUT = "taken out"
    IN = "put in"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a paragraph."""

    edit: Edit
    text: str


Paragraph = tuple[Stretch, ...]
"""A paragraph's stretches in order; one that stayed as it was is a single `KEPT`."""


def edits(before: str, after: str) -> list[Paragraph]:
    """Both texts in one: every paragraph of both, in order, with what was taken out and put in.

    The stretches that were not put in make `before`, those that were not taken out `after`, without paragraph breaks.
    Raises: nothing.
    """
    old, new = _paragraphs(before), _paragraphs(after)
    if max(len(old), len(new)) > MOST_PARAGRAPHS:
        return [*(_whole(Edit.OUT, text) for text in old), *(_whole(Edit.IN, text) for text in new)]
    found: list[Paragraph] = []
    for what, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += [_whole(Edit.KEPT, text) for text in old[start:end]]
        else:
            found += _paired(old[start:end], new[new_start:new_end])
    return found


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.split(PARAGRAPH_BREAK) if part.strip()]


def _whole(edit: Edit, text: str) -> Paragraph:
    return (Stretch(edit, text),)


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    """Each new paragraph beside the first old one left that it is an edit of; the others whole."""
    position = 0
    for text in new:
        ahead = range(position, min(position + 5, len(old)))
        match = next((number for number in ahead if _alike(old[number], text)), None)
        if match is None:
            yield _whole(Edit.IN, text)
            continue
        yield from (_whole(Edit.OUT, gone) for gone in old[position:match])
        yield tuple(_words(old[match], text))
        position = match + 1
    yield from (_whole(Edit.OUT, gone) for gone in old[position:])


def _alike(old: str, new: str) -> bool:
    ours, theirs = set(old.split()), set(new.split())
    return len(ours & theirs) >= ALIKE * max(len(ours), len(theirs))


def _words(old: str, new: str) -> Iterator[Stretch]:
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        yield from (Stretch(Edit.OUT, old), Stretch(Edit.IN, new))
        return
    for what, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Stretch(Edit.KEPT, "".join(before[start:end]))
            continue
        if end > start:
            yield Stretch(Edit.OUT, "".join(before[start:end]))
        if new_end > new_start:
            yield Stretch(Edit.IN, "".join(after[new_start:new_end]))
