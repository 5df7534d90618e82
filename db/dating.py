"""What sitemaps and feeds say of when articles changed: a reason to look, or not to; and whether they are right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import models


@dataclass(frozen=True, slots=True)
class Told:
    """What an endpoint says of one page now."""

    modified: datetime
    hints: dict[str, Any] | None


def reread(session: Session, feed_id: int) -> None:
    """An endpoint has been read anew: what it listed before is dated no more, until it is told again."""
    session.execute(update(models.Link).where(models.Link.dated_by == feed_id).values(dated_by=None))


def tell(session: Session, feed_id: int, told: Mapping[bytes, Told], now: datetime) -> None:
    """Notes the modification dates that an endpoint gives for known pages, by the keys of their addresses.

    A filed article is to be looked at now when the date is newer than any that was told before; at the first date,
    when it is newer than our last look. What came to no article and is settled is left alone.
    """
    link = models.Link
    rows = session.execute(
        select(
            link.id,
            link.url_key,
            link.article_id,
            link.next_try,
            link.hints,
            link.told_modified,
            link.looked_at,
            link.dated_by,
        ).where(link.url_key.in_(told), link.article_id.is_not(None) | link.next_try.is_not(None))
    ).all()
    news, others = [], []
    for row in rows:
        said = told[row.url_key]
        dates = {"id": row.id, "told_modified": said.modified, "dated_by": feed_id}
        known = row.told_modified or (row.looked_at if row.article_id else None)
        if row.article_id and known and said.modified > known:
            hints = (row.hints or {}) | (said.hints or {})
            news.append(dates | {"told_at": now, "next_try": now, "hints": hints})
            continue
        newer = row.told_modified is None or said.modified > row.told_modified
        if newer or (said.modified == row.told_modified and row.dated_by is None and row.next_try):
            others.append(dates)
    for values in (news, others):
        if values:
            session.execute(update(link), values)


def judge(session: Session, link: models.Link, *, changed: bool) -> None:
    """Counts for or against an endpoint that a look at an article has borne out the date that it gave, or not.

    `link` is as it was before the look.
    """
    feed = None if link.dated_by is None else session.get(models.Feed, link.dated_by, with_for_update=True)
    if feed is None:
        return
    if link.told_at is not None:
        right = changed
    elif vouches(feed, link):
        right = not changed
    else:
        return
    feed.dates_right += right
    feed.dates_wrong += not right


def dates(feed: models.Feed, link: models.Link) -> bool:
    """Whether an endpoint that works gives a date for an article which our last look has come after.

    A date after that look, such as a day without its time, tells nothing yet.
    """
    return (
        feed.problem is None
        and link.told_at is None
        and link.looked_at is not None
        and link.told_modified is not None
        and link.told_modified <= link.looked_at
    )


def vouches(feed: models.Feed, link: models.Link) -> bool:
    """Whether such an endpoint was asked since our last look, so that it says that nothing has changed."""
    return (
        dates(feed, link)
        and feed.last_checked is not None
        and feed.last_checked > (link.looked_at or feed.last_checked)
    )
