"""The lines that date a page: where it prints when it was published, and when it was changed."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pipelines.blocks import BlockTable, Node, TextBlock
from pipelines.date_parts import WORDS
from pipelines.date_text import may_name_day, other_words
from pipelines.markers import Naming
from pipelines.records import Boilerplate, Precision, Timestamp
from pipelines.structured import FIELD_NAMES
from pipelines.vicinity import Line, called

Read = Callable[[object, str], Timestamp | None]
"""Reads a raw date that stood at an origin."""


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_PUBLISHED, _MODIFIED, _OTHER = (_any_of(WORDS["labels"][name]) for name in ("published", "modified", "other"))
_DATED = called(FIELD_NAMES["tokens"]["date"])
_CHANGED = called(FIELD_NAMES["tokens"]["modified"])
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d{3})|\d[./-]\d{2}(?!\d)|\d\s?[月월]")
_SENTENCE = 10
"""Spaces from which a line with a full stop is a sentence that mentions a day."""
_SHORT = 120
"""Characters of a line that is a date stamp with its labels and names, rather than a sentence with a date in it."""
STAMP = 40
"""Characters of a line that is hardly more than a date ("12 May, 14.30"); it need not name the year."""
_READ = 3
"""Lines that are read, the most telling first."""
_BY_HEADLINE = 8
"""Lines from the headline to a line that is believed against the page's data. Measured on the development pages: of 12
days that this decides 10 are right and 2 were wrong either way."""
_BESIDE = 3
"""Blocks from the headline that are the article's whatever they stand in."""
_FEW = 2
"""Words that may stand beside a date in a line without a label ("News 12 May 2026")."""
_NAMING = 3
"""Elements around a line whose names say what it is."""
_DEEP = 200
_COARSE = (Precision.YEAR, Precision.MONTH)
_MINUTES = (Precision.MINUTE, Precision.SECOND)
_ELSEWHERE = frozenset(
    {
        Boilerplate.COMMENTS,
        Boilerplate.RELATED_LINKS,
        Boilerplate.MOST_READ,
        Boilerplate.NEWSLETTER,
        Boilerplate.TEASER,
        Boilerplate.NAVIGATION,
        Boilerplate.CONSENT,
        Boilerplate.COPYRIGHT,
    }
)


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that dates the page."""

    text: str
    """What of it speaks of the publication."""
    rank: float
    """How telling it is; less is better."""
    plain: bool
    """Whether it says so, or is hardly more than a date with its year, right by the headline."""


def is_modified(label: str) -> bool:
    """Whether words next to a date, in lower case, say that it is that of a change. Raises: nothing."""
    return _MODIFIED.search(label) is not None


def is_published(label: str) -> bool:
    """The same for the publication. Raises: nothing."""
    return _PUBLISHED.search(label) is not None


def near(lines: Iterable[Line]) -> list[DateLine]:
    """The lines around the headline that date the page, the most telling first. Raises: nothing."""
    found = []
    for line in lines:
        if text := _published_part(line.text):
            away = abs(line.distance) * (0.1 if line.distance > 0 else 0.15)
            rank = away + _rank(text, dated=line.is_called(_DATED), changed=line.is_called(_CHANGED))
            by_headline = abs(line.distance) <= _BY_HEADLINE and len(text) <= STAMP and _YEAR.search(text) is not None
            found.append(DateLine(text, rank, by_headline))
    return sorted(found, key=lambda line: line.rank)[:_READ]


def anywhere(table: BlockTable, headline: TextBlock | None) -> list[DateLine]:
    """The lines of a whole page that date it, the most telling first. Raises: nothing."""
    found = []
    for block, distance in _own(table, headline):
        text = _published_part(block.text) if _YEAR.search(block.text) else ""
        dated = text != "" and any(map(_DATED, _namings(block)))
        if text and (dated or is_published(text.lower()) or other_words(text) <= _FEW):
            away = min(0.03 * distance, 2.0) if distance > 0 else -0.15 * distance
            rank = away + _rank(text, dated=dated, changed=any(map(_CHANGED, _namings(block))))
            found.append(DateLine(text, rank + 2.0 * (block.link_share > 0.5), False))
    return sorted(found, key=lambda line: line.rank)[:_READ]


def texts(table: BlockTable, headline: TextBlock | None) -> Iterator[str]:
    """The short lines with figures of a whole page. Raises: nothing."""
    return (block.text for block, _ in _own(table, headline))


def _own(table: BlockTable, headline: TextBlock | None) -> Iterator[tuple[TextBlock, int]]:
    """The short blocks with figures that stand outside comments, teasers and the like; with their distances."""
    place = headline.index if headline is not None else 0
    holding = set() if headline is None else {node.index for node in _upwards(headline.node)}
    for block in table.blocks:
        if block.chars <= _SHORT and _DIGIT.search(block.text):
            distance = block.index - place
            if abs(distance) <= _BESIDE or not _is_elsewhere(block, holding):
                yield block, distance


def stamps(lines: Iterable[DateLine], read: Read) -> Iterator[tuple[DateLine, Timestamp]]:
    """The days that lines name, with their lines, in the same order. Raises: nothing."""
    for line in lines:
        stamp = read(line.text, "text:date")
        if stamp and stamp.precision not in _COARSE:
            yield line, stamp


def modified(texts: Iterable[str], read: Read) -> Iterator[Timestamp]:
    """When lines say that the page was changed. Raises: nothing."""
    for text in texts:
        if len(text) <= _SHORT and _DIGIT.search(text):
            lowered = text.lower()
            match = _MODIFIED.search(lowered)
            rest = (text if len(text) == len(lowered) else lowered)[match.end() :] if match else ""
            if rest and (stamp := read(rest, "text:updated")):
                yield stamp


def _published_part(text: str) -> str:
    """The line up to where it speaks of an update; empty when it only does that, or is no date stamp."""
    if len(text) > _SHORT or not _DIGIT.search(text):
        return ""
    if not (_YEAR.search(text) or (len(text) <= STAMP and may_name_day(text))):
        return ""
    lowered = text.lower()
    if _OTHER.search(lowered) or (text.endswith((".", "!", "?", "…")) and text.count(" ") >= _SENTENCE):
        return ""
    match = _MODIFIED.search(lowered)
    if not match or len(lowered) != len(text):
        return "" if match else text
    if _DIGIT.search(text[: match.start()]):
        return text[: match.start()]
    label = _PUBLISHED.search(lowered, match.end())
    return text[label.start() :] if label else ""


def _rank(text: str, *, dated: bool, changed: bool) -> float:
    """`dated` and `changed`: whether its names say so."""
    return -2.0 * dated + 3.0 * changed - 1.5 * is_published(text.lower()) - 1.0 * (len(text) < STAMP)


def _namings(block: TextBlock) -> Iterator[Naming]:
    yield block.names
    yield from (node.names for node in islice(_upwards(block.node), _NAMING))


def _upwards(node: Node | None) -> Iterator[Node]:
    """An element and those that it stands in, up to a depth that only hostile pages have."""
    for _ in range(_DEEP):
        if node is None:
            return
        yield node
        node = node.parent


def _is_elsewhere(block: TextBlock, holding: set[int]) -> bool:
    """Whether it stands in comments, teasers and the like, which don't hold the headline too."""
    for node in _upwards(block.node):
        if node.index in holding:
            return False
        if node.marker is not None and node.marker.drop.kind in _ELSEWHERE:
            return True
    return False
