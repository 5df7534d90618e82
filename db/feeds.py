"""The addresses where new links are looked for, each with its own cadence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from db import models
from db.models import url_key
from db.session import Database, insert_new


@dataclass(frozen=True, slots=True)
class FeedRow:
    """An endpoint of a source, and what its last check said."""

    id: int
    source_id: int
    url: str
    kind: str
    title: str | None
    created_at: datetime
    last_checked: datetime | None
    next_check: datetime | None
    """None: at once."""
    interval: timedelta | None
    """What the last check asked to wait; None: never checked."""
    last_status: int | None
    problem: str | None
    """One line; None when the last check went well."""
    failures: int
    """Checks with a problem since the last good one."""
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    last_found: int
    """Links that the last good check saw."""
    total_new: int
    """Links that all checks together saw first."""
    last_new_at: datetime | None
    depth: int
    """Documents between it and the home page; for a further page of a listing the pages before it."""
    told_modified: datetime | None
    """When it last changed, as the sitemap index that names it says."""
    dates_right: int
    dates_wrong: int
    """How often its modification dates were borne out by a look at the article, and how often not."""

    def due(self, now: datetime) -> bool:
        """Whether it is time to check."""
        return self.next_check is None or self.next_check <= now


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What one check of an endpoint came to."""

    at: datetime
    status: int | None
    """The HTTP status; None when no answer came. With 304, what was known of the document stays known."""
    next_check: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    found: int = 0
    new: int = 0
    problem: str | None = None
    """One line for people. With a problem, what was known of the document stays known."""
    ttl: timedelta | None = None
    """How long it asks to be taken for fresh; None: it does not say."""


def add(
    db: Database,
    source_id: int,
    endpoints: Iterable[tuple[str, str, str | None]],
    now: datetime,
    *,
    depth: int = 0,
    modified: Mapping[str, datetime] | None = None,
) -> list[FeedRow]:
    """Takes up endpoints (URL, kind, title) of a source.

    `modified` says when they last changed, by their addresses, as the index that names them tells. Returns: those that
    were not known, and those that have changed since they were asked or since the date told before; due at once.
    """
    told = {url_key(url): moment for url, moment in (modified or {}).items()}
    rows = {
        url_key(url): {
            "source_id": source_id,
            "url": url,
            "url_key": url_key(url),
            "kind": kind,
            "title": title,
            "created_at": now,
            "failures": 0,
            "last_found": 0,
            "total_new": 0,
            "depth": depth,
            "told_modified": told.get(url_key(url)),
            "dates_right": 0,
            "dates_wrong": 0,
        }
        for url, kind, title in endpoints
    }
    if not rows:
        return []
    with db.write() as session:
        inserted = insert_new(session, models.Feed).returning(models.Feed.id)
        ids = set(session.scalars(inserted, list(rows.values())))
        known = select(models.Feed).where(models.Feed.source_id == source_id, models.Feed.url_key.in_(told))
        ids |= {row.id for row in session.scalars(known) if _changed(row, told[row.url_key])}
        found = session.scalars(select(models.Feed).where(models.Feed.id.in_(ids)).order_by(models.Feed.id))
        return [_value(row) for row in found]


def _changed(row: models.Feed, told: datetime) -> bool:
    """Notes when a known endpoint last changed; whether that is news, so that it is due at once."""
    before, row.told_modified = row.told_modified or row.last_checked, told
    if before is None or told <= before or row.last_checked is None:
        return False
    row.next_check = None
    return True


def reopen(db: Database, source_id: int, url: str, kind: str, now: datetime, *, depth: int = 0) -> FeedRow:
    """Takes up an endpoint, or makes a known one due at once."""
    for row in add(db, source_id, [(url, kind, None)], now, depth=depth):
        return row
    with db.write() as session:
        known = session.scalars(
            select(models.Feed).where(models.Feed.source_id == source_id, models.Feed.url_key == url_key(url))
        ).one()
        known.next_check = None
        return _value(known)


def of(db: Database, source_id: int) -> list[FeedRow]:
    """A source's endpoints, oldest first."""
    with db.read() as session:
        rows = session.scalars(select(models.Feed).where(models.Feed.source_id == source_id).order_by(models.Feed.id))
        return [_value(row) for row in rows]


def checked(db: Database, feed_id: int, check: FeedCheck) -> None:
    """Writes down a check. An endpoint that is gone by now is passed over."""
    with db.write() as session:
        row = session.get(models.Feed, feed_id, with_for_update=True)
        if row is None:
            return
        row.last_checked, row.next_check = check.at, check.next_check
        row.interval_seconds = round((check.next_check - check.at).total_seconds())
        row.last_status, row.problem = check.status, check.problem
        row.ttl_seconds = None if check.ttl is None else round(check.ttl.total_seconds())
        row.failures = row.failures + 1 if check.problem else 0
        row.total_new += check.new
        if check.new:
            row.last_new_at = check.at
        if check.problem is None and check.status != 304:
            row.etag, row.last_modified, row.body_hash = check.etag, check.last_modified, check.body_hash
            row.last_found = check.found


def _value(row: models.Feed) -> FeedRow:
    return FeedRow(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        kind=row.kind,
        title=row.title,
        created_at=row.created_at,
        last_checked=row.last_checked,
        next_check=row.next_check,
        interval=None if row.interval_seconds is None else timedelta(seconds=row.interval_seconds),
        last_status=row.last_status,
        problem=row.problem,
        failures=row.failures,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        last_found=row.last_found,
        total_new=row.total_new,
        last_new_at=row.last_new_at,
        depth=row.depth,
        told_modified=row.told_modified,
        dates_right=row.dates_right,
        dates_wrong=row.dates_wrong,
    )
