"""A text as somebody's scraper stored it, without HTML -> its article.

Lines are all there is: what a line says, where it stands, and what stands twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from pipelines import dump_layout, language
from pipelines.clean import Cleaned, clean
from pipelines.dump_lines import paragraphs
from pipelines.facts import Facts
from pipelines.fingerprint import fingerprint
from pipelines.lines import is_prose
from pipelines.markup import to_html
from pipelines.process import PIPELINE_VERSION
from pipelines.records import (
    Accepted,
    Article,
    Block,
    BlockKind,
    Candidate,
    PageKind,
    Reason,
    Rejected,
)
from pipelines.repair import repair_blocks
from pipelines.rules import Rulebook

MAX_LINES: Final = 20_000
"""A day's live blog has some 5,000; more is no article."""


def process_dump(text: str, rulebook: Rulebook, fetched_at: datetime) -> Accepted | Rejected:
    """The article that a text dump holds; its addresses are empty. Raises: nothing."""
    lines = paragraphs(text)
    blocks, repairs = repair_blocks([Block(line, BlockKind.LINE) for line in lines[:MAX_LINES]])
    if not any(block.text for block in blocks):
        return Rejected(Reason.EMPTY, "the text is empty")
    tongue = language.detect(" ".join(block.text for block in blocks if is_prose(block)) or text[:5000], None)
    layout = dump_layout.of(blocks, clean(blocks, rulebook, tongue, None, None, fetched_at))
    title, standfirst = layout.title, layout.standfirst
    cleaned = clean(layout.marked(blocks), rulebook, tongue, title, None, fetched_at)
    if not cleaned.text:
        return Rejected(Reason.NOT_ARTICLE, "the text is nothing but boilerplate")
    article = _article(cleaned, title, standfirst or cleaned.facts.standfirst)
    cut = (f"cut at {MAX_LINES} lines",) if len(lines) > MAX_LINES else ()
    version = f"{PIPELINE_VERSION}+{rulebook.version}"
    return Accepted(replace(article, language=tongue, repairs=repairs, flags=cut, pipeline_version=version))


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
