"""Articles that are alike: locality-sensitive hashing over MinHash signatures.

Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, chapter 3. A signature is a row of little-endian uint32; it
is cut into bands, and texts that share a band are compared.
"""

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from db import models
from db.models import RelationKind
from db.session import insert_new

# 8 values a band, so 16 bands of 128 values: two texts of similarity s share a band with probability
# 1 - (1 - s^8)^16, which is 95 % at 0.8, 99.99 % at 0.9 and 6 % at 0.5.
_BAND_BYTES = 8 * 4
# The customary cut for near-duplicates; the estimate from 128 values has a standard error of 0.035 there.
THRESHOLD = 0.8
# Compared at most, those that share most bands first: bounds the work where a site prints one text everywhere.
_CANDIDATES = 50
# Any constant of our own: whoever relates an article in a PostgreSQL database holds this advisory lock.
_RELATING = 0x6C696B65


def forget(session: Session, article_id: int) -> None:
    """Forgets what an article was like, before `relate` finds out anew."""
    _one_at_a_time(session)
    here = models.Relation
    session.execute(delete(here).where(or_(here.article_id == article_id, here.other_id == article_id)))
    session.execute(delete(models.Band).where(models.Band.article_id == article_id))


def relate(session: Session, article_id: int, content_hash: str, minhash: bytes, now: datetime) -> None:
    """Finds the articles that are like this one."""
    _one_at_a_time(session)
    same = (RelationKind.SAME_TEXT, 1.0, "equal title and text")
    found = _near(session, article_id, minhash) | dict.fromkeys(_same(session, article_id, content_hash), same)
    rows = [
        {
            "article_id": max(article_id, other),
            "other_id": min(article_id, other),
            "kind": kind,
            "score": score,
            "evidence": evidence,
            "found_at": now,
        }
        for other, (kind, score, evidence) in sorted(found.items())
    ]
    if rows:
        session.execute(insert_new(session, models.Relation), rows)
    keys = _band_keys(minhash)
    if keys:
        session.execute(insert_new(session, models.Band), [{"key": key, "article_id": article_id} for key in keys])


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


def _same(session: Session, article_id: int, content_hash: str) -> list[int]:
    if not content_hash:
        return []
    query = select(models.Article.id).where(
        models.Article.content_hash == content_hash, models.Article.id != article_id
    )
    return list(session.scalars(query.order_by(models.Article.id).limit(_CANDIDATES)))


def _near(session: Session, article_id: int, minhash: bytes) -> dict[int, tuple[RelationKind, float, str]]:
    keys = _band_keys(minhash)
    if not keys:
        return {}
    candidates = (
        select(models.Band.article_id)
        .where(models.Band.key.in_(keys))
        .group_by(models.Band.article_id)
        .order_by(func.count().desc(), models.Band.article_id)
        .limit(_CANDIDATES)
    )
    rows = session.execute(select(models.Article.id, models.Article.minhash).where(models.Article.id.in_(candidates)))
    scores = {other: similarity(minhash, signature) for other, signature in rows if other != article_id}
    return {
        other: (RelationKind.NEAR_DUPLICATE, score, f"{score:.0%} of the MinHash values are equal")
        for other, score in scores.items()
        if score >= THRESHOLD
    }
