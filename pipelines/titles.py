"""The title: candidates, the site's name taken off, one decision."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.records import Candidate, Hints
from pipelines.structured import Structured, plain

MAX_TITLE = 300
"""Characters; what is longer is a paragraph. The longest title on the development pages has 250."""

_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:~/]+\s+|\s*[|｜ㅣ]\s*|\s*::\s*|：|\s+>\s+|\s*»\s+")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_DOMAIN = re.compile(r"^(?:www\.)?[\w-]+\.(?:[a-z]{2,6}|co\.uk)$", re.IGNORECASE)
MAX_SITE_NAME = 45
"""Characters; some pages put the article's title where the site's name belongs."""

_VISIBLE, _JSON_LD, _OPEN_GRAPH, _TAG = "page:headline", "json-ld:headline", "meta:og:title", "title"
_LONG_ENOUGH = 12
"""Letters of a declared title that is no mere kicker."""
_CUT = ("...", "…", "[…]")


def squash(text: str) -> str:
    """Letters and digits in lower case: what remains equal when typography differs. Raises: nothing."""
    return "".join(filter(str.isalnum, text.lower()))


def site_names(structured: Structured, url: str) -> frozenset[str]:
    """The publication's names, squashed, as the page and its address give them. Raises: nothing."""
    names = [
        *structured.meta.get("og:site_name", ())[:2],
        *structured.meta.get("application-name", ())[:1],
        *structured.meta.get("apple-mobile-web-app-title", ())[:1],
        *structured.meta.get("twitter:site", ())[:1],
        *structured.meta.get("publisher", ())[:1],
        *_publisher_names(structured.nodes),
    ]
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    names += [host, *_main_labels(host)]
    return frozenset(name for name in map(squash, names) if 1 < len(name) <= MAX_SITE_NAME)


def _main_labels(host: str) -> list[str]:
    labels = host.split(".")
    return [label for label in labels[:-1] if len(label) > 3] or labels[:1]


def _publisher_names(nodes: Iterable[Mapping[str, Any]]) -> list[str]:
    names = [plain(node.get("publisher")) for node in nodes]
    names += [
        plain(node.get("name")) for node in nodes if str(node.get("@type", "")).endswith(("Organization", "WebSite"))
    ]
    return [name for name in names if name and len(name) <= MAX_SITE_NAME]


def decide(
    structured: Structured, headline: str | None, hints: Hints, names: frozenset[str]
) -> tuple[str | None, tuple[Candidate, ...]]:
    """The title as printed, without the site's name, and the candidates.

    `headline` is the visible one. Raises: nothing.
    """
    found = _candidates(structured, headline, hints)
    said = {origin: bare(text, names, tuple(other for key, other in found if key != origin)) for origin, text in found}
    chosen = _choose(said)
    candidates = tuple(Candidate("title", text, origin, origin == chosen) for origin, text in found)
    return (said[chosen] if chosen else None), candidates


def _candidates(structured: Structured, headline: str | None, hints: Hints) -> list[tuple[str, str]]:
    article = structured.article or {}
    item = next((node for node in structured.items if "headline" in node), {})
    found = [
        (_VISIBLE, plain(headline)),
        (_JSON_LD, plain(article.get("headline")) or plain(article.get("name"))),
        ("microdata:headline", plain(item.get("headline"))),
        (_OPEN_GRAPH, structured.first_meta("og:title")),
        ("meta:twitter:title", structured.first_meta("twitter:title")),
        ("meta:title", structured.first_meta("title", "dc.title", "parsely-title", "sailthru.title", "citation_title")),
        (_TAG, structured.title_tag),
        (f"{hints.origin or 'hint'}:title", plain(hints.title)),
    ]
    return [(origin, text) for origin, text in found if text and len(text) <= MAX_TITLE]


def bare(title: str, names: frozenset[str], others: tuple[str, ...]) -> str:
    """`title` without the site's name and sections at its ends. `others` are the other candidates. Raises: nothing."""
    for other in others:
        if len(other) >= 15 and len(other) < len(title) and _is_end(title, other, names):
            return other if title.find(other) >= 0 else title
    for _ in range(3):
        pieces = list(_SEPARATOR.finditer(title))
        if not pieces:
            return title
        last, first = pieces[-1], pieces[0]
        if last.start() > 0 and _is_site(title[last.end() :], names):
            title = title[: last.start()]
        elif first.start() > 0 and _is_site(title[: first.start()], names):
            title = title[first.end() :]
        else:
            break
    return title.strip()


def _is_end(title: str, other: str, names: frozenset[str]) -> bool:
    """Whether `title` is `other` with a separator and some site name or section before or after it."""
    place = title.find(other)
    if place < 0:
        return False
    rest = title[:place] + title[place + len(other) :]
    edge = title[place + len(other) :] if place == 0 else title[:place]
    separated = bool(_SEPARATOR.match(edge) if place == 0 else _SEPARATOR.search(edge[-4:]))
    return separated and any(_is_site(piece, names) for piece in _SEPARATOR.split(rest) if piece)


def _is_site(piece: str, names: frozenset[str]) -> bool:
    piece = piece.strip(" .-|")
    squashed = squash(piece)
    if not squashed:
        return True
    if squashed in names or _DOMAIN.match(piece):
        return True
    return (
        len(squashed) > 4
        and len(squashed) < 40
        and any(
            (squashed in name or name in squashed) and min(len(name), len(squashed)) * 2 > max(len(name), len(squashed))
            for name in names
        )
    )


def _choose(said: Mapping[str, str]) -> str | None:
    """The visible headline, if there is one; what most sources agree on otherwise.

    Where all declared titles differ from it, people who wrote down the titles of the development pages took what
    readers see (70 of 95 pages). Two exceptions: a declared title that ends the headline (a kicker stands before it),
    and three unanimous ones that hold the headline or stand in it (the kicker is printed elsewhere, or runs into it).
    """
    keys = {origin: squash(text) for origin, text in said.items()}
    headline = keys.get(_VISIBLE, "")
    declared = [keys[origin] for origin in (_JSON_LD, _OPEN_GRAPH, _TAG) if keys.get(origin)]
    if not headline:
        return max(said, key=lambda origin: _support(origin, said, keys), default=None)
    if headline in declared:
        return _with_all_spaces(said, keys)
    for origin in (_JSON_LD, _OPEN_GRAPH):
        title = keys.get(origin, "")
        if len(title) > _LONG_ENOUGH and headline.endswith(title):
            return origin
    if len(declared) == 3 and len(set(declared)) == 1 and (headline in declared[0] or declared[0] in headline):
        return _JSON_LD
    return _VISIBLE


def _with_all_spaces(said: Mapping[str, str], keys: Mapping[str, str]) -> str:
    """The visible headline, or the same in a declared title where words of two elements ran together."""
    same = [origin for origin in (_VISIBLE, _JSON_LD, _OPEN_GRAPH, _TAG) if keys.get(origin) == keys[_VISIBLE]]
    return max(same, key=lambda origin: len(_WORD.findall(said[origin])))


def _support(origin: str, said: Mapping[str, str], keys: Mapping[str, str]) -> tuple[float, int]:
    """How many sources say the same, and, among equals, the order of the sources."""
    total = float(sum(key == keys[origin] for key in keys.values()))
    if said[origin].endswith(_CUT) or not keys[origin]:
        total -= 2
    return total, -list(said).index(origin)
