"""When it was published and last changed: the candidates and the decision."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import lxml.html

from pipelines import dates
from pipelines.records import Candidate, Page, Precision, Timestamp
from pipelines.structured import FIELD_NAMES, Structured, about_page, plain, values
from pipelines.vicinity import Line, Vicinity, elsewhere

_PUBLISHED: list[str] = FIELD_NAMES["meta"]["published"]
_MODIFIED: list[str] = FIELD_NAMES["meta"]["modified"]
_DATE_TOKENS = frozenset(FIELD_NAMES["tokens"]["date"])
_MODIFIED_TOKENS = frozenset(FIELD_NAMES["tokens"]["modified"])

# Words that say which of two dates stands next to them, in the languages of date_words.toml.
_UPDATED_WORDS = re.compile(
    r"updated?|modified|revised|edited|"
    r"opdateret|oppdatert|uppdaterad|ändrad|endret|aktualisiert|geändert|"
    r"stand[: ]|bijgewerkt|gewijzigd|"
    r"mis à jour|mise à jour|modifié|màj|actualizad|modificad|atualizad|aggiornat|modificat|"
    r"aktualizac|zaktualizowan|aktualizováno|upraveno|ažurirano|posodobljeno|frissítve|frissült|actualizat|güncelle|"
    r"обновлен|изменен|оновлен|измењено|ενημέρωση|ενημερώθηκε|תחדש|עודכן|تحديث|آخر تحديث|päivitetty|muokattu|uuendatud|"
    r"atjaunots|atnaujinta|uppfært|更新|수정|cập nhật|diperbarui|แก้ไข|अपडेट|अद्यतन",
    re.IGNORECASE,
)
_OTHER_DATES = re.compile(
    r"copyright|©|\(c\)|all rights|since \d{4}|est\. \d{4}|founded|born|\bdob\b|comments?\b|events?\b|expires|deadline|"
    r"register by|valid until|accessed|retrieved",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"publi[sckq]|posted|created|udgivet|udg\.|offentliggjort|erstellt|veröffentlicht|erschienen|geplaatst|gepubliceerd|"
    r"julkaistu|pubblicat|creato|dodano|data publikacji|vydáno|objavljeno|megjelent|yayınlan|giriş tarihi|oluşturulma|"
    r"опубликован|опубліковано|дата|δημοσίευση|פורסם|نشر|公開|配信|発表|发布|發布|發佈|입력|등록|đăng|diterbitkan|birt|"
    r"\bon\b|\bdate\b",
    re.IGNORECASE,
)
_HAS_DATE = re.compile(r"\d")
_HAS_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\d[./-]\d{2}(?!\d)|\d\s?[月월]")
_STAMP = 40
"""Characters of a line in which a day without a year dates the page ("12 May, 14.30")."""
_SENTENCE = 10
"""Spaces from which a line with a full stop is a sentence that mentions a day."""
_SHORT = 120
"""Characters of a line that is a date stamp with its labels and names, rather than a sentence with a date in it."""
_LABELS = ("span", "b", "strong", "em", "i", "small", "label")
_MINUTES = (Precision.MINUTE, Precision.SECOND)


@dataclass(frozen=True, slots=True)
class Moments:
    published: Timestamp | None = None
    modified: Timestamp | None = None
    candidates: tuple[Candidate, ...] = ()


def decide(
    page: Page, tree: lxml.html.HtmlElement, structured: Structured, vicinity: Vicinity, language: str | None
) -> Moments:
    """When the page's article was published and modified, from the best source that says it plausibly.

    `language` (BCP 47) is what the page declares. Raises: nothing.
    """
    read = _Reader(page.fetched_at, language)
    published = _until_exact(_published(page, tree, structured, vicinity, read))
    modified = [stamp for stamp in _modified(page, tree, structured, vicinity, read) if stamp]
    first = _best(published)
    last = modified[0] if modified else None
    if first and last and last.moment < first.moment and last.precision in _MINUTES:
        last = None
    chosen = [(("published", stamp), stamp is first) for stamp in published]
    chosen += [(("modified", stamp), stamp is last) for stamp in modified]
    return Moments(first, last, tuple(Candidate(name, stamp.raw, stamp.origin, mark) for (name, stamp), mark in chosen))


@dataclass(frozen=True, slots=True)
class _Reader:
    fetched_at: datetime
    language: str | None

    def __call__(self, raw: object, origin: str) -> Timestamp | None:
        text = plain(raw)
        return dates.parse(text, self.fetched_at, self.language, origin) if text else None


def _until_exact(stamps: Iterator[Timestamp | None]) -> list[Timestamp]:
    """Up to the first that names a minute: what stands further down is weaker evidence and costs more to read."""
    found: list[Timestamp] = []
    for stamp in stamps:
        if stamp:
            found.append(stamp)
            if stamp.precision in _MINUTES and not _is_midnight(stamp) and _same_day(found[0], stamp):
                break
    return found


def _best(stamps: list[Timestamp]) -> Timestamp | None:
    """The first, in the sources' order; a later one that names the same day more exactly refines it."""
    if not stamps:
        return None
    first = stamps[0]
    if first.origin.startswith("url") and len(stamps) > 1:
        first = stamps[1]
    if first.precision in _MINUTES and not _is_midnight(first):
        return first
    for stamp in stamps:
        if stamp.precision in _MINUTES and not _is_midnight(stamp) and _same_day(first, stamp):
            return stamp
    if first.precision in (Precision.MONTH, Precision.YEAR):
        return next((stamp for stamp in stamps if stamp.precision not in (Precision.MONTH, Precision.YEAR)), first)
    return first


def _is_midnight(stamp: Timestamp) -> bool:
    return stamp.moment.hour == stamp.moment.minute == stamp.moment.second == 0 and not stamp.offset


def _same_day(first: Timestamp, second: Timestamp) -> bool:
    return abs(second.moment - first.moment) < timedelta(days=1) and (
        first.isoformat()[:10] in (second.isoformat()[:10], second.moment.date().isoformat())
    )


# ---------------------------------------------------------------- published


def _published(
    page: Page, tree: lxml.html.HtmlElement, structured: Structured, vicinity: Vicinity, read: _Reader
) -> Iterator[Timestamp | None]:
    if structured.article in structured.nodes:
        yield from (read(value, "json-ld:datePublished") for value in values(structured.article, "datePublished")[:1])
    yield from (
        read(value, "meta:article:published_time") for value in structured.meta.get("article:published_time", ())[:1]
    )
    yield from _declared(structured, ("datePublished", "dateCreated", "uploadDate"), read)
    for name in _PUBLISHED:
        yield from (read(value, f"meta:{name}") for value in structured.meta.get(name, ())[:1])
    yield from _times(tree, vicinity, read, modified=False)
    yield from _printed(vicinity, read)
    yield dates.from_url(page.final_url, page.fetched_at)
    yield read(page.hints.published, f"{page.hints.origin or 'hint'}:published")
    yield next(_updated_lines(vicinity, read), None)  # a page that prints one date only, as "updated"


def _declared(structured: Structured, keys: tuple[str, ...], read: _Reader) -> Iterator[Timestamp | None]:
    article = structured.article
    kind = "microdata" if any(article is item for item in structured.items) else "json-ld"
    for key in keys:
        yield from (read(value, f"{kind}:{key}") for value in values(article, key)[:1])
    for key in keys:
        for node in about_page(structured):
            yield from (read(value, f"page-data:{key}") for value in values(node, key)[:1])


def _times(
    tree: lxml.html.HtmlElement, vicinity: Vicinity, read: _Reader, *, modified: bool
) -> Iterator[Timestamp | None]:
    """`<time>` elements, those that are labelled first."""
    found: list[tuple[int, lxml.html.HtmlElement]] = []
    for number, element in enumerate(tree.iter("time")):
        if number > 60 or len(found) > 5:
            break
        names = " ".join(filter(None, map(element.get, ("class", "itemprop", "id")))).lower()
        label = f"{names} {_label_before(element)}"
        if bool(_UPDATED_WORDS.search(label)) != modified or elsewhere(element, vicinity.headline):
            continue
        ranked = element.get("pubdate") is not None or "publish" in names or bool(_LABELLED.search(label))
        found.append((0 if ranked else 1, element))
    for _, element in sorted(found, key=lambda entry: entry[0])[:1]:
        yield read(element.get("datetime") or "", "page:time") or read(element.text_content(), "page:time")


def _label_before(element: lxml.html.HtmlElement) -> str:
    """The words right before an element, on its line."""
    previous = element.getprevious()
    parent = element.getparent()
    text = (previous.tail or "") if previous is not None else (parent.text or "" if parent is not None else "")
    if not text.strip() and previous is not None and previous.tag in _LABELS:
        text = previous.text_content()
    return text.strip()[-40:]


def _printed(vicinity: Vicinity, read: _Reader) -> Iterator[Timestamp | None]:
    """Dates as text near the headline: the most telling line first."""
    ranked: list[tuple[float, Timestamp]] = []
    for line in vicinity.lines:
        if not _is_stamp(line):
            continue
        text = _published_part(line.text)
        if not text:
            continue
        stamp = read(text, "text:date")
        if stamp and stamp.precision not in (Precision.YEAR, Precision.MONTH):
            ranked.append((_stamp_rank(line, text, stamp), stamp))
    yield from (stamp for _, stamp in sorted(ranked, key=lambda entry: entry[0])[:3])


def _is_stamp(line: Line) -> bool:
    if len(line.text) > _SHORT or _OTHER_DATES.search(line.text):
        return False
    if line.text.endswith((".", "!", "?", "…")) and line.text.count(" ") >= _SENTENCE:
        return False
    return bool((_HAS_DATE if len(line.text) <= _STAMP else _HAS_YEAR).search(line.text))


def _published_part(text: str) -> str:
    """The line up to where it speaks of an update; empty when it only does that."""
    match = _UPDATED_WORDS.search(text)
    if not match:
        return text
    head = text[: match.start()]
    if _HAS_DATE.search(head):
        return head
    rest = text[match.end() :]
    label = _LABELLED.search(rest)
    return rest[label.start() :] if label else ""


def _stamp_rank(line: Line, text: str, stamp: Timestamp) -> float:
    rank = abs(line.distance) * (0.1 if line.distance > 0 else 0.15)
    rank -= 2.0 * bool(line.tokens & _DATE_TOKENS) + 1.5 * bool(_LABELLED.search(text))
    rank += 2.0 * (len(text) > len(stamp.raw) + 60) + 1.5 * (stamp.precision is Precision.MONTH)
    rank -= 0.5 * (stamp.precision in _MINUTES) + 1.0 * (len(text) < 40)
    return rank + 3.0 * bool(line.tokens & _MODIFIED_TOKENS)


# ---------------------------------------------------------------- modified


def _modified(
    page: Page, tree: lxml.html.HtmlElement, structured: Structured, vicinity: Vicinity, read: _Reader
) -> Iterator[Timestamp | None]:
    yield from (read(value, "json-ld:dateModified") for value in values(structured.article, "dateModified")[:1])
    for name in _MODIFIED:
        yield from (read(value, f"meta:{name}") for value in structured.meta.get(name, ())[:1])
    yield from _times(tree, vicinity, read, modified=True)
    yield from _updated_lines(vicinity, read)
    yield read(page.hints.modified, f"{page.hints.origin or 'hint'}:modified")


def _updated_lines(vicinity: Vicinity, read: _Reader) -> Iterator[Timestamp | None]:
    for line in vicinity.lines:
        match = _UPDATED_WORDS.search(line.text)
        if match and len(line.text) <= _SHORT and _HAS_DATE.search(line.text[match.end() :]):
            yield read(line.text[match.end() :], "text:updated")
