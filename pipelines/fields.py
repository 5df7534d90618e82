"""Every field's candidates, and one decision each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import lxml.html

from pipelines import bylines, kinds, labels, media, moments, titles, vicinity
from pipelines.content import Content
from pipelines.labels import Answer
from pipelines.records import Candidate, Image, Page, PageKind, Timestamp, Video
from pipelines.structured import Structured, plain, types
from pipelines.urls import canonical, plausible_canonical

_SIGNALS = re.compile(r"noai|noimageai|noml|nollm", re.IGNORECASE)
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*$", re.IGNORECASE)
_SUBTITLES = ("alternativeHeadline", "alternateName")
_DESCRIPTIONS = ("description", "og:description", "twitter:description")


@dataclass(frozen=True, slots=True)
class Fields:
    """The decided fields of a page; names as in `records.Article`."""

    canonical_url: str
    title: str | None = None
    subtitle: str | None = None
    standfirst: str | None = None
    description: str | None = None
    published: Timestamp | None = None
    modified: Timestamp | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    publisher: str | None = None
    language: str | None = None
    """BCP 47 as declared by the page or a header; evidence for `language.detect`, not truth."""
    main_image: Image | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    audios: tuple[str, ...] = ()
    free: bool | None = None
    page_kind: PageKind = PageKind.ARTICLE
    rights: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()


def decide(page: Page, tree: lxml.html.HtmlElement, structured: Structured, content: Content) -> Fields:
    """All fields but text and its language, each with the candidates that were weighed. Raises: nothing."""
    url, hints = page.final_url, page.hints
    names = titles.site_names(structured, url)
    title, title_candidates = titles.decide(structured, content, hints, names)
    near = vicinity.around(tree, content)
    language = _chosen("language", _languages(page, structured))
    signed = bylines.decide(tree, structured, near, hints, names)
    when = moments.decide(page, tree, structured, near, language[0], content)
    main_image, images = media.images(structured, near, url)
    subtitle = _chosen("subtitle", _subtitles(structured, content, title))
    said = (candidate.value for candidate in (*title_candidates, *subtitle[1]))
    breadcrumbs = labels.breadcrumbs(structured, content, names, said)
    sections = tuple(labels.sections(structured, breadcrumbs[0], hints))
    section = _chosen("section", sections)
    tags = labels.tags(structured, content, hints)
    publisher = _chosen("publisher", _publishers(structured))
    standfirst = _chosen("standfirst", (("page:standfirst", content.standfirst),))
    description = _chosen("description", _metas(structured, *_DESCRIPTIONS))
    trail = (("page:breadcrumbs", label) for label in breadcrumbs[0])
    page_kind = kinds.kind(structured, url, title, (*sections, *trail))
    free = kinds.free(structured)
    canonical_url, addresses = _address(structured, url)
    return Fields(
        canonical_url=canonical_url,
        title=title,
        subtitle=subtitle[0],
        standfirst=standfirst[0],
        description=description[0],
        published=when.published,
        modified=when.modified,
        authors=signed.names,
        agency=signed.agency,
        section=section[0],
        tags=tags[0],
        breadcrumbs=breadcrumbs[0],
        publisher=publisher[0],
        language=language[0],
        main_image=main_image,
        images=images,
        videos=media.videos(structured, near, url),
        audios=media.audios(structured, near, url),
        free=free[0],
        page_kind=page_kind[0],
        rights=_rights(page, structured),
        candidates=(
            *title_candidates,
            *signed.candidates,
            *when.candidates,
            *addresses,
            *(candidate for field in (subtitle, standfirst, description, section, tags) for candidate in field[1]),
            *(candidate for field in (breadcrumbs, publisher, language, page_kind, free) for candidate in field[1]),
        ),
    )


def _chosen(field: str, answers: Iterable[Answer]) -> tuple[str | None, tuple[Candidate, ...]]:
    """The first answer, and all of them as candidates."""
    given = [(origin, text) for origin, text in answers if text]
    candidates = tuple(Candidate(field, text, origin, number == 0) for number, (origin, text) in enumerate(given))
    return candidates[0].value if candidates else None, candidates


def _metas(structured: Structured, *names: str) -> Iterator[Answer]:
    for name in names:
        yield f"meta:{name}", structured.first_meta(name)


def _address(structured: Structured, url: str) -> tuple[str, tuple[Candidate, ...]]:
    """Where the article lives: the first declared address that is plausible, else the one that answered."""
    links = structured.links.get("canonical", ())[:1]
    declared: list[Answer] = [
        *(("link:canonical", link) for link in links),
        ("meta:og:url", structured.first_meta("og:url")),
    ]
    given = [(origin, address) for origin, address in declared if address]
    own = canonical(url) or url
    chosen, by = own, "page:address"
    for origin, address in given:
        found = plausible_canonical(address, url)
        if found != own or canonical(address, own) == own:
            chosen, by = found, origin
            break
    return chosen, tuple(
        Candidate("canonical_url", address, origin, origin == by) for origin, address in (*given, ("page:address", url))
    )


def _languages(page: Page, structured: Structured) -> Iterator[Answer]:
    """The language tags that the page declares, its own element first."""
    found: tuple[Answer, ...] = (
        ("html:lang", structured.lang),
        ("json-ld:inLanguage", plain((structured.article or {}).get("inLanguage"))),
        *_metas(structured, "og:locale", "content-language", "dc.language", "language"),
        ("header:content-language", page.header("content-language")),
        (f"{page.hints.origin}:language", page.hints.language),
    )
    for origin, tag in found:
        if tag and _LANGUAGE.match(tag.strip()):
            yield origin, tag.strip().replace("_", "-")


def _subtitles(structured: Structured, content: Content, title: str | None) -> Iterator[Answer]:
    """Second titles that say neither the title nor the lead again."""
    declared = ((f"json-ld:{key}", plain((structured.article or {}).get(key))) for key in _SUBTITLES)
    known, lead = titles.squash(title or ""), titles.squash(content.standfirst or "")
    for origin, text in (("page:subtitle", content.subtitle), *declared):
        said = titles.squash(text or "")
        if text and 0 < len(text) <= titles.MAX_TITLE and (not known or known not in said) and said not in lead:
            yield origin, text.rstrip(" :|-–")


def _publishers(structured: Structured) -> Iterator[Answer]:
    organizations = [node for node in structured.nodes if "name" in node and "NewsMediaOrganization" in types(node)]
    found: tuple[Answer, ...] = (
        ("json-ld:publisher", plain((structured.article or {}).get("publisher"))),
        *_metas(structured, "og:site_name"),
        *(("json-ld:NewsMediaOrganization", plain(node.get("name"))) for node in organizations),
        *_metas(structured, "publisher", "application-name", "dc.publisher"),
    )
    return labels.usable(found)


def reserved(rights: Sequence[str]) -> tuple[str, ...]:
    """Of the rights signals those that ask machines to keep away. Raises: nothing."""
    return tuple(signal for signal in rights if signal != "tdm-reservation: 0" and not signal.startswith("tdm-policy:"))


def _rights(page: Page, structured: Structured) -> tuple[str, ...]:
    """What the page and its headers say of use by machines (TDMRep; `noai`)."""
    found = []
    for origin, text in (
        *(("robots", value) for value in structured.meta.get("robots", ())),
        *(("x-robots-tag", value) for name, value in page.headers if name == "x-robots-tag"),
    ):
        found += [f"{origin}: {signal.lower()}" for signal in _SIGNALS.findall(text)]
    for name in ("tdm-reservation", "tdm-policy", "ai.txt"):
        value = structured.first_meta(name) or page.header(name)
        if value:
            found.append(f"{name}: {value[:200]}")
    return tuple(dict.fromkeys(found))
