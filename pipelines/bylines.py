"""Who wrote it: the candidates for authors and agency, and the decision."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import lxml.html
from lxml import etree

from pipelines.names import MAX_BYLINE, MAX_NAMES, after_by, is_agency, is_desk, looks_like_person, split, without_by
from pipelines.records import Candidate, Hints
from pipelines.structured import FIELD_NAMES, Structured, about_page, elements, path_of, plain, types, values
from pipelines.vicinity import Vicinity, elsewhere

_IN_TEXT = "text:byline"
_PERSON = 4.0
_NEAR = 15
"""Lines from the headline among which a byline is looked for."""
_SHORT_LINE = 80
"""Characters of the longest line that may be nothing but a signature."""

_AUTHOR_HREF = re.compile(
    r"/(?:authors?|autor(?:en|es|in|zy)?|auteurs?|autore|autori|forfatter|skribent|by|byline|people|person|profiles?|"
    r"staff|team|contributors?|columnists?|reporters?|journalists?|journalisten?|redaktion|redaktor|writers?|editors?|"
    r"firma|firmas|yazar|yazarlar|penulis|avtor|kirjoittaja|users?|members?|experts?|toireporter)(?:[/.?_-]|$)",
    re.IGNORECASE,
)
_MARKED = etree.XPath(
    "(//@class[contains(., 'uthor') or contains(., 'yline') or contains(., 'utor') or contains(., 'uteur')"
    " or contains(., 'skribent') or contains(., 'forfatter') or contains(., 'writer')"
    " or contains(concat(' ', ., ' '), ' fn ')])[position() <= 200]/.."
    " | (//a[@rel='author'])[position() <= 50] | (//*[@itemprop='author'])[position() <= 50]"
)
_GROUP = 4
"""Levels below the grandparent of the first byline at which further names still belong to it."""
_ASCII_WORD = re.compile(r"[a-z]+")
_BYLINE_TOKENS = frozenset(FIELD_NAMES["tokens"]["byline"])
_META: list[str] = FIELD_NAMES["meta"]["authors"]


@dataclass(frozen=True, slots=True)
class Authors:
    names: tuple[str, ...] = ()
    agency: str | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Signed:
    """One source's answer."""

    names: tuple[str, ...]
    origin: str
    organization: bool = False
    """Declared as one."""
    printed: bool = False
    """Readers see it."""


def decide(
    tree: lxml.html.HtmlElement,
    structured: Structured,
    vicinity: Vicinity,
    hints: Hints,
    site_names: frozenset[str],
) -> Authors:
    """The people who signed, as printed, from the best source that names any.

    An agency that signs is an author too, as readers see it; without people, so is a newsroom. `site_names` are
    squashed names of the publication (`titles.squash`). Raises: nothing.
    """
    sources = list(_enough(_sources(tree, structured, vicinity, hints), site_names))
    if not any(_weight(signed, site_names, frozenset()) >= _PERSON for signed in sources):
        sources = [replace(signed, printed=signed.printed or _is_printed(signed, vicinity)) for signed in sources]
    everyone = [name for signed in sources for name in signed.names]
    twice = frozenset(name for name in everyone if everyone.count(name) > 1)
    weights = [_weight(signed, site_names, twice) for signed in sources]
    best = sources[weights.index(max(weights))] if max(weights, default=0.0) > 0 else None
    chosen = best.names if best else ()
    if any(not _is_house(name, site_names) and not is_agency(name) for name in chosen):
        chosen = tuple(name for name in chosen if not _is_house(name, site_names))
    agency = next((name for name in (*chosen, *everyone) if is_agency(name)), None)
    candidates = tuple(
        Candidate("authors", "; ".join(signed.names), signed.origin, signed is best and bool(chosen))
        for signed in sources
    )
    return Authors(tuple(dict.fromkeys(chosen)), agency, candidates)


def _enough(sources: Iterator[_Signed], site_names: frozenset[str]) -> Iterator[_Signed]:
    """The sources that name anyone; the page's text is only searched when its data doesn't name a person."""
    person = False
    for signed in sources:
        if signed.origin.startswith(("page:", "text:")) and person:
            return
        if signed.names:
            person = person or _weight(signed, site_names, frozenset()) >= _PERSON
            yield signed


def _weight(signed: _Signed, site_names: frozenset[str], twice: frozenset[str]) -> float:
    """How good a source's answer is: people before agencies and organizations; 0 for what is no signature.

    The site's own name counts where it is declared as an organization, printed as a byline, or declared in two places
    (`twice`); in a single one it is what publishing systems fill in when nobody is named.
    """
    people = [name for name in signed.names if not _is_house(name, site_names) and not is_agency(name)]
    if people and not signed.organization:
        return 3.0 if signed.origin == _IN_TEXT else _PERSON
    if signed.organization or any(is_agency(name) for name in signed.names):
        return 2.0
    return 1.6 if signed.printed or not twice.isdisjoint(signed.names) else 0.0


def _is_printed(signed: _Signed, vicinity: Vicinity) -> bool:
    """Whether a line under the headline is one of the names, or begins with it."""
    wanted = tuple(name.lower() for name in signed.names)
    return any(
        0 < line.distance <= _NEAR
        and len(line.text) <= _SHORT_LINE
        and without_by(line.text.lower()).startswith(wanted)
        for line in vicinity.lines
    )


def _is_house(name: str, site_names: frozenset[str]) -> bool:
    squashed = "".join(filter(str.isalnum, name.lower()))
    return squashed in site_names or is_desk(name)


# ---------------------------------------------------------------- sources, best first


def _sources(
    tree: lxml.html.HtmlElement, structured: Structured, vicinity: Vicinity, hints: Hints
) -> Iterator[_Signed]:
    yield from _declared(structured.article, "json-ld:author")
    for node in about_page(structured):
        yield from _declared(node, "microdata:author")
    for name in _META:
        raw = [value for value in structured.meta.get(name, ()) if _is_name_like(value)]
        if name.startswith("twitter") and "written" not in (structured.first_meta("twitter:label1") or "").lower():
            continue
        yield _Signed(_all_names(raw), f"meta:{name}", printed=name.startswith("twitter"))
    yield _Signed(_all_names(hints.authors), f"{hints.origin or 'hint'}:author")
    yield _Signed((), "page:")
    yield from _marked(tree, vicinity)
    yield from _visible(vicinity)


def _declared(node: Mapping[str, Any] | None, origin: str) -> Iterator[_Signed]:
    for key in ("author", "creator"):
        entries = values(node, key)
        names: list[str] = []
        organization = all(any("Organization" in name for name in types(entry)) for entry in entries)
        for entry in entries[:MAX_NAMES]:
            text = _author_text(entry)
            if text and _is_name_like(text):
                names.extend(split(text))
        if names:
            yield _Signed(tuple(names), origin, organization)
            return


def _author_text(entry: Any) -> str | None:
    if isinstance(entry, dict):
        name = plain(entry.get("name"))
        if name:
            return name
        parts = (plain(entry.get("givenName")), plain(entry.get("familyName")))
        return " ".join(filter(None, parts)) or None
    return plain(entry)


def _is_name_like(text: str) -> bool:
    return len(text) <= MAX_BYLINE and not text.startswith(("http", "/", "www.", "(", "{", "[")) and "{{" not in text


def _all_names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts for name in split(text)))[:MAX_NAMES]


def _marked(tree: lxml.html.HtmlElement, vicinity: Vicinity) -> Iterator[_Signed]:
    """Elements that call themselves author or byline, links to authors' pages."""
    found: list[str] = []
    group: lxml.html.HtmlElement | None = None
    for element in elements(_MARKED, tree)[:80]:
        tokens = set(
            _ASCII_WORD.findall(" ".join(filter(None, map(element.get, ("class", "rel", "itemprop")))).lower())
        )
        if not tokens & _BYLINE_TOKENS or (group is not None and group not in islice(element.iterancestors(), _GROUP)):
            continue
        if elsewhere(element, vicinity.headline):
            continue
        names = _names_in(element)
        if names and group is None:
            group = next(islice(element.iterancestors(), 1, 2), element)
        found.extend(names)
    if found:
        yield _Signed(tuple(dict.fromkeys(found))[:MAX_NAMES], "page:byline", printed=True)


def _names_in(element: lxml.html.HtmlElement) -> tuple[str, ...]:
    links = [
        (text, link.get("rel") == "author")
        for link in ([element] if element.tag == "a" else element.iter("a"))
        if (text := plain(link.text_content()[:MAX_BYLINE]))
        and (_AUTHOR_HREF.search(path_of(link.get("href") or "")) or link.get("rel") == "author")
    ]
    names = tuple(
        name
        for text, marked in links
        for name in split(text)
        if looks_like_person(name) or (marked and not is_desk(name))
    )
    if names:
        return tuple(dict.fromkeys(names))
    text = plain(" ".join(element.itertext())[: MAX_BYLINE * 2])
    if not text or len(text) > MAX_BYLINE:
        return ()
    return tuple(name for name in split(text) if looks_like_person(name) or is_agency(name))


def _visible(vicinity: Vicinity) -> Iterator[_Signed]:
    """Lines near the headline that say "By" in some language."""
    lines = vicinity.lines
    near = [number for number in range(len(lines)) if abs(lines[number].distance) <= _NEAR]
    for number in sorted(near, key=lambda number: abs(lines[number].distance)):
        text = after_by(lines[number].text, lines[number + 1].text if number + 1 < len(lines) else "")
        names = [name for name in split(text) if looks_like_person(name) or is_agency(name)] if text else []
        if names and len(lines[number].text) <= MAX_BYLINE:
            yield _Signed(tuple(names), _IN_TEXT, printed=True)
            return
