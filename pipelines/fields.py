"""Every field's candidates, and one decision each."""

import re
from dataclasses import dataclass

import lxml.html
from lxml import etree

from pipelines import bylines, media, moments, titles, vicinity
from pipelines.content import Content
from pipelines.records import Candidate, Image, Page, PageKind, Timestamp, Video
from pipelines.structured import FIELD_NAMES, Node, Structured, elements, plain, texts, types, values
from pipelines.urls import plausible_canonical

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
    language = declared_language(page, structured)
    signed = bylines.decide(tree, structured, near, page.hints, names)
    when = moments.decide(page, tree, structured, near, language)
    main_image, images = media.images(tree, structured, near, url)
    videos = media.videos(tree, structured, near, url)
    breadcrumbs = _breadcrumbs(tree, structured, title)
    section = _section(structured, breadcrumbs, page)
    return Fields(
        canonical_url=plausible_canonical(next(iter(structured.links.get("canonical", ())), None), url),
        title=title,
        subtitle=_subtitle(structured, title),
        standfirst=content.standfirst,
        description=structured.first_meta("description", "og:description", "twitter:description"),
        published=when.published,
        modified=when.modified,
        authors=signed.names,
        agency=signed.agency,
        section=section,
        tags=_tags(structured, page),
        breadcrumbs=breadcrumbs,
        publisher=_publisher(structured),
        language=language,
        main_image=main_image,
        images=images,
        videos=videos,
        audios=media.audios(tree, structured, near, url),
        free=_free(structured),
        page_kind=_kind(structured, section, breadcrumbs),
        rights=_rights(page, structured),
        candidates=title_candidates + signed.candidates + when.candidates,
    )


def declared_language(page: Page, structured: Structured) -> str | None:
    """The language tag that the page declares, its own element first. Raises: nothing."""
    found = (
        structured.lang,
        plain((structured.article or {}).get("inLanguage")),
        structured.first_meta("og:locale", "content-language", "dc.language", "language"),
        page.header("content-language"),
        page.hints.language,
    )
    return next((tag.strip().replace("_", "-") for tag in found if tag and _LANGUAGE.match(tag.strip())), None)


def _subtitle(structured: Structured, title: str | None) -> str | None:
    for key in ("alternativeHeadline", "alternateName"):
        text = plain((structured.article or {}).get(key))
        if text and text != title and len(text) <= titles.MAX_TITLE:
            return text
    return None


def _labels(found: list[str | None]) -> list[str]:
    return [text for text in dict.fromkeys(found) if text and len(text) <= MAX_LABEL and not text.startswith("http")]


def _section(structured: Structured, breadcrumbs: tuple[str, ...], page: Page) -> str | None:
    declared = [
        *texts(values(structured.article, "articleSection")),
        *structured.meta.get("article:section", ()),
        *structured.meta.get("parsely-section", ()),
        *structured.meta.get("section", ()),
        *structured.meta.get("cxenseparse:recs:category", ()),
    ]
    hinted = [page.hints.section] if page.hints.section else []
    return next(iter(_labels([*declared, *breadcrumbs[-1:], *hinted])), None)


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


def _publisher(structured: Structured) -> str | None:
    found = [plain((structured.article or {}).get("publisher")), structured.first_meta("og:site_name")]
    found += [plain(node.get("name")) for node in structured.nodes if "NewsMediaOrganization" in types(node)]
    found += [structured.first_meta("publisher", "application-name", "dc.publisher")]
    return next(iter(_labels(found)), None)


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
