"""The sites that are crawled, and who is crawling them now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import links, models, runs
from db.errors import NameTaken
from db.session import Database


@dataclass(frozen=True, slots=True)
class Source:
    """A site that is crawled."""

    id: int
    name: str
    url: str
    enabled: bool
    created_at: datetime
    last_checked: datetime | None
    """When the last crawl of it ended; None: never."""
    next_check: datetime | None
    """None: at once."""


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A source and how it fares."""

    source: Source
    endpoints: int
    failing: int
    """Endpoints whose last check had a problem."""
    pending: int
    """Links that are still to be fetched for the first time."""
    articles: int
    newest: datetime | None
    """When the newest article was first seen."""
    last_run: datetime | None
    """When the last run that counted anything for it began."""
    outcomes: dict[str, int]
    """What that run counted."""


@dataclass(frozen=True, slots=True)
class DueSource:
    """An enabled source whose time has come, and what there is to do."""

    source: Source
    endpoints: int
    """Its endpoints that are due."""
    links: dict[str, int]
    """How many of its links are due, by their state."""
    worker: str | None
    """Who is crawling it now."""


def due(now: datetime) -> ColumnElement[bool]:
    """The predicate of the sources whose time has come."""
    return or_(models.Source.next_check.is_(None), models.Source.next_check <= now)


def free(worker: str, now: datetime) -> ColumnElement[bool]:
    """The predicate of the sources that no other worker holds."""
    return or_(
        models.Source.lease_until.is_(None), models.Source.lease_until <= now, models.Source.lease_worker == worker
    )


def add(db: Database, *, name: str, url: str, now: datetime) -> Source:
    """Takes up a source; it is due at once.

    Raises: NameTaken.
    """
    row = models.Source(name=name, url=url, enabled=True, created_at=now)
    try:
        with db.write() as session:
            session.add(row)
            session.flush()
            return source_of(row)
    except IntegrityError:
        raise NameTaken(f"a source named {name!r} is there already") from None


def get(db: Database, name_or_url: str) -> Source | None:
    """The source of that name, else the first of that URL; None when there is none."""
    with db.read() as session:
        row = session.scalars(
            select(models.Source)
            .where(or_(models.Source.name == name_or_url, models.Source.url == name_or_url))
            .order_by(models.Source.name != name_or_url, models.Source.id)
            .limit(1)
        ).first()
        return None if row is None else source_of(row)


def listing(db: Database) -> list[SourceSummary]:
    """All sources by name, each with how it fares."""
    with db.read() as session:
        rows = session.scalars(select(models.Source).order_by(models.Source.name)).all()
        endpoints = _counts(session, models.Feed.source_id, func.count(), func.count(models.Feed.problem))
        waiting = links.waiting()
        pending = _counts(session, models.Link.source_id, func.count(), where=waiting)
        articles = _counts(session, models.Article.source_id, func.count(), func.max(models.Article.first_seen))
        outcomes = runs.last_outcomes(session)
        return [
            SourceSummary(
                source_of(row),
                *endpoints.get(row.id, (0, 0)),
                *pending.get(row.id, (0,)),
                *articles.get(row.id, (0, None)),
                *outcomes.get(row.id, (None, {})),
            )
            for row in rows
        ]


def count_due(db: Database, now: datetime) -> int:
    """How many enabled sources are due and held by nobody."""
    query = select(func.count()).where(models.Source.enabled, due(now), free("", now))
    with db.read() as session:
        return session.scalar(query) or 0


def due_now(db: Database, now: datetime) -> list[DueSource]:
    """The enabled sources whose time has come, longest due first, also those that somebody is crawling."""
    query = select(models.Source).where(models.Source.enabled, due(now))
    endpoints = select(models.Feed.source_id, func.count()).where(
        or_(models.Feed.next_check.is_(None), models.Feed.next_check <= now)
    )
    links_due = select(models.Link.source_id, models.Link.state, func.count()).where(
        links.unsettled(), models.Link.next_try <= now
    )
    with db.read() as session:
        rows = session.scalars(query.order_by(models.Source.next_check.asc().nulls_first(), models.Source.id)).all()
        feeds = {row[0]: row[1] for row in session.execute(endpoints.group_by(models.Feed.source_id))}
        states: dict[int | None, dict[str, int]] = {}
        grouped = links_due.where(models.Link.source_id.in_([row.id for row in rows]))
        for source_id, state, n in session.execute(grouped.group_by(models.Link.source_id, models.Link.state)):
            states.setdefault(source_id, {})[state] = n
        return [
            DueSource(
                source_of(row),
                feeds.get(row.id, 0),
                states.get(row.id, {}),
                row.lease_worker if row.lease_until and row.lease_until > now else None,
            )
            for row in rows
        ]


def next_due(db: Database) -> Source | None:
    """The enabled source whose turn comes first; None without sources."""
    query = select(models.Source).where(models.Source.enabled)
    with db.read() as session:
        row = session.scalars(query.order_by(models.Source.next_check.asc().nulls_first()).limit(1)).first()
        return None if row is None else source_of(row)


def set_enabled(db: Database, source_id: int, enabled: bool) -> None:
    """A disabled source keeps everything and is never claimed."""
    with db.write() as session:
        session.execute(update(models.Source).where(models.Source.id == source_id).values(enabled=enabled))


def change(db: Database, source_id: int, *, name: str | None, url: str | None) -> None:
    """Gives a source another name, another home page, or both (None: as it is); with a new one it is due at once.

    Raises: NameTaken.
    """
    values: dict[str, Any] = {"name": name} if name else {}
    if url:
        values |= {"url": url, "next_check": None}
    try:
        with db.write() as session:
            session.execute(update(models.Source).where(models.Source.id == source_id).values(values))
    except IntegrityError:
        raise NameTaken(f"a source named {name!r} is there already") from None


def remove(db: Database, source_id: int) -> None:
    """Forgets a source, its endpoints and the links never fetched. Its articles, and what was seen, stay."""
    with db.write() as session:
        session.execute(delete(models.Link).where(models.Link.source_id == source_id, links.waiting()))
        session.execute(delete(models.Source).where(models.Source.id == source_id))


def claim(
    db: Database, names: Sequence[str] | None, worker: str, now: datetime, lease: timedelta, limit: int | None = None
) -> list[Source]:
    """Leases sources to a worker: the enabled ones that are due, or those of these names, due or not.

    What another worker holds is passed over; two workers never get the same source. Longest due first.
    """
    wanted = due(now) if names is None else models.Source.name.in_(names)
    with db.write() as session:
        rows = session.scalars(
            select(models.Source)
            .where(models.Source.enabled, wanted, free(worker, now))
            .order_by(models.Source.next_check.asc().nulls_first(), models.Source.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.lease_worker, row.lease_until = worker, now + lease
        return [source_of(row) for row in rows]


def extend(db: Database, ids: Collection[int], worker: str, now: datetime, lease: timedelta) -> frozenset[int]:
    """Holds on to sources. Returns: those that this worker still holds; the others must be let go."""
    with db.write() as session:
        held = session.scalars(
            update(models.Source)
            .where(models.Source.id.in_(ids), models.Source.lease_worker == worker)
            .values(lease_until=now + lease)
            .returning(models.Source.id)
        )
        return frozenset(held)


def release(db: Database, source_id: int, worker: str, now: datetime, next_check: datetime | None) -> bool:
    """Ends the lease and says when the source is due again (None: at once).

    Returns: False, with nothing changed, when another worker has taken the source over.
    """
    with db.write() as session:
        result = session.execute(
            update(models.Source)
            .where(models.Source.id == source_id, models.Source.lease_worker == worker)
            .values(lease_worker=None, lease_until=None, last_checked=now, next_check=next_check)
        )
        return isinstance(result, CursorResult) and result.rowcount == 1


def holders(db: Database, now: datetime) -> dict[str, tuple[str, datetime]]:
    """The sources that are leased, by name: to which worker, and until when."""
    with db.read() as session:
        rows = session.execute(
            select(models.Source.name, models.Source.lease_worker, models.Source.lease_until).where(
                models.Source.lease_until > now
            )
        )
        return {name: (worker, until) for name, worker, until in rows if worker and until}


def abandon(db: Database, worker: str) -> None:
    """Ends all leases of a worker that is known to be gone; its sources are as due as they were."""
    with db.write() as session:
        session.execute(
            update(models.Source)
            .where(models.Source.lease_worker == worker)
            .values(lease_worker=None, lease_until=None)
        )


def _counts(session: Session, key: Any, *columns: Any, where: ColumnElement[bool] | None = None) -> dict[int, Any]:
    query = select(key, *columns).group_by(key)
    return {row[0]: tuple(row[1:]) for row in session.execute(query if where is None else query.where(and_(where)))}


def source_of(row: models.Source) -> Source:
    """The row as a value."""
    return Source(row.id, row.name, row.url, row.enabled, row.created_at, row.last_checked, row.next_check)
