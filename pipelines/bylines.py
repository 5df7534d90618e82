"""Who wrote it: the candidates for authors and agency, and the decision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import lxml.html

from pipelines.byline_lines import SURE, find_signature
from pipelines.byline_text import read_line
from pipelines.names import MAX_BYLINE, MAX_NAMES, is_agency, is_house, looks_like_person, split
from pipelines.records import Candidate, Hints
from pipelines.structured import FIELD_NAMES, Structured, about_page, plain, types, values
from pipelines.vicinity import Vicinity

_NEAR = 15
"""Lines from the headline among which a declared name is looked for."""
_MOSTLY = 0.8
"""Share of a line of names without a word for "by" that is names."""
_META: list[str] = FIELD_NAMES["meta"]["authors"]

# How good an answer is, best first.
_PEOPLE = 5.0
"""Declared, and in the shape of people's names."""
_SIGNED = 4.0
"""Printed where a byline stands, in the shape of people's names."""
_HANDLE = 3.0
"""Declared, in another shape: a pen name, an account."""
_PERHAPS = 2.5
"""Printed where a byline may stand."""
_PEN_NAME = 2.2
"""Printed where a byline stands, in another shape."""
_OFFICE = 2.0
"""An agency, or what is declared as an organization."""
_HOUSE = 1.6
"""The site itself, as readers see it."""
_SOURCE = 1.0
"""An agency that is printed without a word for "by"."""


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
    sure: bool = True
    """Whether the line that was read is a byline beyond doubt."""


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
    sources = [signed for signed in _declared(structured, hints) if signed.names]
    names = [name for signed in sources for name in signed.names]
    twice = frozenset(name for name in names if names.count(name) > 1)
    weights = [_weight(signed, site_names, twice) for signed in sources]
    if max(weights, default=0.0) < _PEOPLE and (found := find_signature(tree, vicinity, site_names)):
        origin, sure = ("page:byline", True) if found.by else ("page:line", found.score > SURE)
        sources.append(_Signed(found.names, origin, printed=True, sure=sure))
        weights.append(_weight(sources[-1], site_names, twice))
    place = max(range(len(sources)), key=weights.__getitem__, default=None)
    best = sources[place] if place is not None and weights[place] > 0 else None
    chosen = _completed(best, sources, vicinity, site_names) if best else ()
    agency = next((name for name in (*chosen, *names) if is_agency(name)), None)
    candidates = tuple(
        Candidate("authors", "; ".join(signed.names), signed.origin, signed is best and bool(chosen))
        for signed in sources
    )
    return Authors(chosen, agency, candidates)


def _weight(signed: _Signed, site_names: frozenset[str], twice: frozenset[str]) -> float:
    """How good a source's answer is: people before agencies and organizations; 0 for what is no signature.

    The site's own name counts where it is declared as an organization, printed as a byline, or declared in two places
    (`twice`); in a single one it is what publishing systems fill in when nobody is named.
    """
    own = [name for name in signed.names if not is_house(name, site_names) and not is_agency(name)]
    if own and not signed.organization:
        people = all(map(looks_like_person, own))
        if not signed.origin.startswith("page:"):
            return _PEOPLE if people else _HANDLE
        return (_SIGNED if signed.sure else _PERHAPS) if people else _PEN_NAME
    if signed.organization or any(map(is_agency, signed.names)):
        return _SOURCE if signed.origin == "page:line" else _OFFICE
    return _HOUSE if signed.printed or not twice.isdisjoint(signed.names) else 0.0


def _completed(
    best: _Signed, sources: list[_Signed], vicinity: Vicinity, site_names: frozenset[str]
) -> tuple[str, ...]:
    """The best source's names, with further people from a source or a line that names all of these."""
    names = tuple(dict.fromkeys(best.names))
    people = tuple(name for name in names if not is_house(name, site_names))
    if all(map(is_agency, people)):
        return names
    printed = [line.text for line in vicinity.lines if 0 < line.distance <= _NEAR and people[0] in line.text]
    others = [signed.names for signed in sources if signed.origin.startswith("meta:")]
    others += [line.names for line in map(read_line, printed) if line.by or line.share > _MOSTLY]
    for other in others:
        own = tuple(name for name in dict.fromkeys(other) if not is_house(name, site_names))
        if set(people) < set(own) and all(map(looks_like_person, own)):
            people = own
    return people


# ---------------------------------------------------------------- what pages declare, best first


def _declared(structured: Structured, hints: Hints) -> Iterator[_Signed]:
    yield from _of_node(structured.article, "json-ld:author")
    for node in about_page(structured):
        yield from _of_node(node, "microdata:author")
    for name in filter(structured.meta.__contains__, _META):
        raw = [value for value in structured.meta[name] if _is_name_like(value)]
        if name.startswith("twitter") and "written" not in (structured.first_meta("twitter:label1") or "").lower():
            continue
        yield _Signed(_all_names(raw), f"meta:{name}", printed=name.startswith("twitter"))
    yield _Signed(_all_names(hints.authors), f"{hints.origin or 'hint'}:author")


def _of_node(node: Mapping[str, Any] | None, origin: str) -> Iterator[_Signed]:
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
