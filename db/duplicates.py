"""Articles that are alike: locality-sensitive hashing over MinHash signatures.

Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, chapter 3. A signature is a row of little-endian uint32; it
is cut into bands, and texts that share a band are compared.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from db import models
from db.models import RelationKind
from db.session import insert_new, table
from pipelines.records import Article

# 8 values a band, so 16 bands of 128 values: two texts of similarity s share a band with probability
# 1 - (1 - s^8)^16, which is 95 % at 0.8, 99.99 % at 0.9 and 6 % at 0.5.
_BAND_BYTES = 8 * 4
# The customary cut for near-duplicates; the estimate from 128 values has a standard error of 0.035 there.
THRESHOLD = 0.8
# Compared at most, those that share most bands first: bounds the work where a site prints one text everywhere.
_MOST = 50
# Any constant of our own: whoever relates an article in a PostgreSQL database holds this advisory lock.
_RELATING = 0x6C696B65

# Made once, on tables: making them takes longer than running them, and they run for every article.
_ARTICLE, _BAND = table(models.Article).c, table(models.Band).c
_SAME = (
    select(_ARTICLE.id, _ARTICLE.source_id, _ARTICLE.published_at)
    .where(_ARTICLE.content_hash == bindparam("content_hash"), _ARTICLE.id != bindparam("article_id"))
    .order_by(_ARTICLE.id)
    .limit(_MOST)
)
_SHARING = (
    select(_BAND.article_id)
    .where(_BAND.key.in_(bindparam("keys", expanding=True)))
    .group_by(_BAND.article_id)
    .order_by(func.count().desc(), _BAND.article_id)
    .limit(_MOST)
)
_CANDIDATES = select(_ARTICLE.id, _ARTICLE.source_id, _ARTICLE.published_at, _ARTICLE.minhash).where(
    _ARTICLE.id.in_(_SHARING)
)


@dataclass(frozen=True, slots=True)
class _Alike:
    """An article that is like the one at hand."""

    id: int
    source_id: int | None
    published_at: datetime | None
    kind: RelationKind
    score: float
    evidence: str


def forget(session: Session, article_id: int) -> None:
    """Forgets what an article was like, before `relate` finds out anew."""
    _one_at_a_time(session)
    here = models.Relation
    session.execute(delete(here).where(or_(here.article_id == article_id, here.other_id == article_id)))
    session.execute(delete(models.Band).where(models.Band.article_id == article_id))


def relate(session: Session, article_id: int, source_id: int | None, article: Article, now: datetime) -> None:
    """Finds the articles that are like this one."""
    _one_at_a_time(session)
    minhash = article.fingerprint.minhash
    found = {alike.id: alike for alike in _near(session, article_id, minhash)}
    found |= {alike.id: alike for alike in _same(session, article_id, article.fingerprint.content_hash)}
    published = article.published.moment if article.published else None
    rows = [_row(article_id, source_id, published, alike) | {"found_at": now} for _, alike in sorted(found.items())]
    if rows:
        session.execute(insert_new(session, models.Relation), rows)
    keys = _band_keys(minhash)
    if keys:
        session.execute(insert_new(session, models.Band), [{"key": key, "article_id": article_id} for key in keys])


def _row(article_id: int, source_id: int | None, published: datetime | None, alike: _Alike) -> dict[str, Any]:
    """The relation, the later article first: of one source the one filed later, of two the one published later."""
    first, later = sorted((article_id, alike.id))
    kind, evidence = alike.kind, alike.evidence
    if source_id and alike.source_id and source_id != alike.source_id:
        if published and alike.published_at and published != alike.published_at:
            first, later = (article_id, alike.id) if published < alike.published_at else (alike.id, article_id)
            evidence += f"; article {first} was published first"
        else:
            evidence += f"; article {first} was filed first"
        kind = RelationKind.SYNDICATED
    return {"article_id": later, "other_id": first, "kind": kind, "score": alike.score, "evidence": evidence}


def _one_at_a_time(session: Session) -> None:
    """Until the transaction ends: two copies stored at once would not see each other. SQLite's writers queue anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_RELATING)))


def similarity(one: bytes, other: bytes) -> float:
    """The estimated Jaccard similarity: the share of equal values. 0 for signatures of different lengths."""
    if not one or len(one) != len(other):
        return 0.0
    pairs = zip(memoryview(one).cast("I"), memoryview(other).cast("I"), strict=True)
    return sum(a == b for a, b in pairs) * 4 / len(one)


def _band_keys(minhash: bytes) -> set[int]:
    bands = (minhash[start : start + _BAND_BYTES] for start in range(0, len(minhash), _BAND_BYTES))
    return {
        int.from_bytes(hashlib.blake2b(band, digest_size=8, salt=number.to_bytes(2)).digest(), signed=True)
        for number, band in enumerate(bands)
    }


def _same(session: Session, article_id: int, content_hash: str) -> list[_Alike]:
    if not content_hash:
        return []
    rows = session.execute(_SAME, {"content_hash": content_hash, "article_id": article_id})
    return [_Alike(*row, RelationKind.SAME_TEXT, 1.0, "equal title and text") for row in rows]


def _near(session: Session, article_id: int, minhash: bytes) -> list[_Alike]:
    keys = _band_keys(minhash)
    if not keys:
        return []
    rows = session.execute(_CANDIDATES, {"keys": keys})
    scores = [(other, source_id, at, similarity(minhash, signature)) for other, source_id, at, signature in rows]
    near, evidence = RelationKind.NEAR_DUPLICATE, "{:.0%} of the MinHash values are equal"
    return [
        _Alike(other, source_id, at, near, score, evidence.format(score))
        for other, source_id, at, score in scores
        if score >= THRESHOLD and other != article_id
    ]
