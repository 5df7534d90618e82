"""Lengths of time as people write them: 90s, 10m, 2h, 7d; and days."""

import re
from datetime import datetime, timedelta
from typing import Annotated

import typer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EXPECTED = "expected a time such as 90s, 10m, 2h or 7d"

Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Fetch no article that is known to be older."),
]
"""A day, UTC."""


def duration(text: str) -> timedelta:
    """Raises: typer.BadParameter for anything else, or no time at all."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if match is None or not int(match[1]):
        raise typer.BadParameter(f"{text!r}: {EXPECTED}")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def spoken(time: timedelta) -> str:
    """A length of time in its two largest units, such as `3 d 4 h` or `1 min 20 s`."""
    seconds = round(time.total_seconds())
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
