"""Fetched pages: what was asked for, what answered, when."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from db import archive, links, models
from db.models import url_key
from db.session import Database
from pipelines.records import Page

# What cleaning, conditional requests and rights need of an answer. Cookies are never stored.
_KEPT_HEADERS = frozenset(
    {
        "content-language",
        "content-type",
        "date",
        "etag",
        "last-modified",
        "link",
        "retry-after",
        "tdm-policy",
        "tdm-reservation",
        "x-robots-tag",
    }
)
_BATCH = 50  # pages a transaction: with bodies of 10 MiB at most, 500 MiB at the very worst


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page from the archive, as it was handed to the pipeline."""

    id: int
    body_hash: str
    page: Page


def get(db: Database, page_id: int) -> StoredPage | None:
    """The page of that id."""
    with db.read() as session:
        return next(_values(session, _pages().where(models.Page.id == page_id)), None)


def latest(db: Database, url: str) -> StoredPage | None:
    """The page that was fetched last for an address; None when there is none."""
    query = (
        _pages()
        .where(models.Link.url_key == url_key(url))
        .order_by(models.Page.fetched_at.desc(), models.Page.id.desc())
    )
    with db.read() as session:
        return next(_values(session, query.limit(1)), None)


def each(db: Database, source_id: int | None = None) -> Iterator[StoredPage]:
    """All pages (None: of all sources), oldest first, without holding a transaction between them."""
    query = _pages() if source_id is None else _pages().where(models.Link.source_id == source_id)
    return _stream(db, query)


def to_clean(db: Database, pipeline_version: str, source_id: int | None = None) -> Iterator[StoredPage]:
    """The pages to clean again: those of current versions that another pipeline made, and the last good answers
    of links that came to no article.
    """
    newer = aliased(models.Page)
    is_last = ~select(newer.id).where(newer.link_id == models.Page.link_id, newer.id > models.Page.id).exists()
    outdated = (
        select(models.ArticleVersion.page_id)
        .join(models.Article)
        .where(
            models.ArticleVersion.number == models.Article.version, models.Article.pipeline_version != pipeline_version
        )
    )
    query = _pages().where(
        or_(models.Page.id.in_(outdated), links.never_stored() & (models.Page.status == 200) & is_last)
    )
    return _stream(db, query if source_id is None else query.where(models.Link.source_id == source_id))


def record(session: Session, link: models.Link, page: Page, packed: archive.Packed) -> int:
    """Stores a fetch with its body. Returns: the page's id."""
    archive.keep(session, packed)
    row = models.Page(
        link_id=link.id,
        url=page.url,
        final_url=page.final_url,
        status=page.status,
        headers=[[name, value] for name, value in page.headers if name in _KEPT_HEADERS],
        encoding=page.encoding,
        fetched_at=page.fetched_at,
        body_hash=packed.hash,
    )
    session.add(row)
    session.flush()
    return row.id


_Pages = Select[models.Page, models.Link | None, bytes]


def _pages() -> _Pages:
    return (
        select(models.Page, models.Link, models.Body.data)
        .outerjoin(models.Link, models.Link.id == models.Page.link_id)
        .join(models.Body, models.Body.hash == models.Page.body_hash)
    )


def _stream(db: Database, query: _Pages) -> Iterator[StoredPage]:
    last = 0
    while True:
        with db.read() as session:
            batch = list(_values(session, query.where(models.Page.id > last).order_by(models.Page.id).limit(_BATCH)))
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].id


def _values(session: Session, query: _Pages) -> Iterator[StoredPage]:
    for row, link, data in session.execute(query):
        page = Page(
            url=row.url,
            final_url=row.final_url,
            status=row.status,
            headers=tuple((name, value) for name, value in row.headers),
            body=archive.unpack(data),
            fetched_at=row.fetched_at,
            hints=links.hints_of(link),
            encoding=row.encoding,
        )
        yield StoredPage(row.id, row.body_hash, page)
