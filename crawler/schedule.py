"""When to look at a discovery endpoint again: a pure function of what the last look brought."""

from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=1)
FIRST = timedelta(minutes=30)
RETIRED = timedelta(days=7)
"""How often an endpoint is tried that has failed each time and never worked."""
RETIRE_AFTER = 5
"""Failures in a row after which such an endpoint is only tried weekly."""
NEVER = timedelta(days=36500)


def next_check(now: datetime, interval: timedelta | None, *, new: int, failures: int, worked: bool) -> datetime:
    """When to check again, aware UTC.

    `interval` is what the last check asked to wait (None at the first). News halves it, silence stretches it by a
    half, both within 10 minutes and a day; failures double it. `worked` says whether the endpoint ever answered well:
    one that did is never given up, so that an outage costs no news.
    """
    if failures >= RETIRE_AFTER and not worked:
        return now + RETIRED
    if interval is None:
        return now + FIRST
    stretch = 2.0 if failures else 0.5 if new else 1.5
    return now + min(max(interval * stretch, SHORTEST), LONGEST)


def next_try(now: datetime, attempts: int, retry_after: timedelta | None = None) -> datetime | None:
    """When to try a page again that failed for a passing reason; None once it was tried often enough.

    5 minutes, 25 minutes, 2 hours, 10 hours after the first, second, third, fourth try, later if the server asked so.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + max(timedelta(minutes=5**attempts), retry_after or timedelta(0))


MAX_ATTEMPTS = 5
