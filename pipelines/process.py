"""One page -> its article, or why it is none. The order of the stages is `process_page`, on one screen."""

from dataclasses import replace

from pipelines import content, embedded, fields, language, quality, structured
from pipelines.clean import Cleaned, clean
from pipelines.decode import Decoded, decode
from pipelines.facts import Facts
from pipelines.fields import Fields
from pipelines.fingerprint import fingerprint
from pipelines.markup import to_html
from pipelines.records import Accepted, Article, Candidate, Image, Page, Reason, Rejected, Timestamp, Video
from pipelines.repair import repair, repair_blocks
from pipelines.rules import Rulebook
from pipelines.tree import parse

PIPELINE_VERSION = "1"
"""Raised when the code makes other records of the same page."""

_LITTLE = 450
"""Characters of the article below which its text is looked for in the page's scripts. Of 1,775 development pages three
are helped, all of them rightly."""
_HTML_TYPES = ("html", "xml", "text/plain")
_STATUS = {
    401: Reason.FORBIDDEN,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    410: Reason.GONE,
    429: Reason.RATE_LIMITED,
    451: Reason.FORBIDDEN,
}


def process_page(page: Page, rulebook: Rulebook) -> Accepted | Rejected:
    """The article of a page, or the one reason why there is none.

    `rulebook` is the one of the page (`Rulebook.for_page`). Raises: nothing, for any bytes.
    """
    refused = _by_answer(page)
    if refused is not None:
        return refused
    decoded = decode(page.body, page.header("content-type"), page.encoding)
    tree, cuts = parse(decoded.utf8)
    if tree is None:
        return Rejected(Reason.EMPTY, "the page holds no markup")
    said = structured.read(tree, page.final_url)
    found = content.extract(tree, said, page.hints, rulebook.site)
    if found.kept_chars() < _LITTLE and (hidden := embedded.find(tree, said, page.final_url)):
        found = found.replaced(hidden.blocks, f"text from {hidden.origin}")
    decided = fields.decide(page, tree, said, found)
    tongue = language.detect(" ".join(b.text for b in found.blocks if b.drop is None), decided.language)
    blocks, repairs = repair_blocks(found.blocks)
    title, standfirst = _mend(decided.title), _mend(decided.standfirst)
    cleaned = clean(blocks, rulebook, tongue, title, standfirst, page.fetched_at, decided.authors)
    refused = quality.judge(page, said, found, decided, cleaned)
    if refused is not None:
        return refused
    if rulebook.obey_rights and (reserved := fields.reserved(decided.rights)):
        return Rejected(Reason.RIGHTS, "; ".join(reserved))
    article = _article(page, decided, cleaned, title, standfirst)
    return Accepted(
        replace(
            article,
            language=tongue,
            repairs=repairs,
            encoding=decoded.encoding,
            flags=cuts + found.flags + _doubts(decoded),
            pipeline_version=pipeline_version(rulebook),
        )
    )


def pipeline_version(rulebook: Rulebook) -> str:
    """The code and the rules, as the records that they make name them. Raises: nothing."""
    return f"{PIPELINE_VERSION}+{rulebook.version}"


def _by_answer(page: Page) -> Rejected | None:
    """What the status and the content type decide."""
    if page.status != 200:
        return _refusal(page)
    kind = " ".join((page.header("content-type") or "text/html").lower().split())
    if not any(known in kind for known in _HTML_TYPES):
        return Rejected(Reason.NOT_HTML, f"content type {kind.partition(';')[0].strip()[:80]}")
    if not page.body.strip():
        return Rejected(Reason.EMPTY, "the answer is empty")
    return None


def _refusal(page: Page) -> Rejected:
    seen = f"status {page.status}"
    if page.status in (401, 403, 429, 503) and (wall := quality.bot_wall(page)):
        return Rejected(Reason.BOT_WALL, f"{seen}; {wall}")
    reason = _STATUS.get(page.status)
    if reason is None:
        reason = {3: Reason.REDIRECTED, 5: Reason.SERVER_ERROR}.get(page.status // 100, Reason.HTTP_ERROR)
    return Rejected(reason, seen)


def _mend(text: str | None) -> str | None:
    return repair(text)[0] if text else text


def _doubts(decoded: Decoded) -> tuple[str, ...]:
    return (f"{decoded.unread} characters could not be read as {decoded.encoding}",) if decoded.unread else ()


def _article(page: Page, decided: Fields, cleaned: Cleaned, title: str | None, standfirst: str | None) -> Article:
    """What the removed lines said fills the fields that the page's head left empty."""
    facts = cleaned.facts
    title = title or facts.title
    return Article(
        url=page.url,
        canonical_url=decided.canonical_url,
        title=title,
        text=cleaned.text,
        raw=cleaned.raw,
        removals=cleaned.removals,
        subtitle=_mend(decided.subtitle),
        standfirst=standfirst or facts.standfirst,
        description=_mend(decided.description),
        html=to_html(cleaned.kept),
        published=decided.published or facts.published,
        modified=decided.modified or facts.modified,
        authors=decided.authors or facts.authors,
        agency=decided.agency or facts.agency,
        section=decided.section or facts.section,
        tags=decided.tags or facts.tags,
        breadcrumbs=decided.breadcrumbs or facts.breadcrumbs,
        main_image=_credited(decided.main_image, facts),
        images=decided.images,
        videos=_videos(decided.videos, facts.videos),
        audios=decided.audios,
        publisher=decided.publisher,
        free=decided.free,
        page_kind=decided.page_kind,
        rights=decided.rights,
        candidates=(*decided.candidates, *_said(decided, facts)),
        fingerprint=fingerprint(title, cleaned.text),
    )


def _videos(declared: tuple[Video, ...], said: tuple[Video, ...]) -> tuple[Video, ...]:
    """The videos that the page holds; credit, section and duration that a line gives are those of the first."""
    if not declared or not said:
        return declared or said
    first, line = declared[0], said[0]
    credited = Video(
        first.url,
        first.credit or line.credit,
        first.section or line.section,
        first.duration_seconds or line.duration_seconds,
    )
    return (credited, *declared[1:])


def _credited(image: Image | None, facts: Facts) -> Image | None:
    """The main image with the photographer that a credit line names, without the line's label."""
    if image is None or not facts.photo_credits:
        return image
    named = facts.photo_credits[0]
    if image.credit is not None and named not in image.credit:
        return image
    return replace(image, credit=named)


def _said(decided: Fields, facts: Facts) -> tuple[Candidate, ...]:
    """The fields that only a removed line filled."""
    answers = {
        "standfirst": (decided.standfirst, facts.standfirst, "text:lead"),
        "published": (decided.published, facts.published, facts.published and facts.published.origin),
        "modified": (decided.modified, facts.modified, facts.modified and facts.modified.origin),
        "authors": (decided.authors, ", ".join(facts.authors), "text:byline"),
        "agency": (decided.agency, facts.agency, "text:agency line"),
        "section": (decided.section, facts.section, "text:video credit"),
    }
    return tuple(
        Candidate(field, said.isoformat() if isinstance(said, Timestamp) else said, origin or "", True)
        for field, (known, said, origin) in answers.items()
        if said and not known
    )
