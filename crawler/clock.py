"""The one place where the wall clock is read."""

from datetime import UTC, datetime, timedelta

_ahead = timedelta(0)


def now() -> datetime:
    """The present moment, aware, UTC; as the clock was set."""
    return datetime.now(UTC) + _ahead


def set_to(moment: datetime) -> None:
    """Sets this process's clock; it runs on from there. For tests and benchmarks, which need tomorrow today."""
    global _ahead
    _ahead = moment - datetime.now(UTC)
