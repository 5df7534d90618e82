"""The frontier and the memory: every page's address that was ever seen, and where it stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db import models
from db.models import LinkState, url_key
from db.session import Database, insert_new, retried
from pipelines.records import FetchFailure, Found, Hints, Reason

# Links a transaction, so that other writers wait for some 40 ms; 200 and 3,000 took as long a link.
_CHUNK = 1000


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


def unsettled() -> ColumnElement[bool]:
    """The predicate of the links that are to be fetched, now or later."""
    return models.Link.next_try.is_not(None)


def never_stored() -> ColumnElement[bool]:
    """The predicate of the links without an article."""
    return models.Link.article_id.is_(None)


def add(db: Database, source_id: int | None, found: Iterable[Found], feed_id: int | None, now: datetime) -> int:
    """Makes addresses known; they are to be fetched at once. One transaction each 1,000.

    Known ones stay as they are, except that hints are filled in: where there were none, and where the new ones have
    a date and the old ones none.

    Returns: how many were not known.
    """
    new = 0
    waiting = iter({item.url: item for item in found}.values())
    while chunk := list(islice(waiting, _CHUNK)):
        new += _add(db, {url_key(item.url): _row(item, source_id, feed_id, now) for item in chunk})
    return new


def pending(
    db: Database, source_id: int | None, now: datetime, limit: int, exclude: Collection[int] = ()
) -> list[LinkRow]:
    """A source's links (None: those of no source) that are to be fetched now.

    Newest hint first, then those without a date as they were found. `exclude` holds ids to pass over.
    """
    query = (
        select(models.Link)
        .where(
            models.Link.source_id.is_not_distinct_from(source_id),
            unsettled(),
            models.Link.next_try <= now,
        )
        .order_by(models.Link.hinted_at.desc().nulls_last(), models.Link.found_at, models.Link.id)
        .limit(limit + len(exclude))
    )
    with db.read() as session:
        return [_value(row) for row in session.scalars(query) if row.id not in exclude][:limit]


def brought(db: Database, feed_id: int) -> bool:
    """Whether an endpoint was ever the first to name an address."""
    with db.read() as session:
        return (
            session.scalars(select(models.Link.id).where(models.Link.feed_id == feed_id).limit(1)).first() is not None
        )


def get(db: Database, url: str) -> LinkRow | None:
    """What is known of an address; None when it was never seen."""
    with db.read() as session:
        row = session.scalars(select(models.Link).where(models.Link.url_key == url_key(url))).first()
        return None if row is None else _value(row)


def redirected(db: Database, url: str, target: str, now: datetime) -> None:
    """Settles an address that leads elsewhere, and makes the target known to the same source, with the same hints."""
    with db.write() as session:
        link = locked(session, url, now)
        settle(session, link, LinkState.REJECTED, Reason.REDIRECTED, target, next_try=None)
        row = _row(Found(target, _hints(link.hints)), link.source_id, link.feed_id, now)
        _insert(session, [row])


def failed(db: Database, failure: FetchFailure, next_try: datetime | None) -> None:
    """Counts a try for which no page came back: to be tried again at `next_try`, or given up when None."""
    with db.write() as session:
        link = locked(session, failure.url, failure.failed_at)
        state = LinkState.GIVEN_UP if next_try is None else LinkState.FAILED
        settle(session, link, state, failure.reason, failure.evidence, next_try)


def locked(session: Session, url: str, now: datetime) -> models.Link:
    """The row of an address, made if unknown, held against other writers until the transaction ends."""
    # Not FOR UPDATE: other rows may meanwhile point at this one.
    query = select(models.Link).where(models.Link.url_key == url_key(url)).with_for_update(key_share=True)
    row = session.scalars(query).first()
    if row is None:
        _insert(session, [_row(Found(url), None, None, now)])
        row = session.scalars(query).one()
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
    session.flush()


def hints_of(link: models.Link | None) -> Hints:
    """What discovery said of a link."""
    return Hints() if link is None else _hints(link.hints)


@retried
def _add(db: Database, rows: Mapping[bytes, dict[str, Any]]) -> int:
    with db.write() as session:
        inserted = set(_insert(session, list(rows.values())))
        _fill_hints(session, [row for key, row in rows.items() if key not in inserted])
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
    said = {name: value for name, value in asdict(found.hints).items() if value and name != "origin"}
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
    }


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


def _value(row: models.Link) -> LinkRow:
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
    )
