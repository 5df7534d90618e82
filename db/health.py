"""What is known of how each source fares: the facts, without a judgement."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models, runs
from db.session import Database
from db.sources import Source, source_of

ARTICLES = 220
"""Articles that are looked at of a source, the latest: 20 to judge and 200 to compare them with."""
COUNTS = 2000
"""Rows of run history that are looked at of a source, the latest."""


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What was read from one article's page."""

    moment: datetime
    """When it was published, or first seen where that is not known or not credible."""
    titled: bool
    signed: bool
    dated: bool
    length: int
    """Characters of the clean text."""
    removed: float
    """The share of the raw text that was taken out, 0 to 1."""


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """An address where links are looked for, and that fails."""

    url: str
    kind: str
    failures: int
    """Checks with a problem since the last good one."""
    problem: str
    worked: bool
    """Whether it ever answered well."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source's recent past."""

    source: Source
    articles: tuple[ArticleFacts, ...]
    """Newest first, by when they were first seen."""
    runs: tuple[Counter[str], ...]
    """What each run counted for it, newest first."""
    failing: tuple[EndpointFacts, ...]
    endpoints: int
    """All its endpoints."""


def facts(db: Database, since: datetime | None = None) -> list[SourceFacts]:
    """Of all enabled sources by name; with `since`, of those whose last crawl ended then or later."""
    query = select(models.Source).where(models.Source.enabled).order_by(models.Source.name)
    if since:
        query = query.where(models.Source.last_checked >= since)
    with db.read() as session:
        return [_facts(session, row) for row in session.scalars(query)]


def last_run(db: Database, command: str) -> runs.Run | None:
    """The latest run of a command; None when there was none."""
    query = select(models.Run).where(models.Run.command == command).order_by(models.Run.id.desc()).limit(1)
    with db.read() as session:
        row = session.scalars(query).first()
        return None if row is None else runs.value(row, {})


def examples(db: Database, source_id: int) -> list[tuple[str, str, str]]:
    """One link of a source for each reason why links ended without an article: reason, address, evidence."""
    link = models.Link
    first = select(func.min(link.id)).where(link.source_id == source_id, link.reason.is_not(None)).group_by(link.reason)
    with db.read() as session:
        rows = session.execute(select(link.reason, link.url, link.evidence).where(link.id.in_(first)).order_by(link.id))
        return [(reason or "", url, evidence or "") for reason, url, evidence in rows]


def _facts(session: Session, row: models.Source) -> SourceFacts:
    feeds = session.scalars(select(models.Feed).where(models.Feed.source_id == row.id)).all()
    failing = [
        EndpointFacts(feed.url, feed.kind, feed.failures, feed.problem, feed.body_hash is not None)
        for feed in feeds
        if feed.problem
    ]
    return SourceFacts(source_of(row), _articles(session, row.id), _runs(session, row.id), tuple(failing), len(feeds))


def _articles(session: Session, source_id: int) -> tuple[ArticleFacts, ...]:
    article, version, removal = models.Article, models.ArticleVersion, models.Removal
    signed = select(models.Author.name).where(models.Author.article_id == article.id).exists()
    removed = (
        select(func.sum(removal.end_offset - removal.start_offset))
        .where(removal.version_id == version.id)
        .scalar_subquery()
    )
    query = (
        select(
            article.first_seen,
            article.published_at,
            article.title.is_not(None),
            signed,
            func.length(article.text),
            func.length(version.raw),
            removed,
        )
        .join(version, (version.article_id == article.id) & (version.number == article.version))
        .where(article.source_id == source_id)
        .order_by(article.first_seen.desc(), article.id.desc())
        .limit(ARTICLES)
    )
    return tuple(
        ArticleFacts(
            moment=published if published and published <= seen + timedelta(days=1) else seen,
            titled=bool(titled),
            signed=bool(authors),
            dated=published is not None,
            length=length,
            removed=(taken or 0) / raw if raw else 0.0,
        )
        for seen, published, titled, authors, length, raw, taken in session.execute(query)
    )


def _runs(session: Session, source_id: int) -> tuple[Counter[str], ...]:
    counted = models.RunSource
    query = (
        select(counted.run_id, counted.outcome, counted.count)
        .where(counted.source_id == source_id)
        .order_by(counted.run_id.desc(), counted.id)
        .limit(COUNTS)
    )
    found: dict[int, Counter[str]] = {}
    for run_id, outcome, n in session.execute(query):
        found.setdefault(run_id, Counter())[outcome] += n
    return tuple(found.values())
