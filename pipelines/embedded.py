"""The article that a page's scripts carry, for pages whose markup shows none until a browser has run them.

State of frameworks (`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}`, `Fusion.globalContent`), JSON and templates in
scripts, and JSON-LD's `articleBody`. Only a text whose own title or address is the page's counts: state also holds the
stories beside it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from itertools import islice
from typing import Any, Final

import lxml.html

from pipelines.blocks import Node, TextBlock, read_blocks
from pipelines.markers import naming
from pipelines.prose import weigh
from pipelines.records import Block, Drop
from pipelines.structured import Structured, path_of, plain
from pipelines.titles import squash
from pipelines.tree import parse

MAX_CHARS: Final = 4_000_000
"""Characters of script that are read; the largest state on the development pages has 1.2 million."""
MAX_VALUES: Final = 50_000
"""Objects and lists that are looked into, for all bodies together."""
MAX_KEYS: Final = 300
"""Of one object."""
MAX_STARTS: Final = 40
"""Places in a script where JSON may begin."""
MAX_DEPTH: Final = 12
"""Elements of a body in one another."""
_LEAST = 900
"""Weight of the shortest text that is taken; shorter ones are summaries, and single paragraphs of rendered pages."""
_NARROWER = 0.8
"""Share of the longest text that an inner one must have to be taken instead: what is around it is the page."""
_TITLE = 12
"""Letters and digits of a title that names one article."""

_DECODER = json.JSONDecoder(strict=False)
_START = re.compile(r'(?:^|[=(:])\s{0,20}(?=[\[{]\s{0,200}["\[{\d]|"[\[{])')
_UNDEFINED = re.compile(r"(?<=[:,\[])(?:undefined|NaN)(?=[,}\]])")
_NAME = re.compile(r"(__\w{3,40}__|Fusion\.globalContent)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")

_NAMES = ("class", "id", "itemprop")
_TITLES = frozenset({"title", "headline", "headlines", "webtitle", "seotitle", "pagetitle", "basic"})
_ADDRESSES = frozenset({"url", "canonicalurl", "canonical", "path", "link", "permalink", "websiteurl", "weburl"})
_BODIES = re.compile(
    r"^(?!.*(?:relat|comment|recommend|teaser|latest|popular|sidebar|footer|menu))"
    r".*(?:body|content|text|html|paragraphs|blocks|elements|components|sections|story|rendered|document)"
)
_INNER = ("content", "text", "html", "value", "data", "body", "children", "items", "content_elements", "attributes")
_OTHER = re.compile(
    r"image|photo|picture|video|audio|gallery|figure|caption|advert|^ad$|\bads?\b|relat|interstitial|embed|promo|newsletter"
    r"|social|tweet|teaser|player|author|script|style|iframe|divider|html_block|link_list|correction"
)
_PARAGRAPH = re.compile(r"para|^p$|text|unstyled|^block$")
_HEADING = re.compile(r"^h[1-6]$|head(?:er|ing)|subtitle|crosshead")
_ITEM = re.compile(r"^li$|list[-_ ]?item")
_QUOTE = re.compile(r"quote")


@dataclass(frozen=True, slots=True)
class Embedded:
    """An article's text out of a script."""

    blocks: tuple[Block, ...]
    """In order; `drop` is set on what the markup inside names as something else."""
    origin: str
    """Where it stood: `script:__NEXT_DATA__`, `script:json`, `script:template`, `json-ld:articleBody`."""


def find(tree: lxml.html.HtmlElement, structured: Structured, url: str) -> Embedded | None:
    """The page's article as its scripts hold it; None when they hold none. Raises: nothing.

    Costs a walk over all script, so it is for pages that show no article.
    """
    own = _Own.of(structured, url)
    best, best_size = None, 0.0
    for origin, markup in (*_declared(structured, own), *_scripts(tree, own)):
        size = weigh(_TAG.sub("", markup[:MAX_CHARS]))
        if size >= _LEAST and size >= best_size * _NARROWER:
            best, best_size = (origin, markup), max(size, best_size)
    if best is None:
        return None
    found = Embedded(_blocks(best[1]), best[0])
    return found if sum(weigh(block.text) for block in found.blocks if block.drop is None) >= _LEAST else None


@dataclass(frozen=True, slots=True)
class _Own:
    """By what an object is known to be this page's."""

    titles: frozenset[str]
    path: str

    @staticmethod
    def of(structured: Structured, url: str) -> "_Own":
        said = [structured.title_tag, *structured.meta.get("og:title", ()), *structured.meta.get("twitter:title", ())]
        titles = (squash(title) for title in said if title)
        return _Own(frozenset(title for title in titles if len(title) >= _TITLE), path_of(url).strip("/"))

    def claims(self, node: Mapping[str, Any]) -> bool | None:
        """Whether an object's title or address is the page's; None when it has neither."""
        known: bool | None = None
        for key, value in islice(node.items(), MAX_KEYS):
            name = squash(key)
            if name in _TITLES:
                title = squash(plain(value.get("basic") if isinstance(value, dict) else value) or "")
                if len(title) >= _TITLE:
                    known = known or any(title in own or own in title for own in self.titles)
            elif name in _ADDRESSES and isinstance(value, str) and len(self.path) >= _TITLE:
                known = known or (path_of(value).strip("/") == self.path or known)
        return known


_Found = tuple[str, str]
"""Where a text stood, and the text as markup."""


def _declared(structured: Structured, own: _Own) -> Iterator[_Found]:
    article = structured.article or {}
    body = article.get("articleBody")
    if isinstance(body, str) and own.claims(article):
        yield "json-ld:articleBody", "".join(_markup(body, _Budget(1)))


def _scripts(tree: lxml.html.HtmlElement, own: _Own) -> Iterator[_Found]:
    left = MAX_CHARS
    budget = _Budget(MAX_VALUES)
    for element in tree.iter("script"):
        text, kind = (element.text or "")[:left], (element.get("type") or "").lower()
        left -= len(text)
        if len(text) < _LEAST or "ld+json" in kind:
            continue
        if "template" in kind or kind == "text/html":
            if _holds_article(element):
                yield "script:template", text
            continue
        named = _NAME.search(element.get("id") or "") or _NAME.search(text, 0, 2000)
        for value in _values(text):
            for markup in _bodies(value, own, budget):
                yield f"script:{named[1] if named else 'json'}", markup


def _holds_article(element: lxml.html.HtmlElement) -> bool:
    """Whether the names of the elements around say that an article's body is in here."""
    around = islice(element.iterancestors(), 3)
    return any(naming(" ".join(filter(None, map(parent.get, _NAMES)))).body for parent in around)


def _values(script: str) -> Iterator[Any]:
    """The objects and lists written in a script, the strings that hold such as well."""
    if "undefined" in script or "NaN" in script:
        script = _UNDEFINED.sub("null", script)
    end = 0
    for start in islice(_START.finditer(script), MAX_STARTS):
        if start.end() < end:
            continue
        value, end = _decoded(script, start.end())
        if isinstance(value, str):
            value, _ = _decoded(value, 0)
        if isinstance(value, dict | list):
            yield value


def _decoded(script: str, start: int) -> tuple[Any, int]:
    """The value that begins there and its end; None for what is no JSON, and how far it was read."""
    try:
        return _DECODER.raw_decode(script, start)
    except json.JSONDecodeError as error:
        return None, error.pos
    except (ValueError, RecursionError):
        return None, len(script)


class _Budget:
    """How many values may still be looked into."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _bodies(value: Any, own: _Own, budget: _Budget) -> Iterator[str]:
    """The texts in a value that belong to the page's own article, the outer before those inside them."""
    stack: list[tuple[Any, bool]] = [(value, False)]
    while stack and budget.spend():
        node, ours = stack.pop()
        if isinstance(node, list):
            stack.extend((item, ours) for item in reversed(node[:MAX_VALUES]) if isinstance(item, dict | list))
            continue
        claims = own.claims(node)
        ours = ours if claims is None else claims
        for key, inner in islice(node.items(), MAX_KEYS):
            if ours and isinstance(inner, str | list | dict) and _BODIES.search(squash(key[:100])):
                yield "".join(islice(_markup(inner, budget), MAX_VALUES))
        stack.extend((inner, ours) for inner in reversed(node.values()) if isinstance(inner, dict | list))


def _markup(value: Any, budget: _Budget, inside: bool = False, depth: int = 0) -> Iterator[str]:
    """A body as HTML. `inside`: within a paragraph, where text is a run of it."""
    if depth > MAX_DEPTH or not budget.spend():
        return
    if isinstance(value, str):
        value = value if _TAG.search(value) else unescape(value)
        if _TAG.search(value):
            yield value
        elif inside:
            yield escape(value, quote=False)
        else:
            yield from (f"<p>{escape(line, quote=False)}</p>" for line in value.splitlines() if line.strip())
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str | list | dict):
                yield from _markup(item, budget, inside, depth + 1)
    elif isinstance(value, dict):
        yield from _element(value, budget, inside, depth)


def _element(node: dict[str, Any], budget: _Budget, inside: bool, depth: int) -> Iterator[str]:
    """An object of a body as HTML: `{"type": "paragraph", "text": ...}` in its many spellings."""
    kind = " ".join(
        value.lower()
        for key in ("type", "_type", "__typename", "name", "style", "blockType", "tagName")
        if isinstance(value := node.get(key), str)
    )
    inner = next((node[key] for key in _INNER if isinstance(node.get(key), str | list | dict) and node[key]), None)
    if inner is None or _OTHER.search(kind):
        return
    tag = "" if inside else _tag(kind)
    pieces = _markup(inner, budget, inside or bool(tag), depth + 1)
    yield from (f"<{tag}>", *pieces, f"</{tag}>") if tag else pieces


def _tag(kind: str) -> str:
    """The element that a kind of object stands for; empty for one that holds others."""
    words = kind.replace("core/", "").split()
    kinds = ((_HEADING, "h2"), (_ITEM, "li"), (_QUOTE, "blockquote"), (_PARAGRAPH, "p"))
    return next((tag for pattern, tag in kinds if any(map(pattern.search, words))), "")


def _blocks(markup: str) -> tuple[Block, ...]:
    fragment, _ = parse(f"<body>{markup}".encode("utf-8", "replace"))
    if fragment is None:
        return ()
    return tuple(_block(block) for block in read_blocks(fragment).blocks)


def _block(block: TextBlock) -> Block:
    return Block(block.text, block.kind, block.level, round(block.link_share, 3), _drop(block.node))


def _drop(node: Node | None) -> Drop | None:
    """What the names of the elements around say."""
    while node is not None:
        if node.marker is not None and node.marker.fits(node.chars):
            return node.marker.drop
        node = node.parent
    return None
