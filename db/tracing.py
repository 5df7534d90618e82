"""The way of one address: who named it, what was fetched for it, where it stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db import links, models
from db.links import LinkRow
from db.models import url_key
from db.session import Database

_FETCHES = 5  # shown of an address, the latest


@dataclass(frozen=True, slots=True)
class Fetch:
    """One answer to a request for the address."""

    fetched_at: datetime
    status: int
    final_url: str
    size: int
    """Bytes, before compression."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of an address."""

    link: LinkRow
    source: str | None
    """Its source's name; None when it was given by hand, or the source was removed."""
    endpoint: tuple[str, str] | None
    """Kind and address of the endpoint that named it first; None when none did, or when that is gone."""
    fetches: tuple[Fetch, ...]
    """The latest answers, the last one first."""


def trace(db: Database, url: str) -> Trace | None:
    """What is known of an address; None when it was never seen."""
    link = links.get(db, url)
    if link is None:
        return None
    with db.read() as session:
        source, kind, endpoint = session.execute(
            select(models.Source.name, models.Feed.kind, models.Feed.url)
            .select_from(models.Link)
            .outerjoin(models.Source, models.Source.id == models.Link.source_id)
            .outerjoin(models.Feed, models.Feed.id == models.Link.feed_id)
            .where(models.Link.url_key == url_key(url))
        ).one()
        rows = session.execute(
            select(models.Page.fetched_at, models.Page.status, models.Page.final_url, models.Body.size)
            .join(models.Body, models.Body.hash == models.Page.body_hash)
            .where(models.Page.link_id == link.id)
            .order_by(models.Page.id.desc())
            .limit(_FETCHES)
        )
        return Trace(link, source, (kind, endpoint) if kind else None, tuple(Fetch(*row) for row in rows))
