"""An article into its tables, within the transaction of whoever calls."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db import duplicates, mapping, models
from db.models import url_key
from pipelines.records import Article, Saved


def file(session: Session, link: models.Link, page_id: int, at: datetime, article: Article) -> Saved:
    """Files what a page at a link said: a new article, a new version, or the same text again."""
    row = _known(session, link, article)
    if row is None:
        row = models.Article(**mapping.columns(article), version=1, first_seen=at, last_seen=at, changed_at=at)
        row.source_id = link.source_id
        session.add(row)
        session.flush()
        saved = Saved.NEW
        _write_version(session, row, page_id, article)
    else:
        saved = _update(session, row, page_id, at, article)
        row.source_id = row.source_id or link.source_id
    link.article_id = row.id
    return saved


def _known(session: Session, link: models.Link, article: Article) -> models.Article | None:
    """The row of this article, held: by its canonical URL, else the one that this very address gave before."""
    held = select(models.Article).with_for_update(key_share=True)
    row = session.scalars(held.where(models.Article.canonical_key == url_key(article.canonical_url))).first()
    if row is None and link.article_id is not None:
        row = session.scalars(held.where(models.Article.id == link.article_id, models.Article.url == link.url)).first()
    return row


def _update(session: Session, row: models.Article, page_id: int, at: datetime, article: Article) -> Saved:
    row.last_seen = max(row.last_seen, at)
    same_text = row.content_hash == article.fingerprint.content_hash
    if same_text and row.pipeline_version == article.pipeline_version:
        return Saved.UNCHANGED
    if same_text:  # cleaned otherwise: the version gets new receipts in place of the old ones
        here = models.ArticleVersion
        session.execute(delete(here).where(here.article_id == row.id, here.number == row.version))
    else:
        row.version, row.changed_at = row.version + 1, at
    for name, value in mapping.columns(article).items():
        setattr(row, name, value)
    for table in (models.Author, models.Tag):
        session.execute(delete(table).where(table.article_id == row.id))
    duplicates.forget(session, row.id)
    session.flush()
    _write_version(session, row, page_id, article)
    return Saved.UNCHANGED if same_text else Saved.CHANGED


def _write_version(session: Session, row: models.Article, page_id: int, article: Article) -> None:
    version = models.ArticleVersion(
        article_id=row.id,
        number=row.version,
        page_id=page_id,
        seen_at=row.changed_at,
        title=article.title,
        raw=article.raw,
        repairs=[asdict(repair) for repair in article.repairs],
        content_hash=article.fingerprint.content_hash,
        pipeline_version=article.pipeline_version,
    )
    session.add(version)
    session.flush()
    removals = [mapping.removal_row(version.id, position, item) for position, item in enumerate(article.removals)]
    _insert(session, models.Removal, removals)
    for table, names in ((models.Author, article.authors), (models.Tag, article.tags)):
        rows = [{"article_id": row.id, "position": position, "name": name} for position, name in enumerate(names)]
        _insert(session, table, rows)
    duplicates.relate(session, row.id, row.content_hash, row.minhash, row.changed_at)


def _insert(session: Session, table: type[models.Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)
