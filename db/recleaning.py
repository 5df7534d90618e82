"""Cleaning again from the archive: which pages are due, what they came to before, and what they come to now."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from db import articles, filing, links, models, pages
from db.articles import StoredArticle
from db.models import LinkState, url_key
from db.pages import StoredPage
from db.session import Database, retried
from pipelines.records import Article, Outcome, Reason, Rejected

BATCH = 20  # pages handed out at a time: a fifth of a second of work, and what a kill may cost each worker


@dataclass(frozen=True, slots=True)
class Scope:
    """Which pages are to be cleaned again; what is None asks for nothing."""

    not_by: str | None = None
    """Only what other pipeline versions made."""
    by: str | None = None
    """Only articles that this pipeline version made."""
    source_id: int | None = None
    since: datetime | None = None
    """Only pages fetched then or later."""
    until: datetime | None = None
    """Only pages fetched then or before."""
    rule: str | None = None
    """Only articles that lost something to this rule."""


@dataclass(frozen=True, slots=True)
class Archived:
    """A page to clean again, and what it came to."""

    stored: StoredPage
    article: StoredArticle | None
    """The article of which it is the current version; None: it came to none."""
    rejected: Rejected | None
    """Why it is no article, where its last try said so."""


def due(db: Database, scope: Scope) -> Iterator[list[int]]:
    """The ids of the pages in scope, some at a time, without holding a transaction between them.

    First the pages that current versions of articles were made from, then the last good answers of the links that
    came to no article. What is cleaned meanwhile does not come twice.
    """
    key = models.Page.id
    for query in _queries(scope):
        last = 0
        while True:
            with db.read() as session:
                batch = list(session.scalars(query.where(key > last).order_by(key).limit(BATCH)))
            if not batch:
                break
            yield batch
            last = batch[-1]


def count(db: Database, scope: Scope) -> int:
    """How many pages are in scope."""
    with db.read() as session:
        return sum(session.scalar(query.with_only_columns(func.count())) or 0 for query in _queries(scope))


def versions(db: Database) -> list[str]:
    """The pipeline versions that made the articles."""
    with db.read() as session:
        return list(session.scalars(select(models.Article.pipeline_version).distinct().order_by("pipeline_version")))


def load(db: Database, page_ids: Sequence[int]) -> list[Archived]:
    """Those pages in order, with what they came to."""
    found = articles.made_from(db, page_ids)
    with db.read() as session:
        rows = session.execute(
            select(models.Page.id, models.Link.reason, models.Link.evidence)
            .join(models.Link)
            .where(models.Page.id.in_(page_ids), models.Link.state == LinkState.REJECTED)
        )
        rejected = {row.id: Rejected(Reason(row.reason), row.evidence or "") for row in rows if row.reason}
    return [Archived(stored, found.get(stored.id), rejected.get(stored.id)) for stored in pages.some(db, page_ids)]


def confirm(db: Database, page_ids: Collection[int], version: str) -> None:
    """Notes that a pipeline version makes of these pages what is filed already."""
    here = models.ArticleVersion
    current = (
        select(here.id, here.article_id)
        .join(models.Article, _is_current())
        .where(here.page_id.in_(page_ids))
        .with_for_update(key_share=True)
    )
    with db.write() as session:
        rows = session.execute(current).all()
        noted = {"pipeline_version": version}
        ids, article_ids = [row.id for row in rows], [row.article_id for row in rows]
        session.execute(update(here).where(here.id.in_(ids)).values(noted))
        session.execute(update(models.Article).where(models.Article.id.in_(article_ids)).values(noted))
        session.execute(update(models.Page).where(models.Page.id.in_(page_ids)).values(noted))
        _release(session, page_ids)


@retried
def restore(db: Database, page_id: int, outcome: Outcome, version: str) -> None:
    """Files what a pipeline version makes of an archived page, in one transaction.

    The article that was made from the page reads otherwise from now on, in place: nobody has edited it, so it has no
    new version. A page that came to no article and is one now is filed like one that was just fetched. An article
    whose page is rejected now stays as it is. Nothing happens where another page has come in between.

    When the link is to be fetched again stays as it is. Raises: KeyError when there is no such page; Unavailable.
    """
    with db.write() as session:
        page = session.get(models.Page, page_id)
        if page is None:
            raise KeyError(page_id)
        link = links.locked(session, page.url, page.fetched_at)
        row = _made_from(session, page_id)
        if row is None and link.article_id is not None:
            return
        _release(session, [page_id])
        if isinstance(outcome, Rejected) and row is not None:
            return
        page.pipeline_version = version
        if isinstance(outcome, Rejected):
            _reject(link, outcome)
        elif row is not None:
            filing.renew(session, row, page_id, outcome.article)
        else:
            _accept(session, link, page, outcome.article)


def set_aside(db: Database, page_id: int, traceback: str, at: datetime) -> None:
    """Puts an archived page that the pipeline fails on into quarantine. What it came to before stays."""
    with db.write() as session:
        _release(session, [page_id])
        session.add(models.Quarantine(page_id=page_id, traceback=traceback, quarantined_at=at))


def _queries(scope: Scope) -> Iterator[Select[int]]:
    """What selects the ids of the pages in scope."""
    yield _of_articles(scope)
    if scope.by is None and scope.rule is None:
        yield _of_no_article(scope)


def _of_articles(scope: Scope) -> Select[int]:
    here = models.ArticleVersion
    query = select(models.Page.id).join(here, here.page_id == models.Page.id).join(models.Article, _is_current())
    query = _fetched(query, scope)
    if scope.not_by is not None:
        query = query.where(models.Article.pipeline_version != scope.not_by)
    if scope.by is not None:
        query = query.where(models.Article.pipeline_version == scope.by)
    if scope.source_id is not None:
        query = query.where(models.Article.source_id == scope.source_id)
    if scope.rule is not None:
        rules = select(models.Removal.version_id).where(
            models.Removal.version_id == here.id, models.Removal.rule == scope.rule
        )
        query = query.where(rules.exists())
    return query


def _of_no_article(scope: Scope) -> Select[int]:
    newer = aliased(models.Page)
    is_last = ~select(newer.id).where(newer.link_id == models.Page.link_id, newer.id > models.Page.id).exists()
    query = _fetched(select(models.Page.id).join(models.Link), scope)
    query = query.where(links.never_stored(), models.Page.status == 200, is_last)
    if scope.not_by is not None:
        query = query.where(models.Page.pipeline_version.is_distinct_from(scope.not_by))
    return query if scope.source_id is None else query.where(models.Link.source_id == scope.source_id)


def _fetched(query: Select[int], scope: Scope) -> Select[int]:
    if scope.since is not None:
        query = query.where(models.Page.fetched_at >= scope.since)
    return query if scope.until is None else query.where(models.Page.fetched_at <= scope.until)


def _is_current() -> ColumnElement[bool]:
    return and_(
        models.Article.id == models.ArticleVersion.article_id, models.Article.version == models.ArticleVersion.number
    )


def _made_from(session: Session, page_id: int) -> models.Article | None:
    """The article whose current version was made from a page, held."""
    return session.scalars(
        select(models.Article)
        .join(models.ArticleVersion, _is_current())
        .where(models.ArticleVersion.page_id == page_id)
        .with_for_update(key_share=True, of=models.Article)
    ).first()


def _reject(link: models.Link, rejected: Rejected) -> None:
    """Says anew why a page is no article, unless its last try ended otherwise: then no page came."""
    if link.state == LinkState.REJECTED:
        link.reason, link.evidence = rejected.reason, rejected.evidence


def _accept(session: Session, link: models.Link, page: models.Page, article: Article) -> None:
    """Files a new article; where its canonical address is another's, the link leads to that one, which stays."""
    key = url_key(article.canonical_url)
    link.article_id = session.scalar(select(models.Article.id).where(models.Article.canonical_key == key))
    if link.article_id is None:
        filing.file(session, link, page.id, page.fetched_at, article)
    links.settle(session, link, LinkState.STORED, None, None, link.next_try)


def _release(session: Session, page_ids: Collection[int]) -> None:
    """Takes pages out of quarantine."""
    session.execute(delete(models.Quarantine).where(models.Quarantine.page_id.in_(page_ids)))
