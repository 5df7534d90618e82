"""Filing articles, and reading them.

`store` is the only way in. Whatever happens, a page ends as exactly one of `Saved` or `Reason`, in one transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session, load_only

from db import archive, filing, links, looks, mapping, memory, models, pages
from db.models import LinkState, RelationKind, url_key
from db.session import Database, retried
from pipelines.records import (
    Accepted,
    Article,
    Outcome,
    Page,
    Reason,
    Removal,
    Repair,
    Saved,
    Timestamp,
    replay,
)

_BATCH = 100  # articles a transaction when all are read
_MAX_ID = 2**31 - 1  # PostgreSQL's integer; neither database takes a number of any size


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it reads now, and its place in the archive."""

    id: int
    source: str | None
    """The source's name; None when it was given by hand, or its source was removed."""
    article: Article
    version: int
    """1 for a text that never changed."""
    page_id: int | None
    """The page that the current version was made from."""
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime
    gone_at: datetime | None
    """When its address answered 404 or 410; None: it is there."""


@dataclass(frozen=True, slots=True)
class Version:
    """A text that an article had."""

    number: int
    seen_at: datetime
    title: str | None
    raw: str
    removals: tuple[Removal, ...]
    repairs: tuple[Repair, ...]
    content_hash: str
    pipeline_version: str
    page_id: int | None

    @property
    def text(self) -> str:
        """The clean text."""
        return replay(self.raw, self.removals)


@dataclass(frozen=True, slots=True)
class Related:
    """Another article that is like this one."""

    id: int
    title: str | None
    url: str
    kind: RelationKind
    score: float
    """0 to 1: the estimated share of common word sequences; 1 for the same text."""
    evidence: str


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list."""

    id: int
    source: str | None
    title: str | None
    url: str
    language: str | None
    published: Timestamp | None
    first_seen: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A page that the pipeline failed on."""

    id: int
    page_id: int
    url: str
    traceback: str
    quarantined_at: datetime


@retried
def store(
    db: Database,
    page: Page,
    outcome: Outcome,
    next_try: datetime | None,
    block_keys: bytes = b"",
    *,
    edited: bool = True,
) -> Saved | Reason:
    """Files what came of a page: the page and its bytes, the article or the rejection, and the link's new state.

    One transaction: all of it or nothing. The link is found by `page.url` and made if unknown; `next_try` says when
    it is to be fetched again (None: settled). An article is known by its canonical URL, and of its addresses only its
    own one is fetched again. A page that says what is filed already is not kept. A rejected page leaves the article
    that it once was; one that is gone is marked so. `block_keys` go into the memory of the link's source (see
    `db.memory`); `edited` see `db.filing.file`.

    Raises: Unavailable.
    """
    packed = archive.pack(page.body)
    with db.write() as session:
        link = links.locked(session, page.url, page.fetched_at)
        if isinstance(outcome, Accepted) and filing.touch(session, link, page.fetched_at, outcome.article):
            looks.ended(session, link, page, changed=False)
            links.settle(session, link, LinkState.STORED, None, None, next_try)
            return Saved.UNCHANGED
        page_id = pages.record(session, link, page, packed)
        result = _settle(session, link, page_id, page, outcome, next_try, edited=edited)
        if block_keys:
            memory.remember(session, link, page.fetched_at, block_keys)
        return result


def quarantine(db: Database, page: Page, traceback: str) -> None:
    """Keeps a page that the pipeline failed on, with the traceback; its link is settled as QUARANTINED.

    Raises: Unavailable.
    """
    packed = archive.pack(page.body)
    with db.write() as session:
        link = links.locked(session, page.url, page.fetched_at)
        page_id = pages.record(session, link, page, packed)
        session.add(models.Quarantine(page_id=page_id, traceback=traceback, quarantined_at=page.fetched_at))
        last_line = (traceback.strip().splitlines() or [""])[-1]
        links.settle(session, link, LinkState.REJECTED, Reason.QUARANTINED, last_line, next_try=None)


def quarantined(db: Database, limit: int = 100) -> list[Quarantined]:
    """The pages in quarantine, newest first."""
    query = select(models.Quarantine, models.Page.url).join(models.Page).order_by(models.Quarantine.id.desc())
    with db.read() as session:
        return [
            Quarantined(row.id, row.page_id, url, row.traceback, row.quarantined_at)
            for row, url in session.execute(query.limit(limit))
        ]


def get(db: Database, id_or_url: int | str) -> StoredArticle | None:
    """The article of an id (a number, or a string of digits), or of an address: its own, or one that led to it."""
    if isinstance(id_or_url, int) or id_or_url.isdecimal():
        wanted = models.Article.id == min(int(id_or_url), _MAX_ID)
    else:
        key = url_key(id_or_url)
        linked = select(models.Link.article_id).where(models.Link.url_key == key)
        wanted = or_(models.Article.canonical_key == key, models.Article.id.in_(linked))
    with db.read() as session:
        return next(iter(_stored(session, _current().where(wanted).order_by(models.Article.id).limit(1))), None)


def each(db: Database, source: str | None = None) -> Iterator[StoredArticle]:
    """All articles, of one source (its name) or of all, oldest first, without holding a transaction between them."""
    query = _current() if source is None else _current().where(models.Source.name == source)
    last = 0
    while True:
        with db.read() as session:
            batch = _stored(session, query.where(models.Article.id > last).order_by(models.Article.id).limit(_BATCH))
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].id


def made_from(db: Database, page_ids: Sequence[int]) -> dict[int, StoredArticle]:
    """The articles whose current versions were made from these pages, by page."""
    with db.read() as session:
        found = _stored(session, _current().where(models.ArticleVersion.page_id.in_(page_ids)))
    return {stored.page_id: stored for stored in found if stored.page_id is not None}


def listing(db: Database, source: str | None = None, limit: int = 20) -> list[ArticleLine]:
    """The articles that were seen last for the first time, of one source (its name) or of all, newest first."""
    query = (
        select(models.Article, models.Source.name)
        .outerjoin(models.Source)
        .options(load_only(*_LINE_COLUMNS))
        .order_by(models.Article.first_seen.desc(), models.Article.id.desc())
        .limit(limit)
    )
    with db.read() as session:
        rows = session.execute(query if source is None else query.where(models.Source.name == source))
        return [
            ArticleLine(
                id=row.id,
                source=name,
                title=row.title,
                url=row.url,
                language=row.language,
                published=mapping.moment("published", row),
                first_seen=row.first_seen,
                version=row.version,
            )
            for row, name in rows
        ]


def versions(db: Database, article_id: int) -> list[Version]:
    """Every text that an article had, the first one first."""
    with db.read() as session:
        rows = session.scalars(
            select(models.ArticleVersion)
            .where(models.ArticleVersion.article_id == article_id)
            .order_by(models.ArticleVersion.number)
        ).all()
        removals = _removals(session, [row.id for row in rows])
        return [
            Version(
                number=row.number,
                seen_at=row.seen_at,
                title=row.title,
                raw=row.raw,
                removals=tuple(mapping.removal(item) for item in removals.get(row.id, ())),
                repairs=mapping.repairs(row),
                content_hash=row.content_hash,
                pipeline_version=row.pipeline_version,
                page_id=row.page_id,
            )
            for row in rows
        ]


def related(db: Database, article_id: int) -> list[Related]:
    """The articles that are like this one, the likest first."""
    here = models.Relation
    other_id = case((here.article_id == article_id, here.other_id), else_=here.article_id)
    query = (
        select(here, models.Article.id, models.Article.title, models.Article.url)
        .join(models.Article, models.Article.id == other_id)
        .where(or_(here.article_id == article_id, here.other_id == article_id))
        .order_by(here.score.desc(), models.Article.id)
    )
    with db.read() as session:
        return [
            Related(other, title, url, RelationKind(row.kind), row.score, row.evidence)
            for row, other, title, url in session.execute(query)
        ]


_Current = Select[models.Article, models.ArticleVersion, str | None]
_LINE_COLUMNS = (
    models.Article.id,
    models.Article.title,
    models.Article.url,
    models.Article.language,
    models.Article.published_at,
    models.Article.published_precision,
    models.Article.published_raw,
    models.Article.published_origin,
    models.Article.published_offset,
    models.Article.first_seen,
    models.Article.version,
)


def _settle(
    session: Session,
    link: models.Link,
    page_id: int,
    page: Page,
    outcome: Outcome,
    next_try: datetime | None,
    *,
    edited: bool,
) -> Saved | Reason:
    if isinstance(outcome, Accepted):
        saved = filing.file(session, link, page_id, page.fetched_at, outcome.article, edited=edited)
        looks.ended(session, link, page, changed=saved is Saved.CHANGED)
        own = saved is Saved.NEW or _own_article(session, link) is not None
        links.settle(session, link, LinkState.STORED, None, None, next_try if own else None)
        return saved
    article = _own_article(session, link)
    if article is not None and outcome.reason in (Reason.NOT_FOUND, Reason.GONE):
        article.gone_at = article.gone_at or page.fetched_at
    if article is None and link.looked_at is None:
        link.article_id = None  # what redirects here has not moved here
    state = LinkState.REJECTED if next_try is None else LinkState.FAILED
    links.settle(session, link, state, outcome.reason, outcome.evidence, next_try)
    return outcome.reason


def _own_article(session: Session, link: models.Link) -> models.Article | None:
    """The article that lives at a link's address; None when there is none, or only one that lives elsewhere."""
    article = None if link.article_id is None else session.get(models.Article, link.article_id)
    return article if article is not None and article.url == link.url else None


def _current() -> _Current:
    return (
        select(models.Article, models.ArticleVersion, models.Source.name)
        .join(
            models.ArticleVersion,
            and_(
                models.ArticleVersion.article_id == models.Article.id,
                models.ArticleVersion.number == models.Article.version,
            ),
        )
        .outerjoin(models.Source, models.Source.id == models.Article.source_id)
    )


def _stored(session: Session, query: _Current) -> list[StoredArticle]:
    rows = session.execute(query).all()
    removals = _removals(session, [version.id for _, version, _ in rows])
    ids = [row.id for row, _, _ in rows]
    authors, tags = _names(session, models.Author, ids), _names(session, models.Tag, ids)
    return [
        StoredArticle(
            id=row.id,
            source=source,
            article=mapping.article(
                row, version, removals.get(version.id, ()), authors.get(row.id, ()), tags.get(row.id, ())
            ),
            version=row.version,
            page_id=version.page_id,
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            changed_at=row.changed_at,
            gone_at=row.gone_at,
        )
        for row, version, source in rows
    ]


def _removals(session: Session, version_ids: Sequence[int]) -> dict[int, list[models.Removal]]:
    here = models.Removal
    found: dict[int, list[models.Removal]] = {}
    for row in session.scalars(
        select(here).where(here.version_id.in_(version_ids)).order_by(here.version_id, here.position)
    ):
        found.setdefault(row.version_id, []).append(row)
    return found


def _names(session: Session, table: type[models.Author | models.Tag], ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(table.article_id, table.name).where(table.article_id.in_(ids)).order_by(table.article_id, table.position)
    )
    for article_id, name in rows:
        found.setdefault(article_id, []).append(name)
    return found
