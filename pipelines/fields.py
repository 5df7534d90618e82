"""Every field's candidates, and one decision each."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import lxml.html
from lxml import etree

from pipelines import bylines, media, moments, titles, vicinity
from pipelines.content import Content
from pipelines.records import Candidate, Image, Page, PageKind, Timestamp, Video
from pipelines.structured import FIELD_NAMES, Node, Structured, elements, plain, texts, types, values
from pipelines.urls import canonical, plausible_canonical

MAX_TAGS = 40
MAX_LABEL = 80
"""Characters of a tag, a section or a breadcrumb; what is longer is something else."""

_KINDS = (
    (PageKind.LIVE_BLOG, frozenset({"LiveBlogPosting"})),
    (PageKind.REVIEW, frozenset({"ReviewNewsArticle", "CriticReview", "Review"})),
    (PageKind.OPINION, frozenset({"OpinionNewsArticle"})),
    (PageKind.GALLERY, frozenset({"ImageGallery", "MediaGallery"})),
    (PageKind.VIDEO, frozenset({"VideoObject"})),
)
_OPINION = re.compile(
    r"^(?:opinion|opinions|comment|commentary|commentisfree|editorials?|columns?|columnists?|op-?eds?|debate|"
    r"meinung|kommentare?|kolumnen?|leitartikel|debatte|debat|kronik|kronikk|klumme|leder|ledere|meninger|ledare|debatt|"
    r"opini[oó]n|tribunas?|columnas?|opiniao|opinião|id[ée]es|tribune|éditos?|edito|opinioni|commenti|editoriale|opinie|"
    r"opinia|publicystyka|felietony|komentáře|názory|mielipide|yazarlar|köşe-yazıları|мнения|колонки|社説|コラム|사설|오피니언|评论)$",
    re.IGNORECASE,
)
_INTERVIEW = re.compile(
    r"^(?:interviews?|entretiens?|entrevistas?|interviste|intervista|wywiady?|rozhovory?|интервью)$", re.IGNORECASE
)
_REVIEW = re.compile(
    r"^(?:reviews?|anmeldelser?|rezensionen?|kritiken?|critiques?|cr[ií]ticas?|recensioni|recenze|recensioner)$",
    re.IGNORECASE,
)
_GALLERY = re.compile(
    r"^(?:galler(?:y|ies)|photos?|bilder|fotostrecken?|galerie|galerias?|fotogalerie|diaporamas?|slideshows?)$",
    re.IGNORECASE,
)
_SIGNALS = re.compile(r"noai|noimageai|noml|nollm", re.IGNORECASE)
_CRUMBS = etree.XPath("(//*[contains(@class,'readcrumb')])[1]//a")
_HOME = frozenset(FIELD_NAMES["breadcrumbs"]["home"])
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*$", re.IGNORECASE)
_SPLIT_TAGS = re.compile(r"\s*[,;|、，]\s*")


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
    url = page.final_url
    names = titles.site_names(structured, url)
    title, title_candidates = titles.decide(structured, content.headline, page.hints, names)
    near = vicinity.around(tree, tuple(filter(None, (content.headline, title, structured.title_tag))))
    language = _chosen("language", _languages(page, structured))
    signed = bylines.decide(tree, structured, near, page.hints, names)
    when = moments.decide(page, tree, structured, near, language[0])
    main_image, images = media.images(tree, structured, near, url)
    videos = media.videos(tree, structured, near, url)
    breadcrumbs = _breadcrumbs(tree, structured, title)
    section = _chosen("section", _sections(structured, breadcrumbs, page))
    publisher = _chosen("publisher", _publishers(structured))
    description = _chosen("description", _metas(structured, "description", "og:description", "twitter:description"))
    declared_url = next(iter(structured.links.get("canonical", ())), None)
    canonical_url = plausible_canonical(declared_url, url)
    return Fields(
        canonical_url=canonical_url,
        title=title,
        subtitle=_subtitle(structured, title),
        standfirst=content.standfirst,
        description=description[0],
        published=when.published,
        modified=when.modified,
        authors=signed.names,
        agency=signed.agency,
        section=section[0],
        tags=_tags(structured, page),
        breadcrumbs=breadcrumbs,
        publisher=publisher[0],
        language=language[0],
        main_image=main_image,
        images=images,
        videos=videos,
        audios=media.audios(tree, structured, near, url),
        free=_free(structured),
        page_kind=_kind(structured, section[0], breadcrumbs),
        rights=_rights(page, structured),
        candidates=(
            *title_candidates,
            *signed.candidates,
            *when.candidates,
            *_standfirsts(content),
            *description[1],
            *section[1],
            *publisher[1],
            *language[1],
            *_addresses(url, declared_url, canonical_url),
        ),
    )


_Answer = tuple[str, str | None]
"""Where an answer stands, and the answer."""


def _chosen(field: str, answers: Iterable[_Answer]) -> tuple[str | None, tuple[Candidate, ...]]:
    """The first answer, and all of them as candidates."""
    given = [(origin, text) for origin, text in answers if text]
    candidates = tuple(Candidate(field, text, origin, number == 0) for number, (origin, text) in enumerate(given))
    return candidates[0].value if candidates else None, candidates


def _metas(structured: Structured, *names: str) -> Iterator[_Answer]:
    for name in names:
        yield f"meta:{name}", structured.first_meta(name)


def _standfirsts(content: Content) -> tuple[Candidate, ...]:
    return (Candidate("standfirst", content.standfirst, "page:standfirst", True),) if content.standfirst else ()


def _addresses(url: str, declared: str | None, chosen: str) -> tuple[Candidate, ...]:
    """The canonical link and the address that answered; the link is passed over where it is not plausible."""
    answers = [("link:canonical", declared), ("page:address", url)]
    given = [(origin, text) for origin, text in answers if text]
    by_link = declared is not None and canonical(declared) == chosen
    return tuple(
        Candidate("canonical_url", text, origin, (origin == "link:canonical") == by_link) for origin, text in given
    )


def _languages(page: Page, structured: Structured) -> Iterator[_Answer]:
    """The language tags that the page declares, its own element first."""
    found: tuple[_Answer, ...] = (
        ("html:lang", structured.lang),
        ("json-ld:inLanguage", plain((structured.article or {}).get("inLanguage"))),
        *_metas(structured, "og:locale", "content-language", "dc.language", "language"),
        ("header:content-language", page.header("content-language")),
        (f"{page.hints.origin}:language", page.hints.language),
    )
    for origin, tag in found:
        if tag and _LANGUAGE.match(tag.strip()):
            yield origin, tag.strip().replace("_", "-")


def _subtitle(structured: Structured, title: str | None) -> str | None:
    for key in ("alternativeHeadline", "alternateName"):
        text = plain((structured.article or {}).get(key))
        if text and text != title and len(text) <= titles.MAX_TITLE:
            return text
    return None


def _labels(found: list[str | None]) -> list[str]:
    return [text for text in dict.fromkeys(found) if text and len(text) <= MAX_LABEL and not text.startswith("http")]


def _sections(structured: Structured, breadcrumbs: tuple[str, ...], page: Page) -> Iterator[_Answer]:
    found = [("json-ld:articleSection", text) for text in texts(values(structured.article, "articleSection"))]
    for name in ("article:section", "parsely-section", "section", "cxenseparse:recs:category"):
        found += [(f"meta:{name}", text) for text in structured.meta.get(name, ())]
    found += [("page:breadcrumbs", text) for text in breadcrumbs[-1:]]
    found += [(f"{page.hints.origin}:section", page.hints.section)] if page.hints.section else []
    return ((origin, text) for origin, text in found if _labels([text]))


def _tags(structured: Structured, page: Page) -> tuple[str, ...]:
    raw = [*texts(values(structured.article, "keywords")), *structured.meta.get("article:tag", ())]
    raw = raw or [*structured.meta.get("news_keywords", ())] or [*structured.meta.get("keywords", ())]
    split = [part.strip() for text in raw for part in _SPLIT_TAGS.split(text)]
    return tuple(_labels([*split]) or _labels([*page.hints.tags]))[:MAX_TAGS]


def _breadcrumbs(tree: lxml.html.HtmlElement, structured: Structured, title: str | None) -> tuple[str, ...]:
    """From the home page downwards, without it and without the article itself."""
    found: list[str | None] = []
    for node in (*structured.nodes, *structured.items):
        if "BreadcrumbList" in types(node):
            entries = [entry for entry in values(node, "itemListElement") if isinstance(entry, dict)]
            found = [plain(entry.get("name")) or plain(entry.get("item")) for entry in sorted(entries, key=_position)]
            break
    else:
        found = [plain(link.text_content()[:200]) for link in elements(_CRUMBS, tree)[:10]]
    same = titles.squash(title or "")
    labels = [text for text in _labels(found) if titles.squash(text) != same and "/" not in text[:1]]
    return tuple(labels[1:] if labels and titles.squash(labels[0]) in _HOME else labels)[:10]


def _position(entry: Node) -> int:
    position = plain(entry.get("position")) or ""
    return int(position) if position.isdecimal() and len(position) < 5 else 0


def _publishers(structured: Structured) -> Iterator[_Answer]:
    organizations = [node for node in structured.nodes if "NewsMediaOrganization" in types(node)]
    found: tuple[_Answer, ...] = (
        ("json-ld:publisher", plain((structured.article or {}).get("publisher"))),
        *_metas(structured, "og:site_name"),
        *(("json-ld:NewsMediaOrganization", plain(node.get("name"))) for node in organizations),
        *_metas(structured, "publisher", "application-name", "dc.publisher"),
    )
    return ((origin, text) for origin, text in found if _labels([text]))


def _free(structured: Structured) -> bool | None:
    for node in (structured.article, *structured.nodes):
        said = (node or {}).get("isAccessibleForFree")
        if said is not None:
            return str(said).strip().rsplit("/", 1)[-1].lower() not in ("false", "0", "no")
    tier = (structured.first_meta("article:content_tier", "og:article:content_tier") or "").lower()
    if tier in ("locked", "metered", "free"):
        return tier == "free"
    return None


def _kind(structured: Structured, section: str | None, breadcrumbs: tuple[str, ...]) -> PageKind:
    own = set(types(structured.article))
    for kind, names in _KINDS:
        if own & names:
            return kind
    if (structured.first_meta("og:type") or "").startswith("video"):
        return PageKind.VIDEO
    labels = [label for label in (section, *breadcrumbs) if label]
    for pattern, kind in (
        (_OPINION, PageKind.OPINION),
        (_INTERVIEW, PageKind.INTERVIEW),
        (_REVIEW, PageKind.REVIEW),
        (_GALLERY, PageKind.GALLERY),
    ):
        if any(pattern.match(label) for label in labels):
            return kind
    return PageKind.ARTICLE


def _rights(page: Page, structured: Structured) -> tuple[str, ...]:
    """What the page and its headers say of use by machines (TDMRep; `noai`)."""
    found = []
    for origin, text in (
        *(("robots", value) for value in structured.meta.get("robots", ())),
        *(("x-robots-tag", value) for name, value in page.headers if name == "x-robots-tag"),
    ):
        found += [f"{origin}: {signal.lower()}" for signal in _SIGNALS.findall(text)]
    for name in ("tdm-reservation", "tdm-policy"):
        value = structured.first_meta(name) or page.header(name)
        if value:
            found.append(f"{name}: {value[:200]}")
    return tuple(dict.fromkeys(found))
