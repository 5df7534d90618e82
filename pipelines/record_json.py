"""An article as plain data: the one form in which records leave Copydesk, in files, filters and exports."""

from dataclasses import asdict
from typing import Any

from pipelines.records import Article, Precision, Timestamp


def record(article: Article) -> dict[str, Any]:
    """The article's fields as JSON types, without its raw text and receipts. `docs/records.md` explains each key."""
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "subtitle": article.subtitle,
        "standfirst": article.standfirst,
        "text": article.text,
        "language": article.language,
        **_moment("published", article.published),
        **_moment("modified", article.modified),
        "authors": list(article.authors),
        "agency": article.agency,
        "section": article.section,
        "tags": list(article.tags),
        "breadcrumbs": list(article.breadcrumbs),
        "publisher": article.publisher,
        "description": article.description,
        "main_image": asdict(article.main_image) if article.main_image else None,
        "images": [asdict(image) for image in article.images],
        "videos": [asdict(video) for video in article.videos],
        "audios": list(article.audios),
        "free": article.free,
        "page_kind": article.page_kind.value,
        "rights": list(article.rights),
        "encoding": article.encoding,
        "flags": list(article.flags),
        "content_hash": article.fingerprint.content_hash,
        "pipeline_version": article.pipeline_version,
    }


def receipts(article: Article) -> dict[str, Any]:
    """What the text was made from: the raw text, what was mended in it and what was taken out, each with its rule."""
    return {
        "raw": article.raw,
        "repairs": [asdict(repair) for repair in article.repairs],
        "removals": [asdict(removal) for removal in article.removals],
    }


def _printed(moment: Timestamp) -> str:
    """ISO 8601, as exact as it is known; a declared day as its midnight, the form in which most pages declare one."""
    whole_day = moment.declared and moment.precision is Precision.DAY
    return f"{moment.isoformat()}T00:00:00" if whole_day else moment.isoformat()


def _moment(name: str, moment: Timestamp | None) -> dict[str, str | None]:
    return {
        name: _printed(moment) if moment else None,
        f"{name}_precision": moment.precision.value if moment else None,
        f"{name}_raw": moment.raw if moment else None,
        f"{name}_origin": moment.origin if moment else None,
    }
