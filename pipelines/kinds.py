"""What kind of piece an article is, and whether all may read it."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from pipelines.labels import Answer
from pipelines.records import Candidate, PageKind
from pipelines.structured import Structured, path_of, texts, types, values

_TYPES = {
    "LiveBlogPosting": PageKind.LIVE_BLOG,
    "ReviewNewsArticle": PageKind.REVIEW,
    "CriticReview": PageKind.REVIEW,
    "Review": PageKind.REVIEW,
    "OpinionNewsArticle": PageKind.OPINION,
    "ImageGallery": PageKind.GALLERY,
    "MediaGallery": PageKind.GALLERY,
    "VideoObject": PageKind.VIDEO,
}
_WEAK = frozenset({"Review", "ImageGallery", "MediaGallery", "VideoObject"})
"""Types of what may just stand in an article: they say nothing where `og:type` says article."""
_DATA = tomllib.loads((Path(__file__).parent / "kind_words.toml").read_text(encoding="utf-8"))
_KINDS = {name: PageKind(name.replace("_", " ")) for name in _DATA}
_LABELS = {label: _KINDS[name] for name, words in _DATA.items() for label in words["labels"]}
_PHRASES = {phrase: _KINDS[name] for name, words in _DATA.items() for phrase in words.get("phrases", ())}
_PHRASE = re.compile(rf"\b(?:{'|'.join(map(re.escape, _PHRASES))})\b")
_PART = re.compile(r"^([^:|+–—]{3,25}?)\s*(?::|\||–|—|\+{2,})\s|\s[|–—]\s([^|–—]{3,25})$")
_DEEPEST = 8
"""Directories of an address that are read."""
_FREE = {"true": True, "1": True, "yes": True, "free": True, "false": False, "0": False, "no": False}
_FREE |= {"metered": False, "locked": False, "abo": False}
_TIERS = ("article:content_tier", "og:article:content_tier", "article_content_tier")


def kind(
    structured: Structured, url: str, title: str | None, labels: Iterable[Answer]
) -> tuple[PageKind, tuple[Candidate, ...]]:
    """The kind of piece: by its declared type, else by the words of its section, trail, address or title.

    `labels` are the sections and breadcrumbs with their origins. An article that nothing calls otherwise is one.
    Raises: nothing.
    """
    found = list(_kinds(structured, url, title, labels))
    candidates = tuple(
        Candidate("page_kind", kind.value, origin, number == 0) for number, (origin, kind) in enumerate(found)
    )
    return (found[0][1] if found else PageKind.ARTICLE), candidates


def _kinds(
    structured: Structured, url: str, title: str | None, labels: Iterable[Answer]
) -> Iterator[tuple[str, PageKind]]:
    declared = structured.first_meta("og:type") or ""
    for name in types(structured.article):
        if name in _TYPES and not (name in _WEAK and declared == "article"):
            yield f"json-ld:{name}", _TYPES[name]
    if declared.startswith("video"):
        yield "meta:og:type", PageKind.VIDEO
    *folders, name = unquote(path_of(url)).lower().split("/")
    said: list[Answer] = [*labels, *(("json-ld:genre", text) for text in texts(values(structured.article, "genre")))]
    said += [("page:address", folder) for folder in folders[:_DEEPEST]]
    if match := _PART.search(title or ""):
        said.append(("title", match[1] or match[2]))
    for origin, text in said:
        if found := _LABELS.get((text or "").strip().casefold()):
            yield origin, found
    names = (("title", title), ("title", structured.title_tag), ("page:address", name.replace("-", " ")))
    for origin, words in names:
        if match := _PHRASE.search((words or "").lower()):
            yield origin, _PHRASES[match[0]]


def free(structured: Structured) -> tuple[bool | None, tuple[Candidate, ...]]:
    """Whether the whole text is open to all; None when the page doesn't say. Raises: nothing."""
    found = [(origin, said) for origin, text in _access(structured) if (said := _FREE.get(text)) is not None]
    candidates = tuple(
        Candidate("free", str(said).lower(), origin, number == 0) for number, (origin, said) in enumerate(found)
    )
    return (found[0][1] if found else None), candidates


def _access(structured: Structured) -> Iterator[tuple[str, str]]:
    nodes = [node for node in structured.nodes if node is not structured.article]
    for node in (structured.article or {}, *nodes):
        if (said := node.get("isAccessibleForFree")) is not None:
            yield "json-ld:isAccessibleForFree", str(said).strip().rsplit("/", 1)[-1].lower()
    for name in _TIERS:
        if tier := structured.first_meta(name):
            yield f"meta:{name}", tier.lower()
