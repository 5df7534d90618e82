"""The tables. Each is singular, each column says what it holds where its name doesn't.

Addresses are unique by `url_key`, a hash: the index is a fraction of the size, and PostgreSQL's B-tree refuses
entries of more than 2,704 bytes, which hostile addresses exceed.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.types import CleanJson, CleanText, UtcDateTime, scrub


def url_key(url: str) -> bytes:
    """What an address is unique by: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(scrub(url).encode()).digest()[:16]


class LinkState(StrEnum):
    """Where a link stands. Whether it is to be fetched is said by `next_try` alone."""

    NEW = "new"
    STORED = "stored"
    REJECTED = "rejected"
    FAILED = "failed"
    """Will be tried again."""
    GIVEN_UP = "given up"


class RelationKind(StrEnum):
    SAME_TEXT = "same text"
    NEAR_DUPLICATE = "near duplicate"
    SYNDICATED = "syndicated"
    """The text, or nearly so, of another source that had it first."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (the name and form that SQLAlchemy asks for)
        str: CleanText(),
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        dict[str, Any]: CleanJson(),
        list[Any]: CleanJson(),
    }


class Source(Base):
    """A site that is crawled."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    enabled: Mapped[bool]
    created_at: Mapped[datetime]
    last_checked: Mapped[datetime | None]
    next_check: Mapped[datetime | None] = mapped_column(index=True)
    """NULL: at once."""
    lease_worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]


class Feed(Base):
    """An address where new links are looked for: a feed, a sitemap, a section page."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("source_id", "url_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    url: Mapped[str]
    url_key: Mapped[bytes]
    kind: Mapped[str]
    title: Mapped[str | None]
    created_at: Mapped[datetime]
    last_checked: Mapped[datetime | None]
    next_check: Mapped[datetime | None]
    """NULL: at once."""
    interval_seconds: Mapped[int | None]
    """What the last check asked to wait."""
    last_status: Mapped[int | None]
    """The HTTP status; NULL when no answer came."""
    problem: Mapped[str | None]
    """One line; NULL when the last check went well."""
    failures: Mapped[int]
    """Checks with a problem, since the last good one."""
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    last_found: Mapped[int]
    """Links that the last good check saw."""
    total_new: Mapped[int]
    """Links that all checks together saw first."""
    last_new_at: Mapped[datetime | None]
    depth: Mapped[int]
    """Documents between it and the home page; for a further page of a listing the pages before it."""
    ttl_seconds: Mapped[int | None]
    """How long the last answer asked to be taken for fresh."""
    told_modified: Mapped[datetime | None]
    """When it last changed, as the sitemap index that names it says."""
    dates_right: Mapped[int]
    """Modification dates of articles listed here that a look at the article bore out."""
    dates_wrong: Mapped[int]
    """Those that it did not: a new date without a change, a change without a new date."""


class Link(Base):
    """A page's address: the frontier, and the memory of what was seen."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    url_key: Mapped[bytes] = mapped_column(unique=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id", ondelete="SET NULL"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"), index=True)
    state: Mapped[str]
    reason: Mapped[str | None]
    evidence: Mapped[str | None]
    attempts: Mapped[int]
    """Tries since the last article."""
    next_try: Mapped[datetime | None]
    """When it is to be fetched; NULL: settled."""
    hints: Mapped[dict[str, Any] | None]
    """What discovery said of the page; NULL: nothing."""
    hinted_at: Mapped[datetime | None]
    """The date in the hints, where it could be read."""
    found_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    """When the article's page was last had, in full or as "not modified"."""
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    """The validators of the last article page."""
    told_modified: Mapped[datetime | None]
    """The newest modification date that an endpoint gave."""
    told_at: Mapped[datetime | None]
    """When that date said that the article has changed since we looked; NULL: it does not."""
    dated_by: Mapped[int | None] = mapped_column(ForeignKey("feed.id", ondelete="SET NULL"))
    """The endpoint that dates the article, as last read."""


Index(
    "ix_link_pending",
    Link.source_id,
    Link.next_try,
    sqlite_where=text("next_try IS NOT NULL"),
    postgresql_where=text("next_try IS NOT NULL"),
)
Index("ix_link_source_id", Link.source_id, Link.state)
Index(
    "ix_link_dated_by",
    Link.dated_by,
    sqlite_where=text("dated_by IS NOT NULL"),
    postgresql_where=text("dated_by IS NOT NULL"),
)


class Body(Base):
    """The archive: every page's bytes as received, once."""

    __tablename__ = "body"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the bytes, in hex."""
    codec: Mapped[str]
    size: Mapped[int]
    """Bytes, before compression."""
    data: Mapped[bytes]


class Page(Base):
    """One fetch of one address."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="SET NULL"), index=True)
    url: Mapped[str]
    final_url: Mapped[str]
    status: Mapped[int]
    headers: Mapped[list[Any]]
    """[name, value] pairs of the few that matter; never a cookie."""
    encoding: Mapped[str | None]
    """Known from outside; NULL in a crawl."""
    fetched_at: Mapped[datetime]
    body_hash: Mapped[str] = mapped_column(ForeignKey("body.hash"))
    pipeline_version: Mapped[str | None]
    """Code and rules that cleaned it again; NULL: none since it was fetched."""


class Article(Base):
    """An article as it reads now."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    url: Mapped[str]
    canonical_url: Mapped[str]
    canonical_key: Mapped[bytes] = mapped_column(unique=True)
    title: Mapped[str | None]
    subtitle: Mapped[str | None]
    standfirst: Mapped[str | None]
    description: Mapped[str | None]
    text: Mapped[str]
    html: Mapped[str]
    language: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_precision: Mapped[str | None]
    published_raw: Mapped[str | None]
    published_origin: Mapped[str | None]
    published_offset: Mapped[int | None]
    """Minutes east of UTC as written; NULL: no zone was written."""
    modified_at: Mapped[datetime | None]
    modified_precision: Mapped[str | None]
    modified_raw: Mapped[str | None]
    modified_origin: Mapped[str | None]
    modified_offset: Mapped[int | None]
    agency: Mapped[str | None]
    section: Mapped[str | None]
    publisher: Mapped[str | None]
    page_kind: Mapped[str]
    free: Mapped[bool | None]
    breadcrumbs: Mapped[list[Any]]
    main_image: Mapped[dict[str, Any] | None]
    images: Mapped[list[Any]]
    videos: Mapped[list[Any]]
    audios: Mapped[list[Any]]
    rights: Mapped[list[Any]]
    flags: Mapped[list[Any]]
    candidates: Mapped[list[Any]]
    encoding: Mapped[str]
    content_hash: Mapped[str] = mapped_column(index=True)
    minhash: Mapped[bytes]
    pipeline_version: Mapped[str]
    version: Mapped[int]
    """The number of the current version."""
    first_seen: Mapped[datetime] = mapped_column(index=True)
    last_seen: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When the current version was first seen."""
    gone_at: Mapped[datetime | None]
    """When its address answered 404 or 410 for the first time since it was last there; NULL: it is there."""


Index("ix_article_source_id", Article.source_id, Article.first_seen)


class ArticleVersion(Base):
    """A text that an article had. The clean text is the raw text without the removals (`pipelines.records.replay`)."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id", ondelete="SET NULL"), index=True)
    seen_at: Mapped[datetime]
    title: Mapped[str | None]
    raw: Mapped[str]
    repairs: Mapped[list[Any]]
    content_hash: Mapped[str]
    pipeline_version: Mapped[str]


class Removal(Base):
    """A stretch of a version's raw text that was taken out, and why."""

    __tablename__ = "removal"

    version_id: Mapped[int] = mapped_column(ForeignKey("article_version.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    start_offset: Mapped[int]
    end_offset: Mapped[int]
    text: Mapped[str]
    why: Mapped[str]


class Author(Base):
    """A person whom an article names as its author."""

    __tablename__ = "author"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Tag(Base):
    """A keyword that an article carries."""

    __tablename__ = "tag"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


# A hash index, unlike a B-tree, takes names of any length.
Index("ix_author_name", Author.name, postgresql_using="hash")
Index("ix_tag_name", Tag.name, postgresql_using="hash")


class Relation(Base):
    """Two articles that are alike; `article_id` is the later of the two: of two sources the one published later."""

    __tablename__ = "relation"
    __table_args__ = (UniqueConstraint("article_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    score: Mapped[float]
    """0 to 1: the estimated Jaccard similarity of the texts' word shingles; 1 for the same text."""
    evidence: Mapped[str]
    found_at: Mapped[datetime]


class Band(Base):
    """The index of near-duplicates: a band of an article's MinHash signature, hashed with its number."""

    __tablename__ = "band"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (the name and form that SQLAlchemy asks for)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class Memory(Base):
    """The blocks of a source's latest articles, from which its furniture is learned."""

    __tablename__ = "memory"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime]
    keys: Mapped[bytes]
    """A hash of 8 bytes for each distinct block (`pipelines.furniture.page_keys`)."""


Index("ix_memory_source_id", Memory.source_id, Memory.seen_at)


class Rest(Base):
    """A host that is left alone for a while."""

    __tablename__ = "rest"

    host: Mapped[str] = mapped_column(primary_key=True)
    """As `pipelines.urls.host_key` names it."""
    until: Mapped[datetime]
    asked: Mapped[bool]
    """Whether the host asked for it (Retry-After); else it failed or refused."""
    times: Mapped[int]
    """Runs in a row that ended in leaving it alone."""
    why: Mapped[str]


class Notice(Base):
    """A file in which a host says what it allows, such as its robots.txt, as fetched last."""

    __tablename__ = "notice"

    url_key: Mapped[bytes] = mapped_column(primary_key=True)
    url: Mapped[str]
    fetched_at: Mapped[datetime]
    status: Mapped[int]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body: Mapped[bytes]


class Run(Base):
    """One run of a command that crawls."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str]
    worker: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    """NULL: still running, or killed."""
    exit_code: Mapped[int | None]
    summary: Mapped[str | None]


class RunSource(Base):
    """How often an outcome came of a source in a run. Several rows of one outcome add up."""

    __tablename__ = "run_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    """NULL: addresses given by hand."""
    outcome: Mapped[str]
    count: Mapped[int]


Index("ix_run_source_run_id", RunSource.run_id, RunSource.source_id, RunSource.outcome)


class Quarantine(Base):
    """A page that the pipeline failed on in a way nobody foresaw."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)
    traceback: Mapped[str]
    quarantined_at: Mapped[datetime]
