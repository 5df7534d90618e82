"""When it was published and last changed: the candidates and the decision."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, islice

import lxml.html

from pipelines import datelines, dates
from pipelines.content import Content
from pipelines.records import Candidate, Page, Precision, Timestamp
from pipelines.structured import FIELD_NAMES, Structured, about_page, plain, values
from pipelines.vicinity import Vicinity


def _is_weak(name: str) -> bool:
    """Whether the meta often holds when a file was made rather than when an article was published."""
    return name in ("date", "creation_date") or name.startswith(("dc.", "dcterms."))


_PUBLISHED: list[str] = [name for name in FIELD_NAMES["meta"]["published"] if not _is_weak(name)]
_WEAKLY: list[str] = [name for name in FIELD_NAMES["meta"]["published"] if _is_weak(name)]
_MODIFIED: list[str] = FIELD_NAMES["meta"]["modified"]
_DECLARED = ("json-ld", "microdata", "page-data", "meta")
_PUBLISHING = ("datePublished", "dateCreated", "uploadDate")
_TIMES = 5
"""`<time>` elements of the article that are compared; related stories have more."""
_SCRIPTS = 1_000_000
"""Characters of scripts that are searched."""
_PROPERTIES = 3
_PROPERTY = re.compile(
    r'"([a-z_]{5,50}+)\\?"\s?:\s?\\?"(\d[^"\\]{7,40})',
    re.IGNORECASE,
)
_DATING = re.compile(r"publi|posted|created|deploy|release|issued|regist", re.IGNORECASE)
_LABELS = ("span", "b", "strong", "em", "i", "small", "label")
_MINUTES = (Precision.MINUTE, Precision.SECOND)
_COARSE = (Precision.MONTH, Precision.YEAR)
_APART = timedelta(hours=36)
"""Two dates that differ by more are not the same day in two zones."""
_ZONES = timedelta(hours=12)
"""Between UTC and a place's time."""


@dataclass(frozen=True, slots=True)
class Moments:
    published: Timestamp | None = None
    modified: Timestamp | None = None
    candidates: tuple[Candidate, ...] = ()


def decide(
    page: Page,
    tree: lxml.html.HtmlElement,
    structured: Structured,
    vicinity: Vicinity,
    language: str | None,
    content: Content,
) -> Moments:
    """When the page's article was published and modified, from the best source that says it plausibly.

    `language` (BCP 47) is what the page declares. Raises: nothing.
    """
    search = _Search(page, tree, structured, vicinity, language, content)
    published, first = search.published()
    modified = _until_exact(search.modified())
    last = modified[0] if modified else None
    if first and last and last.moment < first.moment and last.precision in _MINUTES:
        last = None
    chosen = [(("published", stamp), stamp is first) for stamp in published]
    chosen += [(("modified", stamp), stamp is last) for stamp in modified]
    return Moments(first, last, tuple(Candidate(name, stamp.raw, stamp.origin, mark) for (name, stamp), mark in chosen))


class _Search:
    """The sources of one page's dates, each read when it is asked for."""

    def __init__(
        self,
        page: Page,
        tree: lxml.html.HtmlElement,
        structured: Structured,
        vicinity: Vicinity,
        language: str | None,
        content: Content,
    ) -> None:
        self.page = page
        self.tree = tree
        self.structured = structured
        self.vicinity = vicinity
        self.language = language
        self.content = content

    def read(self, raw: object, origin: str) -> Timestamp | None:
        text = plain(raw)
        return dates.parse(text, self.page.fetched_at, self.language, origin) if text else None

    # -------------------------------------------------------- published

    def published(self) -> tuple[list[Timestamp], Timestamp | None]:
        """The candidates, and the one that is taken."""
        found = _until_exact(self._declared())
        if not (found and _is_exact(_best(found), found[0])):
            found = _until_exact(self._seen(), found)
        if not any(stamp.precision not in _COARSE for stamp in found):
            found = _until_exact(self._last_resorts(), found)
        best = _best(found)
        if best and best.origin.startswith(_DECLARED) and (earlier := self._contradiction(best)):
            return [*found, earlier], earlier
        return found, best

    def _declared(self) -> Iterator[Timestamp | None]:
        """What the page's data says, the data about the article first."""
        article = self.structured.article
        marked = any(article is item for item in self.structured.items)
        if not marked:
            yield from self._values(article, "json-ld", "datePublished")
        yield from self._metas(("article:published_time",))
        for key in _PUBLISHING if marked else _PUBLISHING[1:]:
            yield from self._values(article, "microdata" if marked else "json-ld", key)
        for key in _PUBLISHING:
            for node in about_page(self.structured):
                yield from self._values(node, "page-data", key)
        yield from self._metas(_PUBLISHED)

    def _seen(self) -> Iterator[Timestamp | None]:
        """The address; what the page shows near its headline; the data that often means a file."""
        yield dates.from_url(self.page.final_url, self.page.fetched_at)
        yield from self._times(modified=False)
        told = bool(self._lines) and self._lines[0].plain
        yield from () if told else self._metas(_WEAKLY)
        yield from (stamp for _, stamp in datelines.stamps(self._lines, self.read))
        yield from self._metas(_WEAKLY) if told else ()
        yield self.read(self.page.hints.published, f"{self.page.hints.origin or 'hint'}:published")

    def _last_resorts(self) -> Iterator[Timestamp | None]:
        lines = datelines.anywhere(self.content.table, self.content.headline_block)
        yield from (stamp for _, stamp in datelines.stamps(lines, self.read))
        yield from self._times(modified=True)  # the only date may be that of a change
        yield next(datelines.modified(self._texts, self.read), None)
        texts = datelines.texts(self.content.table, self.content.headline_block)
        yield next(datelines.modified(texts, self.read), None)
        yield from self._metas(name for name in self.structured.meta if "publi" in name)
        yield from self._scripts()

    def _contradiction(self, declared: Timestamp) -> Timestamp | None:
        """The day that the headline's date line names, where the data repeats that of a later change."""
        changed = next(iter(self._changed), None)
        if changed and changed.moment - declared.moment > _APART:
            return None
        told: list[Timestamp] = []
        for line, stamp in datelines.stamps(self._lines, self.read):
            if _same_day(declared, stamp) or (declared.raw[:4].isdigit() and _is_swapped(declared, stamp)):
                return None
            told += [stamp] if line.plain or told else []
        alone = told and all(_same_day(told[0], stamp) for stamp in told)
        return told[0] if alone and declared.moment - told[0].moment > _APART else None

    @cached_property
    def _lines(self) -> list[datelines.DateLine]:
        return datelines.near(self.vicinity.lines)

    @property
    def _texts(self) -> Iterator[str]:
        return (line.text for line in self.vicinity.lines)

    # -------------------------------------------------------- modified

    def modified(self) -> Iterator[Timestamp | None]:
        """When it was last changed, the page's data first."""
        yield from self._changed
        yield from self._times(modified=True)
        yield from datelines.modified(self._texts, self.read)
        yield self.read(self.page.hints.modified, f"{self.page.hints.origin or 'hint'}:modified")

    @cached_property
    def _changed(self) -> list[Timestamp]:
        """When the page's data say that it was changed."""
        declared = self._values(self.structured.article, "json-ld", "dateModified")
        return _until_exact(chain(declared, self._metas(_MODIFIED)))

    # -------------------------------------------------------- sources

    def _values(self, node: Mapping[str, object] | None, kind: str, key: str) -> Iterator[Timestamp | None]:
        yield from (self.read(value, f"{kind}:{key}") for value in values(node, key)[:1])

    def _metas(self, names: Iterable[str]) -> Iterator[Timestamp | None]:
        meta = self.structured.meta
        yield from (self.read(value, f"meta:{name}") for name in names for value in meta.get(name, ())[:1])

    def _times(self, *, modified: bool) -> Iterator[Timestamp | None]:
        """`<time>` elements, those that are labelled first."""
        found: list[tuple[bool, lxml.html.HtmlElement]] = []
        for element in self.vicinity.elements("time"):
            if len(found) > _TIMES:
                break
            names, label = _names(element), _label_before(element).lower()
            published = "publish" in names or element.get("pubdate") is not None
            changed = not published and datelines.is_modified(f"{names} {label}")
            if changed == modified and not self.vicinity.is_elsewhere(element):
                found.append((not (published or datelines.is_published(f"{names} {label}")), element))
        for _, element in sorted(found, key=lambda entry: entry[0])[:1]:
            machine = self.read(element.get("datetime") or "", "time:datetime")
            yield machine or self.read(_text(element), "text:time")

    def _scripts(self) -> Iterator[Timestamp | None]:
        """The properties of data in scripts that are named as a date of publication."""
        left = _SCRIPTS
        found: list[re.Match[str]] = []
        for script in self.tree.iter("script"):
            text = (script.text or "")[:left]
            left -= len(text)
            found += islice((match for match in _PROPERTY.finditer(text) if _DATING.search(match[1])), _PROPERTIES)
        found.sort(key=lambda match: "publi" not in match[1].lower())
        yield from (self.read(match[2], f"script:{match[1]}") for match in found[:_PROPERTIES])


def _names(element: lxml.html.HtmlElement) -> str:
    return " ".join(filter(None, map(element.get, ("class", "itemprop", "id")))).lower()


def _label_before(element: lxml.html.HtmlElement) -> str:
    """The words right before an element, on its line."""
    previous = element.getprevious()
    parent = element.getparent()
    text = (previous.tail or "") if previous is not None else (parent.text or "" if parent is not None else "")
    if not text.strip() and previous is not None and previous.tag in _LABELS:
        text = _text(previous)
    return text.strip()[-40:]


def _text(element: lxml.html.HtmlElement) -> str:
    return "".join(islice(element.itertext(), 20))


# ---------------------------------------------------------------- deciding


def _until_exact(stamps: Iterable[Timestamp | None], before: Iterable[Timestamp] = ()) -> list[Timestamp]:
    """Up to the first that names a minute: what stands further down is weaker evidence and costs more to read."""
    found = list(before)
    for stamp in stamps:
        if stamp:
            found.append(stamp)
            if _is_exact(stamp, found[0]):
                break
    return found


def _best(stamps: list[Timestamp]) -> Timestamp | None:
    """The first, in the sources' order; a later one that names the same day more exactly refines it.

    A day in the address outweighs all that is not declared: on 155 development pages that have one, read without their
    data, it is right 150 times, what the page prints 146 times. But it may be that of another zone than the minute that
    the page gives. Of answers that are all no more than the same day, a declared one is taken.
    """
    if not stamps:
        return None
    first = stamps[0]
    address = next((stamp for stamp in stamps if stamp.origin == "url"), None)
    if address and address.precision is Precision.DAY and not first.origin.startswith(_DECLARED):
        first = next((stamp for stamp in stamps if _same_day(address, stamp)), address)
    elif first is address and len(stamps) > 1:
        first = stamps[1]
    exact = next((stamp for stamp in (first, *stamps) if _is_exact(stamp, first)), None)
    if exact is None and first is address:
        exact = next((stamp for stamp in stamps if _in_another_zone(address, stamp)), None)
    if exact is None and first.precision in _COARSE:
        return next((stamp for stamp in stamps if stamp.precision not in _COARSE), first)
    if exact is None and not first.declared:
        return next((stamp for stamp in stamps if stamp.declared and _is_whole_day(first, stamp)), first)
    return exact or first


def _is_exact(stamp: Timestamp | None, first: Timestamp) -> bool:
    """Whether it names a minute of the first's day, and not merely the day in the form of a time."""
    return stamp is not None and stamp.precision in _MINUTES and not _is_midnight(stamp) and _same_day(first, stamp)


def _is_midnight(stamp: Timestamp) -> bool:
    return stamp.moment.hour == stamp.moment.minute == stamp.moment.second == 0 and not stamp.offset


def _is_swapped(first: Timestamp, second: Timestamp) -> bool:
    """Whether they are the same day when day and month of the second change places."""
    one, other = first.moment, second.moment
    return (one.year, one.month, one.day) == (other.year, other.day, other.month)


def _same_day(first: Timestamp, second: Timestamp) -> bool:
    """Whether the second falls on the day that the first names, as written or in UTC."""
    if first.precision in _COARSE or abs(second.moment - first.moment) >= timedelta(days=1):
        return False
    return _day(first) in (_day(second), second.moment.date())


def _is_whole_day(first: Timestamp, second: Timestamp) -> bool:
    """Whether they name the same day, and neither a time of it."""
    return (
        first.precision is Precision.DAY
        and (second.precision is Precision.DAY or _is_midnight(second))
        and _day(first) == _day(second)
    )


def _in_another_zone(day: Timestamp, second: Timestamp) -> bool:
    """Whether the second names a minute that may fall on a day that was counted in another zone."""
    wall = second.moment + timedelta(minutes=second.offset or 0)
    timed = second.precision in _MINUTES and not _is_midnight(second)
    return timed and day.precision is Precision.DAY and -_ZONES < wall - day.moment < timedelta(days=1) + _ZONES


def _day(stamp: Timestamp) -> date:
    return (stamp.moment + timedelta(minutes=stamp.offset or 0)).date()
