"""An article as a value and as a row, both ways."""

from collections.abc import Sequence
from typing import Any

from db import models
from db.models import url_key
from pipelines.records import (
    Article,
    Boilerplate,
    Candidate,
    Fingerprint,
    Image,
    PageKind,
    Precision,
    Removal,
    Repair,
    Timestamp,
    Video,
)

_SAME = (
    "url",
    "canonical_url",
    "title",
    "subtitle",
    "standfirst",
    "description",
    "text",
    "html",
    "language",
    "agency",
    "section",
    "publisher",
    "free",
    "encoding",
    "pipeline_version",
)
"""Fields that are columns of the same name and type."""
_LISTS = ("breadcrumbs", "audios", "rights", "flags")


def flat(value: Image | Video | Candidate | Repair) -> dict[str, Any]:
    """The fields of a flat value; `dataclasses.asdict` copies each of them deeply, and takes ten times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def columns(article: Article) -> dict[str, Any]:
    """The columns of `article` that the record fills."""
    return {
        **{name: getattr(article, name) for name in _SAME},
        **{name: list(getattr(article, name)) for name in _LISTS},
        **_moment_columns("published", article.published),
        **_moment_columns("modified", article.modified),
        "canonical_key": url_key(article.canonical_url),
        "page_kind": article.page_kind,
        "main_image": None if article.main_image is None else flat(article.main_image),
        "images": [flat(image) for image in article.images],
        "videos": [flat(video) for video in article.videos],
        "candidates": [flat(candidate) for candidate in article.candidates],
        "content_hash": article.fingerprint.content_hash,
        "minhash": article.fingerprint.minhash,
    }


def article(
    row: models.Article,
    version: models.ArticleVersion,
    removals: Sequence[models.Removal],
    authors: Sequence[str],
    tags: Sequence[str],
) -> Article:
    """The record as it was stored."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return Article(
        **fields | {name: tuple(getattr(row, name)) for name in _LISTS},
        raw=version.raw,
        removals=tuple(removal(item) for item in removals),
        repairs=repairs(version),
        published=moment("published", row),
        modified=moment("modified", row),
        authors=tuple(authors),
        tags=tuple(tags),
        page_kind=PageKind(row.page_kind),
        main_image=None if row.main_image is None else Image(**row.main_image),
        images=tuple(Image(**image) for image in row.images),
        videos=tuple(Video(**video) for video in row.videos),
        candidates=tuple(Candidate(**candidate) for candidate in row.candidates),
        fingerprint=Fingerprint(row.content_hash, row.minhash),
    )


def removal_row(version_id: int, position: int, item: Removal) -> dict[str, Any]:
    """A row of `removal`."""
    return {
        "version_id": version_id,
        "position": position,
        "rule": item.rule,
        "kind": item.kind,
        "start_offset": item.start,
        "end_offset": item.end,
        "text": item.text,
        "why": item.why,
    }


def removal(row: models.Removal) -> Removal:
    """A removal as it was stored."""
    return Removal(row.start_offset, row.end_offset, row.text, Boilerplate(row.kind), row.rule, row.why)


def repairs(version: models.ArticleVersion) -> tuple[Repair, ...]:
    """The repairs of a version."""
    return tuple(Repair(**repair) for repair in version.repairs)


def moment(prefix: str, row: models.Article) -> Timestamp | None:
    """The timestamp whose columns begin with `published` or `modified`."""
    at = getattr(row, f"{prefix}_at")
    if at is None:
        return None
    return Timestamp(
        moment=at,
        precision=Precision(getattr(row, f"{prefix}_precision")),
        raw=getattr(row, f"{prefix}_raw"),
        origin=getattr(row, f"{prefix}_origin"),
        offset=getattr(row, f"{prefix}_offset"),
    )


def _moment_columns(prefix: str, stamp: Timestamp | None) -> dict[str, Any]:
    return {
        f"{prefix}_at": stamp and stamp.moment,
        f"{prefix}_precision": stamp and stamp.precision,
        f"{prefix}_raw": stamp and stamp.raw,
        f"{prefix}_origin": stamp and stamp.origin,
        f"{prefix}_offset": stamp and stamp.offset,
    }
