"""When to look again: at a discovery endpoint, at a page that failed, at a filed article. Pure functions."""

import hashlib
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=1)
FIRST = timedelta(minutes=30)
RETIRED = timedelta(days=7)
"""How often an endpoint is tried that is given up: so a dead one that comes back is found."""
RETIRE_AFTER = 5
"""Failures in a row after which an endpoint that never worked is given up."""
DEAD_AFTER = 30
"""The same for one that once worked. At one try a day it has then been away for a month."""
QUIET = timedelta(days=30)
"""An endpoint without news for so long, such as last year's sitemap, is looked at weekly."""
TARGET_SHARE = 0.25
"""The share of new links in a list that is aimed at: enough for a look to pay, and three looks may fail before a link
has rolled off the list unseen."""
STAGGER = 0.1
"""The part of an interval by which looks are brought forward, each endpoint's by its own: so that what was found
together is not asked together for ever, and a daily look is due when a daily run comes."""
NEVER = timedelta(days=20_000)

FIRST_LOOK = timedelta(hours=1)
NEXT_DAY = timedelta(hours=20)
"""Less than a day, so that a daily run finds it due."""
SPARED = timedelta(days=3)
LAST_LOOK = timedelta(days=30)
SLOWER = 2
"""Each wait is that many times as long as the text has stood unchanged: looks after 1, 3, 9 and 27 hours, 3 and 10
days. NewsDiffs (github.com/ecprice/newsdiffs, `get_update_delay`), which watches five papers, waits between an eighth
and a fiftieth of that time; with six looks an article instead of some three hundred a whole site can be watched."""
ENOUGH_DATES = 4
"""Modification dates that may be wrong before an endpoint is judged by its share of right ones."""


def next_check(
    now: datetime,
    interval: timedelta | None,
    *,
    key: str,
    found: int = 0,
    new: int = 0,
    quiet: timedelta = timedelta(0),
    asked: timedelta | None = None,
) -> datetime:
    """When to look at an endpoint again that answered well, aware UTC.

    `interval` is what the last check asked to wait (None at the first), `key` tells endpoints apart, `found` and `new`
    are the links listed and those not known before, `quiet` is the time since the last new one, `asked` what the
    endpoint itself asks to wait (a feed's ttl, a header). The wait moves towards a quarter of the list being new, at
    most by half, between 10 minutes and a day; what is asked counts up to a day. After Miniflux, `model/feed.go`.
    """
    if interval is None:
        wait = FIRST
    elif new:
        wait = interval * min(max(TARGET_SHARE * max(found, new) / new, 0.5), 1.5)
    else:
        wait = interval * 1.5
    longest = LONGEST if quiet < QUIET else RETIRED
    return now + max(_staggered(min(max(wait, SHORTEST), longest), key), min(asked or SHORTEST, LONGEST))


def next_check_after_failure(
    now: datetime,
    interval: timedelta | None,
    *,
    key: str,
    failures: int,
    worked: bool,
    missing: bool = False,
    asked: timedelta | None = None,
) -> datetime:
    """When to look at an endpoint again that failed so many times in a row.

    `worked` says whether it ever answered well, `missing` that it answered 404 or 410, `asked` is its Retry-After.
    The wait doubles up to a day. What never worked and is not there, or failed five times, and what worked and has
    failed for a month, is tried weekly: never given up for good, so that an outage costs no news.
    """
    if failures >= (DEAD_AFTER if worked else 1 if missing else RETIRE_AFTER):
        return now + _staggered(RETIRED, key)
    wait = FIRST if interval is None else min(max(interval * 2, SHORTEST), LONGEST)
    return now + max(_staggered(wait, key), asked or SHORTEST)


def next_try(now: datetime, attempts: int, retry_after: timedelta | None = None) -> datetime | None:
    """When to try a page again that failed for a passing reason; None once it was tried often enough.

    5 minutes, 25 minutes, 2 hours, 10 hours after the first, second, third, fourth try, later if the server asked so.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + max(timedelta(minutes=5**attempts), retry_after or timedelta(0))


MAX_ATTEMPTS = 5


def next_look(now: datetime, changed: datetime, published: datetime | None) -> datetime | None:
    """When to look at a filed article again for edits; None: only when a listing says that it has changed.

    `changed` is when its current text was first seen, `published` its date (None: unknown, taken as new). The longer
    the text stands, the longer the wait, for 30 days. What was more than a day old when it was first seen is not
    looked at before the next day, and what was more than 30 days old only then.
    """
    stood = max(now - changed, timedelta(0))
    wait = max(SLOWER * stood, FIRST_LOOK if _was_new(changed, published) else NEXT_DAY)
    was_old = published is not None and changed - published > LAST_LOOK
    over = stood + wait > LAST_LOOK or (was_old and stood >= NEXT_DAY)
    return None if over else now + wait


def costly_look(changed: datetime, published: datetime | None) -> datetime:
    """From when on an article is looked at whose site tells of most edits by itself, but of none of this one.

    A look there transfers the whole page. Dates as for `next_look`.
    """
    return changed if _was_new(changed, published) else changed + SPARED


def _was_new(changed: datetime, published: datetime | None) -> bool:
    return published is None or changed - published < timedelta(days=1)


def dates_hold(right: int, wrong: int) -> bool:
    """Whether an endpoint's modification dates can be relied on, after so many were borne out by a look or not."""
    return wrong < ENOUGH_DATES or right >= wrong


def _staggered(wait: timedelta, key: str) -> timedelta:
    part = int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4]) / 2**32
    return max(wait * (1 - STAGGER * part), SHORTEST)
