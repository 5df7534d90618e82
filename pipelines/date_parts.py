"""The pieces of a written date, its zone, and the moment they make."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.records import Precision, Timestamp

EARLIEST = 1990
"""Years before the web are typing mistakes, epoch zeroes or somebody's birthday."""
LATEST = timedelta(days=2)
"""How far after the fetch a page may be dated: the far side of the date line, and a clock that is wrong by a day."""

WORDS = tomllib.loads((Path(__file__).parent / "date_words.toml").read_text(encoding="utf-8"))
"""How dates are written, language by language."""

OFFSET = r"(?P<zone>Z|[+-]\d{2}:?\d{2}|[+-]\d{1,2}(?!\d)|[A-Za-z]{2,5}(?![A-Za-z]))"
"""A zone after a time, as a regular expression with the group `zone`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What was written, before it is a moment. `offset` in minutes east of UTC."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    offset: int | None = None


_ZONES: dict[str, int] = WORDS["zones"]
_SUMMER_ZONES: dict[str, int] = WORDS["zones_with_summer_time"]


def offset_of(zone: str, parts: Parts) -> int | None:
    """Minutes east of UTC; None for a name that is not known (or is an ordinary word). Raises: nothing."""
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        hours, minutes = (
            (int(digits[:2]), int(digits[2:] or 0)) if len(digits) != 3 else (int(digits[0]), int(digits[1:]))
        )
        total = hours * 60 + minutes
        return (-total if zone[0] == "-" else total) if total <= 15 * 60 else None
    name = zone.upper()
    if name in _SUMMER_ZONES:
        return _SUMMER_ZONES[name] + (60 if _american_summer(parts) else 0)
    return _ZONES.get(name)


def _american_summer(parts: Parts) -> bool:
    """From the second Sunday of March to the first of November (Energy Policy Act of 2005), to the day."""
    month, day = parts.month or 1, parts.day or 1
    if month in (3, 11) and parts.year >= EARLIEST:
        first = datetime(parts.year, month, 1, tzinfo=UTC).weekday()
        sunday = 1 + (6 - first) % 7 + (7 if month == 3 else 0)
        return (day >= sunday) == (month == 3)
    return 3 < month < 11


def stamp_of(parts: Parts, fetched_at: datetime, raw: str, origin: str) -> Timestamp | None:
    """The moment that the parts name; None when they are no date, or an implausible one. Raises: nothing."""
    try:
        wall = datetime(
            parts.year, parts.month or 1, parts.day or 1, parts.hour or 0, parts.minute, parts.second or 0, tzinfo=UTC
        )
        moment = wall - timedelta(minutes=parts.offset or 0)
    except (ValueError, OverflowError):
        return None
    if parts.year < EARLIEST or moment > fetched_at + LATEST:
        return None
    return Timestamp(moment, _precision(parts), raw, origin, parts.offset if parts.hour is not None else None)


def _precision(parts: Parts) -> Precision:
    if parts.month is None:
        return Precision.YEAR
    if parts.day is None:
        return Precision.MONTH
    if parts.hour is None:
        return Precision.DAY
    return Precision.MINUTE if parts.second is None else Precision.SECOND
