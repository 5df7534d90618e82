"""An article into its tables, within the transaction of whoever calls."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from db import duplicates, mapping, models
from db.models import LinkState, url_key
from db.session import insert_one, table
from pipelines.records import Article, Saved

# Made once: making them takes as long as running them, and they run for every article.
_HELD = select(models.Article).with_for_update(key_share=True)
_BY_KEY = _HELD.where(models.Article.canonical_key == bindparam("key"))
_BY_ID = _HELD.where(models.Article.id == bindparam("id"))
_BY_LINK = _HELD.where(models.Article.id == bindparam("id"), models.Article.url == bindparam("url"))
# As many as a site might print one text; the first ones are looked at.
_BY_TEXT = (
    select(models.Article.id, models.Article.canonical_url)
    .where(models.Article.content_hash == bindparam("text"))
    .order_by(models.Article.id)
    .limit(50)
)


def file(
    session: Session, link: models.Link, page_id: int, at: datetime, article: Article, *, edited: bool = True
) -> Saved:
    """Files what a page at a link said: a new article, a new version, or the same text again.

    Versions come from an article's own address: another one that leads to it, as for print, may word it otherwise.
    Without `edited`, a text that differs from the filed one differs because it is read otherwise now, and takes its
    place.
    """
    row = _known(session, link, article)
    if row is None:
        seen = {"source_id": link.source_id, "version": 1, "first_seen": at, "last_seen": at, "changed_at": at}
        article_id = insert_one(session, models.Article, mapping.columns(article) | seen)
        _write_version(session, article_id, 1, at, page_id, article)
        duplicates.relate(session, article_id, link.source_id, article, at)
        link.article_id = article_id  # last, so that the link is written once
        return Saved.NEW
    saved = _update(session, link, row, page_id, at, article, edited=edited)
    row.source_id = row.source_id or link.source_id
    link.article_id = row.id
    return saved


def touch(session: Session, link: models.Link, at: datetime, article: Article) -> bool:
    """Whether an article's own address gave the very text that is filed; then it is noted that it was met again."""
    if link.article_id is None:
        return False
    row = session.scalars(_BY_LINK, {"id": link.article_id, "url": link.url}).first()
    if row is None or row.content_hash != article.fingerprint.content_hash:
        return False
    if row.pipeline_version != article.pipeline_version:
        return False
    row.last_seen, row.gone_at = max(row.last_seen, at), None
    return True


def renew(session: Session, row: models.Article, page_id: int, article: Article) -> None:
    """Files another reading of the page that an article's current version was made from, in place of that version.

    A canonical address that another article has is not taken from it.
    """
    key = url_key(article.canonical_url)
    if session.scalar(select(models.Article.id).where(models.Article.canonical_key == key)) not in (None, row.id):
        article = replace(article, canonical_url=row.canonical_url)
    _rewrite(session, row, page_id, article)


def _known(session: Session, link: models.Link, article: Article) -> models.Article | None:
    """The row of this article, held.

    By its canonical URL, or another spelling of it at which the very same text stands; else the one that this very
    address gave before, or one that redirects here and says much the same.
    """
    row = session.scalars(_BY_KEY, {"key": url_key(article.canonical_url)}).first()
    if row is not None:
        return row
    if same := _elsewhere(session, article):
        return session.scalars(_BY_ID, {"id": same}).one()
    row = None if link.article_id is None else session.scalars(_BY_ID, {"id": link.article_id}).first()
    return row if row is not None and (row.url == link.url or _moved(row, link, article)) else None


def _elsewhere(session: Session, article: Article) -> int | None:
    """The id of the article with the very same text at another spelling of the canonical URL."""
    text, place = article.fingerprint.content_hash, _place(article.canonical_url)
    rows = session.execute(_BY_TEXT, {"text": text}).all() if text else ()
    return next((article_id for article_id, url in rows if _place(url) == place), None)


def _place(url: str) -> str:
    """An address without what may differ between two of one page: scheme, `www.`, a slash at the end, parameters."""
    return url.partition("://")[2].removeprefix("www.").partition("#")[0].partition("?")[0].rstrip("/")


def _moved(row: models.Article, link: models.Link, article: Article) -> bool:
    """Whether an article whose address redirects to a link stands there now; it may have been edited on the way."""
    same_title = article.title is not None and article.title == row.title
    alike = duplicates.similarity(row.minhash, article.fingerprint.minhash) >= duplicates.THRESHOLD
    return _is_target(link) and (same_title or alike)


def _is_target(link: models.Link) -> bool:
    """Whether a link was never fetched, and has its article from an address that redirects to it."""
    return link.article_id is not None and link.looked_at is None and link.state in (LinkState.NEW, LinkState.FAILED)


def _update(
    session: Session,
    link: models.Link,
    row: models.Article,
    page_id: int,
    at: datetime,
    article: Article,
    *,
    edited: bool,
) -> Saved:
    row.last_seen = max(row.last_seen, at)
    moved = _is_target(link) and link.article_id == row.id
    if link.url not in (row.url, row.canonical_url) and not moved:
        return Saved.UNCHANGED
    row.url, row.gone_at = link.url, None
    same_text = row.content_hash == article.fingerprint.content_hash
    if same_text and row.pipeline_version == article.pipeline_version and not moved:
        return Saved.UNCHANGED
    if edited and not same_text:
        row.version, row.changed_at = row.version + 1, at
    _rewrite(session, row, page_id, article)
    return Saved.CHANGED if edited and not same_text else Saved.UNCHANGED


def _rewrite(session: Session, row: models.Article, page_id: int, article: Article) -> None:
    """Puts an article in the place of its row and of its current version, if that is there already."""
    here = models.ArticleVersion
    session.execute(delete(here).where(here.article_id == row.id, here.number == row.version))
    same_text = (row.content_hash, row.minhash) == (article.fingerprint.content_hash, article.fingerprint.minhash)
    for name, value in mapping.columns(article).items():
        setattr(row, name, value)
    for model in (models.Author, models.Tag):
        session.execute(delete(model).where(model.article_id == row.id))
    session.flush()
    _write_version(session, row.id, row.version, row.changed_at, page_id, article)
    if not same_text:
        duplicates.forget(session, row.id)
        duplicates.relate(session, row.id, row.source_id, article, row.changed_at)


def _write_version(
    session: Session, article_id: int, number: int, at: datetime, page_id: int, article: Article
) -> None:
    version = {
        "article_id": article_id,
        "number": number,
        "page_id": page_id,
        "seen_at": at,
        "title": article.title,
        "raw": article.raw,
        "repairs": [mapping.flat(repair) for repair in article.repairs],
        "content_hash": article.fingerprint.content_hash,
        "pipeline_version": article.pipeline_version,
    }
    version_id = insert_one(session, models.ArticleVersion, version)
    removals = [mapping.removal_row(version_id, position, item) for position, item in enumerate(article.removals)]
    _insert(session, models.Removal, removals)
    for model, names in ((models.Author, article.authors), (models.Tag, article.tags)):
        rows = [{"article_id": article_id, "position": position, "name": name} for position, name in enumerate(names)]
        _insert(session, model, rows)


def _insert(session: Session, model: type[models.Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table(model)), rows)
