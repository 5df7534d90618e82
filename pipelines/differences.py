"""What tells two records of one page apart: what another cleaning took out, left in and read otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.record_json import receipts, record
from pipelines.records import PARAGRAPH_BREAK, Article, Removal

_LINES = 8
"""Blocks of a text that are shown of a difference."""
_WIDTH = 300
"""Characters of them, and of a field's value."""
_APART = frozenset(("text", "content_hash", "pipeline_version"))
"""Keys of a record that are no fields to compare: the text is compared by its blocks."""


@dataclass(frozen=True, slots=True)
class Change:
    """A block that the text lost or gained."""

    text: str
    gone: bool
    rule: str | None
    """The rule that takes it out now, or did before; None where none does: then extraction chose another text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells the record after from the one before. The pipeline version is none."""

    text: bool
    """Whether title or text differ."""
    changes: tuple[Change, ...]
    """Blocks of the text, those that are gone first, as many as are worth showing."""
    fields: tuple[tuple[str, str, str], ...]
    """Other fields: name, before, after. Of the receipts the names alone."""
    gained: Counter[str]
    """Rule -> stretches that it takes out now and did not before."""
    lost: Counter[str]
    """Rule -> stretches that it took out before and does not now."""


def difference(before: Article, after: Article) -> Difference | None:
    """What differs; None for the same record. Raises: nothing."""
    if before == replace(after, pipeline_version=before.pipeline_version):
        return None
    ours, theirs = _removed(before), _removed(after)
    gained, lost = theirs - ours, ours - theirs
    changes = (
        *_changes(_minus(before.text, after.text), after.removals, gone=True),
        *_changes(_minus(after.text, before.text), before.removals, gone=False),
    )
    return Difference(
        text=(before.title, before.text) != (after.title, after.text),
        changes=changes,
        fields=tuple(_fields(before, after)),
        gained=_by_rule(gained),
        lost=_by_rule(lost),
    )


def _removed(article: Article) -> Counter[tuple[str, str]]:
    return Counter((removal.rule, removal.text) for removal in article.removals)


def _by_rule(removed: Counter[tuple[str, str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for (rule, _), n in removed.items():
        total[rule] += n
    return total


def _minus(text: str, other: str) -> Iterator[str]:
    """The blocks of a text that another does not have, in order."""
    known = Counter(other.split(PARAGRAPH_BREAK))
    for block in text.split(PARAGRAPH_BREAK):
        if known[block] > 0:
            known[block] -= 1
        else:
            yield block


def _changes(blocks: Iterable[str], removals: Sequence[Removal], *, gone: bool) -> Iterator[Change]:
    """The first blocks, each with the rule that takes it, or a part of it, out of the other text."""
    whole = {removal.text: removal.rule for removal in removals}
    for block in islice(blocks, _LINES):
        rule = whole.get(block) or next((part.rule for part in removals if part.text and part.text in block), None)
        yield Change(_short(block), gone, rule)


def _fields(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    ours, theirs = record(before), record(after)
    for name, value in ours.items():
        if name not in _APART and value != theirs[name]:
            yield name, _short(_said(value)), _short(_said(theirs[name]))
    kept, now = receipts(before) | {"candidates": before.candidates}, receipts(after) | {"candidates": after.candidates}
    for name, receipt in kept.items():
        if receipt != now[name]:
            yield name, "", ""


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
