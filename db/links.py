"""The frontier and the memory: every page's address that was ever seen, and where it stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import Session

from db import dating, models
from db.models import LinkState, url_key
from db.session import Database, insert_new, retried, table
from pipelines.records import FetchFailure, Found, Hints, Reason

# Links a transaction, so that other writers wait for some 40 ms; 200 and 3,000 took as long a link.
_CHUNK = 1000

_HINTED = tuple(field.name for field in fields(Hints) if field.name != "origin")
_DAY = timedelta(hours=23, minutes=59, seconds=59)
_LAST = datetime.max.replace(tzinfo=UTC) - _DAY

# Made once: making them takes as long as running them, and they run for every page.
_BY_KEY = select(models.Link).where(models.Link.url_key == bindparam("key"))
_KNOWN = select(table(models.Link).c.url_key).where(table(models.Link).c.url_key.in_(bindparam("keys", expanding=True)))
_HELD = _BY_KEY.with_for_update(key_share=True)  # not FOR UPDATE: other rows may meanwhile point at this one


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A page's address and where it stands."""

    id: int
    source_id: int | None
    url: str
    hints: Hints
    attempts: int
    """Tries since the last article."""
    state: LinkState
    reason: Reason | None
    """Why the last try ended without an article; None when it did not."""
    evidence: str | None
    next_try: datetime | None
    """When it is to be fetched; None: settled."""
    found_at: datetime
    article_id: int | None
    etag: str | None
    last_modified: str | None
    """The validators of the article's page, when it was last had."""


def unsettled() -> ColumnElement[bool]:
    """The predicate of the links that are to be fetched, now or later."""
    return models.Link.next_try.is_not(None)


def waiting() -> ColumnElement[bool]:
    """The predicate of the links without an article that are to be fetched, now or later."""
    return unsettled() & never_stored()


def never_stored() -> ColumnElement[bool]:
    """The predicate of the links without an article."""
    return models.Link.article_id.is_(None)


def add(
    db: Database,
    source_id: int | None,
    found: Iterable[Found],
    feed_id: int | None,
    now: datetime,
    *,
    dates: bool = False,
) -> int:
    """Makes addresses known; they are to be fetched at once. One transaction each 1,000.

    Known ones stay as they are, except that hints are filled in: where there were none, and where the new ones have
    a date and the old ones none. With `dates`, this is all that an endpoint lists now, and its modification dates
    tell which filed articles are to be looked at again (see `db.dating`).

    Returns: how many were not known.
    """
    new = 0
    if dates and feed_id is not None:
        with db.write() as session:
            dating.reread(session, feed_id)
    left = iter({item.url: item for item in found}.values())
    while chunk := list(islice(left, _CHUNK)):
        new += _add(db, {url_key(item.url): _row(item, source_id, feed_id, now) for item in chunk}, dates=dates)
    return new


def pending(
    db: Database,
    source_id: int | None,
    now: datetime,
    limit: int,
    exclude: Collection[int] = (),
    since: datetime | None = None,
) -> list[LinkRow]:
    """A source's links (None: those of no source) without an article that are to be fetched now.

    Newest hint first, then those without a date as they were found. `exclude` holds ids to pass over; what is dated
    before `since` is left waiting.
    """
    here = models.Link
    query = (
        select(here)
        .where(here.source_id.is_not_distinct_from(source_id), waiting(), here.next_try <= now)
        .order_by(here.hinted_at.desc().nulls_last(), here.found_at, here.id)
        .limit(limit + len(exclude))
    )
    if since is not None:
        query = query.where(or_(here.hinted_at.is_(None), here.hinted_at >= since))
    with db.read() as session:
        return [value(row) for row in session.scalars(query) if row.id not in exclude][:limit]


def still_due(db: Database, ids: Collection[int], now: datetime) -> set[int]:
    """Which of these links are still to be fetched now."""
    with db.read() as session:
        return set(session.scalars(select(models.Link.id).where(models.Link.id.in_(ids), models.Link.next_try <= now)))


def soonest(db: Database, source_id: int, now: datetime, exclude: Collection[int] = ()) -> datetime | None:
    """When the first of a source's links is to be fetched; None when none waits.

    `exclude` holds ids to pass over when they are due, since their outcome is about to be filed.
    """
    query = select(models.Link.id, models.Link.next_try).where(models.Link.source_id == source_id, unsettled())
    with db.read() as session:
        rows = session.execute(query.order_by(models.Link.next_try).limit(len(exclude) + 1))
        return next((due for link_id, due in rows if due and (due > now or link_id not in exclude)), None)


def brought(db: Database, feed_id: int) -> bool:
    """Whether an endpoint was ever the first to name an address."""
    with db.read() as session:
        return (
            session.scalars(select(models.Link.id).where(models.Link.feed_id == feed_id).limit(1)).first() is not None
        )


def dated(db: Database, source_id: int) -> bool:
    """Whether an endpoint of a source gives modification dates."""
    query = select(models.Link.id).join(models.Feed, models.Feed.id == models.Link.dated_by)
    with db.read() as session:
        return session.scalar(query.where(models.Feed.source_id == source_id).limit(1)) is not None


def get(db: Database, url: str) -> LinkRow | None:
    """What is known of an address; None when it was never seen."""
    with db.read() as session:
        row = session.scalars(_BY_KEY, {"key": url_key(url)}).first()
        return None if row is None else value(row)


def redirected(db: Database, url: str, target: str, now: datetime) -> None:
    """Settles an address that leads elsewhere, and makes the target known to the same source, with the same hints.

    Where an article was filed for the address, the target may be where it has moved to.
    """
    with db.write() as session:
        link = locked(session, url, now)
        settle(session, link, LinkState.REJECTED, Reason.REDIRECTED, target, next_try=None)
        row = _row(Found(target, _hints(link.hints)), link.source_id, link.feed_id, now)
        _insert(session, [row | {"article_id": link.article_id}])


def failed(db: Database, failure: FetchFailure, next_try: datetime | None) -> None:
    """Counts a try for which no page came back: to be tried again at `next_try`, or given up when None."""
    with db.write() as session:
        link = locked(session, failure.url, failure.failed_at)
        state = LinkState.GIVEN_UP if next_try is None else LinkState.FAILED
        settle(session, link, state, failure.reason, failure.evidence, next_try)


def locked(session: Session, url: str, now: datetime) -> models.Link:
    """The row of an address, made if unknown, held against other writers until the transaction ends."""
    known = {"key": url_key(url)}
    row = session.scalars(_HELD, known).first()
    if row is None:
        _insert(session, [_row(Found(url), None, None, now)])
        row = session.scalars(_HELD, known).one()
    return row


def settle(
    session: Session,
    link: models.Link,
    state: LinkState,
    reason: Reason | None,
    evidence: str | None,
    next_try: datetime | None,
) -> None:
    """The one place where a try's end is written into the frontier."""
    link.state, link.reason, link.evidence, link.next_try = state, reason, evidence, next_try
    link.attempts = 0 if state is LinkState.STORED else link.attempts + 1
    if next_try is None:
        link.told_at = None
    session.flush()


def hints_of(link: models.Link | None) -> Hints:
    """What discovery said of a link."""
    return Hints() if link is None else _hints(link.hints)


@retried
def _add(db: Database, rows: Mapping[bytes, dict[str, Any]], *, dates: bool) -> int:
    with db.write() as session:
        # Most of what an endpoint lists is known, and an INSERT that changes nothing costs four times a look.
        known = set(session.scalars(_KNOWN, {"keys": list(rows)}))
        unknown = [row for key, row in rows.items() if key not in known]
        inserted = set(_insert(session, unknown) if unknown else ())
        seen = [row for key, row in rows.items() if key not in inserted]
        _fill_hints(session, seen)
        told = {row["url_key"]: dating.Told(row["told_modified"], row["hints"]) for row in seen if row["dated_by"]}
        if dates and told:
            dating.tell(session, seen[0]["feed_id"], told, seen[0]["found_at"])
        return len(inserted)


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[bytes]:
    """Inserts the unknown ones. Returns: their keys."""
    return session.scalars(insert_new(session, models.Link).returning(models.Link.url_key), rows).all()


def _fill_hints(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    hinted = {row["url_key"]: row for row in rows if row["hints"]}
    if not hinted:
        return
    poor = session.execute(
        select(models.Link.id, models.Link.url_key, models.Link.hints.is_(None)).where(
            models.Link.url_key.in_(hinted), models.Link.hinted_at.is_(None)
        )
    ).all()
    better = [
        {"id": link_id, "hints": hinted[key]["hints"], "hinted_at": hinted[key]["hinted_at"]}
        for link_id, key, empty in poor
        if empty or hinted[key]["hinted_at"]
    ]
    if better:
        session.execute(update(models.Link), better)


def _row(found: Found, source_id: int | None, feed_id: int | None, now: datetime) -> dict[str, Any]:
    said = {name: value for name in _HINTED if (value := getattr(found.hints, name))}
    modified = _end(found.hints.modified)
    return {
        "url": found.url,
        "url_key": url_key(found.url),
        "source_id": source_id,
        "feed_id": feed_id,
        "state": LinkState.NEW,
        "attempts": 0,
        "next_try": now,
        "hints": {"origin": found.hints.origin, **said} if said else None,
        "hinted_at": _moment(found.hints.published) or _moment(found.hints.modified),
        "found_at": now,
        "told_modified": modified,
        "dated_by": None if modified is None else feed_id,
    }


def _end(raw: str | None) -> datetime | None:
    """The moment of a modification date; of one without its time the end of the day: until then more may come."""
    moment = _moment(raw)
    if moment is None or "T" in (raw or "") or ":" in (raw or "") or moment > _LAST:
        return moment
    return moment + _DAY


def _hints(stored: dict[str, Any] | None) -> Hints:
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in (stored or {}).items()
    }
    return Hints(**fields)


def _moment(raw: str | None) -> datetime | None:
    """A hint's date (ISO 8601 or RFC 5322), good enough to sort by; None when it is neither."""
    if not raw:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(raw.strip())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def value(row: models.Link) -> LinkRow:
    """The row as a value."""
    return LinkRow(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        hints=_hints(row.hints),
        attempts=row.attempts,
        state=LinkState(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        evidence=row.evidence,
        next_try=row.next_try,
        found_at=row.found_at,
        article_id=row.article_id,
        etag=row.etag,
        last_modified=row.last_modified,
    )
