"""Dates as machines and people write them -> Timestamp."""

import re
import unicodedata
import warnings
from dataclasses import replace
from datetime import UTC, datetime

from pipelines.date_parts import OFFSET, Parts, offset_of, stamp_of
from pipelines.date_text import LANGUAGES, MAX_RELATIVE, MONTHS, human, relative
from pipelines.records import Timestamp

MAX_RAW = 160
"""Characters that are read. A date with its labels is shorter; what is longer is a sentence."""
MAX_DATEPARSER = 60


def parse(raw: str, fetched_at: datetime, language: str | None, origin: str) -> Timestamp | None:
    """The moment that `raw` names, exact to what it says.

    `raw` is one date in a machine's format or in words, perhaps among labels ("Published 12 May 2026 at 2.30 pm").
    `fetched_at` (aware) is what "2 hours ago" and a missing year are counted from; `language` (BCP 47, such as `da` or
    `en-US`) settles ambiguous words and the order of day and month. None when there is no date in it, or one before
    1990 or more than two days after `fetched_at`. Raises: nothing.
    """
    text = _normalised(raw)
    if not text or (len(text) > MAX_RELATIVE and not _DIGIT.search(text)):
        return None
    tag = (language or "").replace("_", "-").lower()
    parts = (
        _machine(text)
        or human(text, fetched_at, tag)
        or relative(text, fetched_at)
        or _by_dateparser(text, fetched_at, tag)
    )
    return stamp_of(parts, fetched_at, raw.strip()[:MAX_RAW], origin) if parts else None


def from_url(url: str, fetched_at: datetime) -> Timestamp | None:
    """The day (or month) that stands in an address, such as `/2026/05/12/`. Raises: nothing."""
    match = _URL_DAY.search(url) or _URL_MONTH.search(url)
    if not match:
        return None
    groups = match.groupdict()
    day = int(groups["day"]) if groups.get("day") else None
    return stamp_of(Parts(int(groups["year"]), int(groups["month"]), day), fetched_at, match[0].strip("/-_."), "url")


_URL_DAY = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[/_.-]?)(?P<month>0[1-9]|1[0-2]|(?<=[/_.-])[1-9](?=[/_.-]))"
    r"(?P=sep)(?P<day>0[1-9]|[12]\d|3[01]|(?<=[/_.-])[1-9](?=[/_.-]))(?!\d)"
)
_URL_MONTH = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>0[1-9]|1[0-2])/")


# ---------------------------------------------------------------- text

_SPACE = re.compile(r"[\s\u200b-\u200f\u202a-\u202f\u2066-\u2069]+")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _normalised(raw: str) -> str:
    """White space folded, digits of all scripts as ASCII, compatibility forms resolved; cut."""
    text = raw.strip()[:MAX_RAW]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.digit(c)) if not c.isascii() and c.isdecimal() else c for c in text)
    return _SPACE.sub(" ", text).strip()


# ---------------------------------------------------------------- machine formats

_ISO = re.compile(
    r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2})"
    r"(?:(?:[T ,]|\s?-\s)\s?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,:]\d{1,9})?)?"
    rf"(?:\s?{OFFSET})?)?)?(?:[\[(].{{0,40}})?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"^(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:[T ]?(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)?"
    rf"(?:\.\d{{1,9}})?{OFFSET}?)?$",
    re.IGNORECASE,
)
# RFC 5322 dates and what `date`, Java and JavaScript print: "Fri Apr 28 19:20:36 CEST 2023".
_RFC = re.compile(
    r"^(?:[A-Za-z]{3,9},?\s)?(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3,9})[ -](?P<year>\d{4})"
    rf"\s(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    rf"\s?(?:(?:GMT|UTC)(?=[+-]))?{OFFSET}?(?:\s?\(.{{0,40}})?$"
)
_CTIME = re.compile(
    r"^[A-Za-z]{3},? (?P<name>[A-Za-z]{3}) {1,2}(?P<day>\d{1,2}) (?:(?P<year1>\d{4}) )?"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rf"(?: (?:(?:GMT|UTC)(?=[+-]))?{OFFSET})?(?: (?P<year>\d{{4}}))?(?:\s?\(.{{0,40}})?$"
)
_EPOCH = re.compile(r"^(\d{10}|\d{13})(?:\.\d{1,9})?$")


def _machine(text: str) -> Parts | None:
    if match := _EPOCH.match(text):
        seconds = int(match[1][:10])
        moment = datetime.fromtimestamp(seconds, UTC)
        return Parts(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, 0)
    match = _ISO.match(text) or _COMPACT.match(text) or _RFC.match(text) or _CTIME.match(text)
    if not match:
        return None
    part = match.groupdict()
    year = part["year"] or part.get("year1")
    month = MONTHS.get(part["name"].lower()) if part.get("name") else int(part["month"])
    if not year or not month:
        return None

    def number(name: str) -> int | None:
        return int(part[name]) if part.get(name) else None

    parts = Parts(int(year), month, number("day"), number("hour"), number("minute") or 0, number("second"), None)
    return replace(parts, offset=offset_of(part["zone"], parts)) if part.get("zone") else parts


# ---------------------------------------------------------------- the last resort


def _by_dateparser(text: str, fetched_at: datetime, language: str) -> Parts | None:
    """The words of languages that the tables don't know. Slow (27 ms at first), so only for a short text in these."""
    code = language.split("-")[0]
    if not code or code in LANGUAGES or len(text) > MAX_DATEPARSER or text.isascii() or not _YEAR.search(text):
        return None
    import dateparser  # type: ignore[import-untyped]  # costs 0.3 s, and hardly any page needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            moment = dateparser.parse(
                text,
                languages=[code],
                settings={"RELATIVE_BASE": fetched_at.replace(tzinfo=None), "REQUIRE_PARTS": ["day", "month", "year"]},
            )
        except (ValueError, OverflowError, TypeError, AttributeError, RecursionError):
            return None
    if moment is None:
        return None
    timed = ":" in text
    return Parts(
        moment.year, moment.month, moment.day, moment.hour if timed else None, moment.minute, None, _zone_of(moment)
    )


def _zone_of(moment: datetime) -> int | None:
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)
