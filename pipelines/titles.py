"""The title: candidates, the site's name taken off, one decision."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pipelines.content import Content
from pipelines.records import Candidate, Hints
from pipelines.structured import Structured, plain, types

MAX_TITLE = 300
"""Characters; what is longer is a paragraph. The longest title on the development pages has 250."""
MAX_SITE_NAME = 45
"""Characters; some pages put the article's title where the site's name belongs."""

_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:~/]+\s+|\s*[|｜ㅣ]\s*|\s*::\s*|：|\s+>\s+|\s*»\s+")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_NO_LETTERS = re.compile(r"[\W_]+")
_DOMAIN = re.compile(r"^(?:www\.)?[\w-]+\.(?:[a-z]{2,6}|co\.uk)$", re.IGNORECASE)

_PRINTED = "page:headline"
_BELOW = ("page:second heading", "page:third heading")
"""The headings right below the headline."""
_JSON_LD, _OPEN_GRAPH, _TAG = "json-ld:headline", "meta:og:title", "title"
_METAS = {
    _OPEN_GRAPH: ("og:title",),
    "meta:twitter:title": ("twitter:title",),
    "meta:title": ("title", "dc.title", "parsely-title", "sailthru.title", "citation_title"),
    "meta:headline": ("headline", "hdl", "article.headline"),
}
_LONG_ENOUGH = 12
"""Letters of a title that is no mere kicker."""
_WHOLE = 15
"""Characters of a title that may stand for a longer one that ends in the site's name."""
_MEMORY = 500
"""Texts remembered: a page says its title in up to ten places, and sites their names on every page."""
_CUT = ("...", "…", "[…]")


@lru_cache(_MEMORY)
def squash(text: str) -> str:
    """Letters and digits in lower case: what remains equal when typography differs. Raises: nothing."""
    return _NO_LETTERS.sub("", text.lower())


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
    names = [plain(node["publisher"]) for node in nodes if "publisher" in node]
    names += [
        plain(node.get("name")) for node in nodes if str(node.get("@type", "")).endswith(("Organization", "WebSite"))
    ]
    return [name for name in names if name and len(name) <= MAX_SITE_NAME]


def decide(
    structured: Structured, content: Content, hints: Hints, names: frozenset[str]
) -> tuple[str | None, tuple[Candidate, ...]]:
    """The title, without the site's name, and the candidates as they were found.

    `names` are the site's, from `site_names`. Raises: nothing.
    """
    found = {origin: text for origin, text in _candidates(structured, content, hints) if len(text) <= MAX_TITLE}
    texts = tuple(dict.fromkeys(found.values()))
    cleaned = {text: bare(text, names, texts) for text in texts}
    said = {origin: cleaned[text] for origin, text in found.items()}
    chosen = _choose(said, newsroom=is_news(structured))
    candidates = tuple(Candidate("title", text, origin, origin == chosen) for origin, text in found.items())
    return (said[chosen] if chosen else None), candidates


def is_news(structured: Structured) -> bool:
    """Whether the page's data call it a piece of a newsroom and not just an article or a page. Raises: nothing."""
    return any(name.endswith("NewsArticle") or name == "LiveBlogPosting" for name in types(structured.article))


def _candidates(structured: Structured, content: Content, hints: Hints) -> Iterator[tuple[str, str]]:
    article = structured.article or {}
    item = next((node for node in structured.items if "headline" in node), {})
    if content.headline:
        yield _PRINTED, content.headline
        yield from zip(_BELOW, _headings_below(content), strict=False)
    if text := plain(article.get("headline")) or plain(article.get("name")):
        yield _JSON_LD, text
    if text := plain(item.get("headline")):
        yield "microdata:headline", text
    for origin, keys in _METAS.items():
        if text := structured.first_meta(*keys):
            yield origin, text
    if structured.title_tag:
        yield _TAG, structured.title_tag
    if text := plain(hints.title):
        yield f"{hints.origin or 'hint'}:title", text


def _headings_below(content: Content) -> list[str]:
    """The texts of the headings, of no higher level, right below the headline."""
    headline = content.headline_block
    if headline is None:
        return []
    below = content.table.blocks[headline.index + 1 : headline.index + 1 + len(_BELOW)]
    return [block.text for block in below if 1 <= headline.level <= block.level <= 3]


def bare(title: str, names: frozenset[str], others: tuple[str, ...]) -> str:
    """`title` without the site's name and sections at its ends. `others` are the other candidates. Raises: nothing."""
    if not _SEPARATOR.search(title):
        return title
    for other in others:
        if _WHOLE <= len(other) < len(title) and _is_end(title, other, names):
            return other
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


def _choose(said: Mapping[str, str], newsroom: bool) -> str | None:
    """The origin of the title: the printed headline, if there is one; what most sources agree on otherwise.

    Where all declared titles differ from it, people who wrote down the titles of the development pages took what
    readers see (70 of 95 pages). The exceptions: a declared title that ends the headline (a kicker stands before it),
    and what `_editorial` says.
    """
    keys = {origin: squash(text) for origin, text in said.items()}
    headline = keys.get(_PRINTED)
    if not headline:
        return max(said, key=lambda origin: _support(origin, said, keys), default=None)
    if newsroom and (origin := _editorial(headline, keys)):
        return origin
    if headline in (keys.get(_JSON_LD), keys.get(_OPEN_GRAPH), keys.get(_TAG)):
        return _with_all_spaces(said, keys)
    for origin in (_JSON_LD, _OPEN_GRAPH):
        title = keys.get(origin, "")
        if len(title) > _LONG_ENOUGH and headline.endswith(title):
            return origin
    return _PRINTED


def _editorial(headline: str, keys: Mapping[str, str]) -> str | None:
    """The title that a newsroom gave its piece, where the headline was printed for search engines or is half of it.

    Measured on the development pages whose data say that they are news:
    a heading right below the headline that is declared, too, but for a kicker: right on 8 of 13 pages, 4 of 5 houses;
    JSON-LD and OpenGraph agree, and the title tag repeats the headline: 3 of 3;
    all three agree, and the headline stands in them or they in it: 6 of 8. On other sites (blogs, shops) 3 of 8.
    """
    declared = {origin: keys[origin] for origin in (_JSON_LD, _OPEN_GRAPH) if keys.get(origin, headline) != headline}
    for below in _BELOW:
        heading = keys.get(below, "")
        for origin, title in declared.items():
            if min(len(heading), len(title)) > _LONG_ENOUGH and heading != headline:
                if title.endswith(heading):
                    return below
                if heading.endswith(title):
                    return origin
    title, tag = keys.get(_JSON_LD, ""), keys.get(_TAG)
    if len(declared) < 2 or title != keys[_OPEN_GRAPH]:
        return None
    if tag == headline and not headline.startswith(title):
        return _JSON_LD
    return _JSON_LD if tag == title and (title in headline or headline in title) else None


def _with_all_spaces(said: Mapping[str, str], keys: Mapping[str, str]) -> str:
    """The printed headline, or the same in a declared title where words of two elements ran together."""
    same = [origin for origin in (_PRINTED, _JSON_LD, _OPEN_GRAPH, _TAG) if keys.get(origin) == keys[_PRINTED]]
    return max(same, key=lambda origin: len(_WORD.findall(said[origin])))


def _support(origin: str, said: Mapping[str, str], keys: Mapping[str, str]) -> tuple[int, int]:
    """How many sources say the same, or the same and a section's name; among equals, the order of the sources."""
    own = keys[origin]
    total = sum(key == own or (len(own) > _LONG_ENOUGH and key.startswith(own)) for key in keys.values())
    if said[origin].endswith(_CUT) or not own:
        total -= 2
    return total, -list(said).index(origin)
