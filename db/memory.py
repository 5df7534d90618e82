"""What the blocks of each source's latest articles are known by: what `pipelines.furniture.learn` learns from."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from db import models
from db.models import Memory, Relation
from db.session import Database, insert_new, table

# Articles that are remembered of a source, the latest: 15 KB. What a redesign took away is forgotten after as many,
# and what came with it is known after a quarter of them.
PAGES = 50

# Made once, on tables: making them takes longer than running them, and they run for every page.
_MEMORY, _RELATION = table(Memory), table(Relation)
_RECENT = select(_MEMORY.c["keys"]).where(_MEMORY.c.source_id == bindparam("source_id"))
_IS_COPY = select(_RELATION.c.id).where(_RELATION.c.article_id == bindparam("article_id")).limit(1)
_LATEST_FIRST = (
    select(_MEMORY.c.article_id)
    .where(_MEMORY.c.source_id == bindparam("source_id"))
    .order_by(_MEMORY.c.seen_at.desc())
    .offset(PAGES)
    .limit(PAGES)
)
_FORGET = delete(_MEMORY).where(_MEMORY.c.article_id.in_(_LATEST_FIRST))


def recent(db: Database, source_id: int | None) -> list[bytes]:
    """The keys of the blocks of a source's latest articles, one entry an article; nothing for no source (None)."""
    with db.read() as session:
        return list(session.scalars(_RECENT, {"source_id": source_id}))


def remember(session: Session, link: models.Link, at: datetime, keys: bytes) -> None:
    """Notes what the blocks of a link's article are known by, and lets the source's oldest article go.

    Nothing is noted of an article without a source, nor of one that is like an earlier one: what two copies share is
    their text and no furniture. What is known of an article stays.
    """
    article_id, source_id = link.article_id, link.source_id
    if source_id is None or article_id is None or session.scalar(_IS_COPY, {"article_id": article_id}):
        return
    row = {"article_id": article_id, "source_id": source_id, "seen_at": at, "keys": keys}
    session.execute(insert_new(session, Memory), row)
    session.execute(_FORGET, {"source_id": source_id})
