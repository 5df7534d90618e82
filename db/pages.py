"""Fetched pages: what was asked for, what answered, when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from db import archive, links, models
from db.models import url_key
from db.session import Database, insert_one
from pipelines.records import Page

# What cleaning, conditional requests and rights need of an answer. Cookies are never stored.
_KEPT_HEADERS = frozenset(
    {
        "ai.txt",
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


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page from the archive, as it was handed to the pipeline."""

    id: int
    body_hash: str
    source_id: int | None
    """The source of its link."""
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


def some(db: Database, page_ids: Sequence[int]) -> list[StoredPage]:
    """The pages of these ids, by id; those that are not there are left out."""
    with db.read() as session:
        return list(_values(session, _pages().where(models.Page.id.in_(page_ids)).order_by(models.Page.id)))


def latest_articles(db: Database, source_id: int, limit: int) -> list[StoredPage]:
    """The pages that the current versions of a source's latest articles were made from, the newest first."""
    here = models.ArticleVersion
    query = (
        _pages()
        .join(here, here.page_id == models.Page.id)
        .join(models.Article, and_(models.Article.id == here.article_id, models.Article.version == here.number))
        .where(models.Article.source_id == source_id)
        .order_by(models.Article.first_seen.desc(), models.Article.id.desc())
        .limit(limit)
    )
    with db.read() as session:
        return list(_values(session, query))


def record(session: Session, link: models.Link, page: Page, packed: archive.Packed) -> int:
    """Stores a fetch with its body. Returns: the page's id."""
    archive.keep(session, packed)
    row = {
        "link_id": link.id,
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": [[name, value] for name, value in page.headers if name in _KEPT_HEADERS],
        "encoding": page.encoding,
        "fetched_at": page.fetched_at,
        "body_hash": packed.hash,
    }
    return insert_one(session, models.Page, row)


_Pages = Select[models.Page, models.Link | None, bytes]


def _pages() -> _Pages:
    return (
        select(models.Page, models.Link, models.Body.data)
        .outerjoin(models.Link, models.Link.id == models.Page.link_id)
        .join(models.Body, models.Body.hash == models.Page.body_hash)
    )


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
        yield StoredPage(row.id, row.body_hash, link.source_id if link else None, page)
