"""Looks at filed articles for edits: which are due, and how they ended."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from db import dating, links, models
from db.links import LinkRow
from db.models import LinkState, url_key
from db.session import Database, retried
from pipelines.records import Page


@dataclass(frozen=True, slots=True)
class Look:
    """A filed article's page, and what is known of it before it is asked for again."""

    link: LinkRow
    article_id: int
    page_id: int | None
    """The page that the current version was made from."""
    content_hash: str
    changed_at: datetime
    """When the current version was first seen."""
    published_at: datetime | None
    told: bool
    """Whether an endpoint says that it has changed since our last look."""
    vouched: bool
    """Whether an endpoint, asked since our last look, says that it has not changed."""
    vouched_from: datetime | None
    """When an endpoint that dates it is to be asked, which was not since our last look; None: there is none."""
    dates_right: int
    dates_wrong: int
    """How often that endpoint's dates were borne out by a look, and how often not."""


def of(db: Database, url: str) -> Look | None:
    """The filed article that an address led to; None when there is none."""
    with db.read() as session:
        row = session.execute(_looks().where(models.Link.url_key == url_key(url))).first()
        return None if row is None else _value(*row)


def due(db: Database, source_id: int, now: datetime, limit: int, exclude: Collection[int] = ()) -> list[Look]:
    """A source's filed articles that are to be looked at now: those told to have changed, then the newest first.

    `exclude` holds ids of links to pass over.
    """
    query = (
        _looks()
        .where(models.Link.source_id == source_id, links.unsettled(), models.Link.next_try <= now)
        .order_by(models.Link.told_at.is_(None), models.Article.published_at.desc().nulls_last(), models.Link.id.desc())
        .limit(limit + len(exclude))
    )
    with db.read() as session:
        found = [_value(*row) for row in session.execute(query)]
    return [look for look in found if look.link.id not in exclude][:limit]


def put_off(db: Database, until: Mapping[int, datetime | None]) -> None:
    """Says when articles, by their links' ids, are to be looked at instead; None: only when told."""
    with db.write() as session:
        session.execute(update(models.Link), [{"id": key, "next_try": moment} for key, moment in until.items()])


@retried
def unmodified(db: Database, url: str, at: datetime, next_look: datetime | None) -> None:
    """Settles a look that the server answered with "not modified" (304)."""
    with db.write() as session:
        link = links.locked(session, url, at)
        dating.judge(session, link, changed=False)
        link.looked_at, link.told_at = at, None
        links.settle(session, link, LinkState.STORED, None, None, next_look)
        article = session.get(models.Article, link.article_id, with_for_update={"key_share": True})
        if article is not None:
            article.last_seen, article.gone_at = max(article.last_seen, at), None


def ended(session: Session, link: models.Link, page: Page, *, changed: bool) -> None:
    """Notes a look that brought the article's page, with what makes the next one conditional."""
    dating.judge(session, link, changed=changed)
    link.looked_at, link.told_at = page.fetched_at, None
    link.etag, link.last_modified = page.header("etag"), page.header("last-modified")


_Looks = Select[models.Link, models.Article, int | None, models.Feed | None]


def _looks() -> _Looks:
    here = models.ArticleVersion
    return (
        select(models.Link, models.Article, here.page_id, models.Feed)
        .join(models.Article, models.Article.id == models.Link.article_id)
        .join(here, (here.article_id == models.Article.id) & (here.number == models.Article.version))
        .outerjoin(models.Feed, models.Feed.id == models.Link.dated_by)
    )


def _value(link: models.Link, article: models.Article, page_id: int | None, feed: models.Feed | None) -> Look:
    vouched = feed is not None and dating.vouches(feed, link)
    return Look(
        link=links.value(link),
        article_id=article.id,
        page_id=page_id,
        content_hash=article.content_hash,
        changed_at=article.changed_at,
        published_at=article.published_at,
        told=link.told_at is not None,
        vouched=vouched,
        vouched_from=feed.next_check if feed is not None and dating.dates(feed, link) and not vouched else None,
        dates_right=feed.dates_right if feed else 0,
        dates_wrong=feed.dates_wrong if feed else 0,
    )
