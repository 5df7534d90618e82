"""A text as somebody's scraper stored it, without HTML -> its article.

Lines are all there is: what a line says, where it stands, and what stands twice.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from pipelines import language
from pipelines.clean import Cleaned, clean, fold, is_prose
from pipelines.facts import Facts
from pipelines.fingerprint import fingerprint
from pipelines.markup import to_html
from pipelines.process import PIPELINE_VERSION
from pipelines.records import (
    Accepted,
    Article,
    Block,
    BlockKind,
    Boilerplate,
    Candidate,
    Drop,
    PageKind,
    Reason,
    Rejected,
)
from pipelines.repair import repair_blocks
from pipelines.rules import Rulebook

MAX_LINES: Final = 20_000
"""A day's live blog has some 5,000; more is no article."""
_HEAD: Final = 40
"""Lines in which the title is looked for; menus stand above it in many dumps."""
_LONGEST_TITLE: Final = 200
_WIDTHS: Final = range(40, 121)
"""Columns at which text is wrapped by hand or by a mail program."""
_WRAPPED: Final = 0.6
"""Share of the line breaks that must stand where the next word would not have fitted; the others end paragraphs."""

_LINE_END: Final = re.compile("\r\n?|[\u2028\u2029\v\f]")
_TITLE = Drop(Boilerplate.REPEATED_TITLE, "dump.title", "is the title, which the record holds")
_LEAD = Drop(Boilerplate.STANDFIRST, "dump.standfirst", "is the lead between the title and its repetition")
_ABOVE = Drop(Boilerplate.NAVIGATION, "dump.above-title", "stands above the title")


def process_dump(text: str, rulebook: Rulebook, fetched_at: datetime) -> Accepted | Rejected:
    """The article that a text dump holds; its addresses are empty. Raises: nothing."""
    lines = _paragraphs(_LINE_END.sub("\n", text).split("\n"))
    blocks, repairs = repair_blocks([Block(line, BlockKind.LINE) for line in lines[:MAX_LINES]])
    if not any(block.text for block in blocks):
        return Rejected(Reason.EMPTY, "the text is empty")
    tongue = language.detect(" ".join(block.text for block in blocks if is_prose(block)) or text[:5000], None)
    blocks, title, standfirst = _head(blocks, rulebook, tongue, fetched_at)
    cleaned = clean(blocks, rulebook, tongue, title, None, fetched_at)
    if not cleaned.text:
        return Rejected(Reason.NOT_ARTICLE, "the text is nothing but boilerplate")
    article = _article(cleaned, title, standfirst or cleaned.facts.standfirst)
    cut = (f"cut at {MAX_LINES} lines",) if len(lines) > MAX_LINES else ()
    version = f"{PIPELINE_VERSION}+{rulebook.version}"
    return Accepted(replace(article, language=tongue, repairs=repairs, flags=cut, pipeline_version=version))


# Lines -> paragraphs ---------------------------------------------------------------------------------------------


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """The lines that say something, wrapped ones joined, white space folded."""
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() if line.strip() else "" for line in lines]
    if width := _width(lines):
        lines = list(_unwrapped(lines, width))
    return [line for line in lines if line]


def _width(lines: Sequence[str]) -> int:
    """The column at which the text is wrapped; 0 when it is not."""
    breaks = [(above, below) for above, below in pairwise(lines) if above and below]
    width = max((len(above) for above, _ in breaks), default=0)
    if width not in _WIDTHS or len(breaks) < 3:
        return 0
    full = [above for above, below in breaks if _is_full(above, below, width)]
    open_ended = [above for above in full if above[-1] not in '.!?:”"»']
    return width if len(full) >= _WRAPPED * len(breaks) and 2 * len(open_ended) >= len(full) else 0


def _is_full(above: str, below: str, width: int) -> bool:
    """Whether the first word of the line below would not have fitted on the line above."""
    return len(above) + 1 + len(below.split(" ", 1)[0]) > width


def _unwrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (not line or not _is_full(paragraph[-1], line, width)):
            yield " ".join(paragraph)
            paragraph = []
        if line:
            paragraph.append(line)
    yield " ".join(paragraph)


# The head --------------------------------------------------------------------------------------------------------


def _head(
    blocks: Sequence[Block], rulebook: Rulebook, tongue: str | None, fetched_at: datetime
) -> tuple[tuple[Block, ...], str | None, str | None]:
    """The blocks with title, lead and menu marked; the title; the lead."""
    head = blocks[:_HEAD]
    drops: dict[int, Drop] = {}
    title, lead = None, None
    # What no phrase claims: a credit or a date is neither title nor menu.
    unclaimed = {block.text for block in clean(head, rulebook, tongue, None, None, fetched_at).kept}
    if places := _repeated(head):
        between = [index for index in range(places[0], places[-1]) if is_prose(blocks[index])]
        if len(between) == 1 and any(is_prose(block) for block in blocks[places[-1] + 1 :]):
            drops[between[0]] = _LEAD
            lead = blocks[between[0]].text
    else:
        places = _last_above_body(head, unclaimed)
    if places:
        title = blocks[places[0]].text
        drops |= dict.fromkeys(places, _TITLE)
        above = [index for index in range(places[0]) if not is_prose(head[index]) and head[index].text in unclaimed]
        drops |= dict.fromkeys(above, _ABOVE)
    marked = tuple(replace(block, drop=drops.get(index)) for index, block in enumerate(blocks))
    return marked, title, lead


def _repeated(head: Sequence[Block]) -> list[int]:
    """Where the title stands: the first line of several words that stands there again; empty when none does."""
    lines = [fold(block.text) if len(block.text) <= _LONGEST_TITLE else "" for block in head]
    times = Counter(lines)
    for index, line in enumerate(lines):
        if line.count(" ") >= 2 and times[line] > 1 and not is_prose(head[index]):
            return [place for place, other in enumerate(lines) if other == line]
    return []


def _last_above_body(head: Sequence[Block], unclaimed: Collection[str]) -> list[int]:
    """The line that must be the title: the last one of several words above the body that is no known phrase."""
    body = next((index for index, block in enumerate(head) if is_prose(block)), 0)
    for index in range(body - 1, -1, -1):
        text = head[index].text
        if text in unclaimed and text.count(" ") >= 2 and len(text) <= _LONGEST_TITLE and text[-1] not in ".:;,":
            return [index]
    return []


# The record ------------------------------------------------------------------------------------------------------


def _article(cleaned: Cleaned, title: str | None, standfirst: str | None) -> Article:
    facts = cleaned.facts
    return Article(
        url="",
        canonical_url="",
        title=title,
        text=cleaned.text,
        raw=cleaned.raw,
        removals=cleaned.removals,
        standfirst=standfirst,
        html=to_html(cleaned.kept),
        published=facts.published,
        modified=facts.modified,
        authors=facts.authors,
        agency=facts.agency,
        section=facts.section,
        tags=facts.tags,
        breadcrumbs=facts.breadcrumbs,
        videos=facts.videos,
        page_kind=PageKind.VIDEO if any(video.duration_seconds for video in facts.videos) else PageKind.ARTICLE,
        candidates=tuple(_candidates(facts, title, standfirst)),
        fingerprint=fingerprint(title, cleaned.text),
    )


def _candidates(facts: Facts, title: str | None, standfirst: str | None) -> Iterator[Candidate]:
    """Every field's only answer: a dump has one source."""
    for field, value in (("title", title), ("standfirst", standfirst), ("section", facts.section)):
        if value:
            yield Candidate(field, value, "text", chosen=True)
    for field, stamp in (("published", facts.published), ("modified", facts.modified)):
        if stamp:
            yield Candidate(field, stamp.isoformat(), stamp.origin, chosen=True)
    yield from (Candidate("authors", author, "text:byline", chosen=True) for author in facts.authors)
