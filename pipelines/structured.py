"""What a page says about itself in a machine's words: JSON-LD, microdata, meta, link, lang, title."""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from pipelines import jsonld

MAX_SCRIPTS = 40
MAX_METAS = 500
MAX_ITEMPROPS = 400
"""Microdata properties that are read; comment sections can carry thousands."""
MAX_VALUE = 2000
"""Characters of a microdata value that stands as text."""

Node = Mapping[str, Any]

FIELD_NAMES: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "field_names.toml").read_text(encoding="utf-8")
)
"""The names under which pages carry their own data."""

_RANK = {name: rank for rank, name in enumerate(FIELD_NAMES["types"]["article"] + FIELD_NAMES["types"]["weak"])}
_WEAK = frozenset(FIELD_NAMES["types"]["weak"])
_OF_PAGE = frozenset(FIELD_NAMES["types"]["page"])
_ADDRESSES = frozenset(FIELD_NAMES["links"]["addresses"])

_TAG = re.compile(r"<[^<>]{0,500}>")
_VOCABULARY = re.compile(r"[/#:]")
"""Ends the part of a type's name that says where the type is defined."""
_ITEMPROPS = etree.XPath("(descendant-or-self::*/@itemprop)[position() <= 1000]/..")
"""Without the bound, libxml2 takes quadratic time."""
_META_NAMES = ("name", "property", "itemprop", "http-equiv")
_SOURCES = ("img", "video", "audio", "source", "iframe")
_REFERENCES = ("author", "creator", "publisher", "image", "primaryImageOfPage", "video", "isPartOf")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Structured:
    """The structured data of one page. Everything is unchecked text of strangers."""

    nodes: tuple[Node, ...] = ()
    """JSON-LD nodes in document order, `@graph` flattened, references to other nodes replaced by them."""
    article: Node | None = None
    """The node that describes this page's article; from microdata (see `items`) when JSON-LD has none."""
    items: tuple[Node, ...] = ()
    """Microdata items in the shape of JSON-LD nodes; properties outside any item are one without a type."""
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`<meta name|property|itemprop|http-equiv>` in lower case -> contents in order."""
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`<link rel>` token in lower case -> absolute addresses in order, of the links to the page's other addresses."""
    title_tag: str | None = None
    lang: str | None = None
    """`<html lang>`, as written."""

    def first_meta(self, *names: str) -> str | None:
        """The first content, not empty, of the first of these names that has one."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)


def read(tree: lxml.html.HtmlElement, url: str) -> Structured:
    """The structured data of the page at `url`. Bounded in scripts, nodes and sizes. Raises: nothing."""
    meta: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    scripts: list[str] = []
    title_tag = None
    for element in tree.iter("meta", "link", "title", "script"):
        tag = element.tag
        if tag == "script":
            if "ld+json" in (element.get("type") or "").lower():
                scripts.append(element.text or "")
        elif tag == "meta":
            _add_meta(element, meta)
        elif tag == "link":
            _add_link(element, links, url)
        elif title_tag is None and (parent := element.getparent()) is not None and parent.tag != "svg":
            title_tag = plain("".join(element.itertext()))
    nodes = _resolved(_nodes(scripts))
    items = _microdata(tree)
    names = {value for value in (title_tag, *meta.get("og:title", ())) if value}
    return Structured(
        nodes=tuple(nodes),
        article=_article(nodes, url, names) or _article(items, url, names),
        items=tuple(items),
        meta={name: tuple(values) for name, values in meta.items()},
        links={rel: tuple(values) for rel, values in links.items()},
        title_tag=title_tag,
        lang=_lang(tree),
    )


def plain(value: object) -> str | None:
    """A structured value as one line of plain text: entities and tags resolved, white space folded. None when empty.

    Raises: nothing.
    """
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    text = str(value)[: MAX_VALUE * 5]
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split()) or None


def elements(path: etree.XPath, tree: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """What a path that selects elements selects. Raises: nothing, for such a path."""
    return cast("list[lxml.html.HtmlElement]", path(tree))


def types(node: object) -> tuple[str, ...]:
    """The node's types without their vocabulary: `NewsArticle`; none for what is no node. Raises: nothing."""
    value = node.get("@type") if isinstance(node, dict) else None
    names = value if isinstance(value, list) else [value]
    return tuple(_VOCABULARY.split(name)[-1] for name in names if isinstance(name, str))


def values(node: Node | None, key: str) -> list[Any]:
    """A property's values as a list, whatever shape it has. Raises: nothing."""
    value = (node or {}).get(key)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def path_of(url: str) -> str:
    """An address's path; empty for a broken address. Raises: nothing."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def about_page(structured: Structured) -> Iterator[Node]:
    """The nodes besides the article that speak of the page and of nothing else on it. Raises: nothing."""
    for node in (*structured.nodes, *structured.items):
        if node is not structured.article and _OF_PAGE.issuperset(types(node)):
            yield node


def _lang(tree: lxml.html.HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    return next(
        (
            value
            for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")
            if (value := root.get(name))
        ),
        None,
    )


def _nodes(scripts: list[str]) -> list[Node]:
    """Of all scripts together no more is read than of one."""
    nodes: list[Node] = []
    left = jsonld.MAX_SCRIPT
    for script in scripts[:MAX_SCRIPTS]:
        nodes.extend(jsonld.parse(script[:left]))
        left -= min(left, len(script))
    return nodes[: jsonld.MAX_NODES]


def _add_meta(element: lxml.html.HtmlElement, meta: dict[str, list[str]]) -> None:
    attributes = dict(element.items())
    content = attributes.get("content")
    if content is None or len(meta) > MAX_METAS:
        return
    for attribute in _META_NAMES:
        if (name := attributes.get(attribute)) and (attribute != "itemprop" or element.getparent().tag == "head"):
            known = meta.setdefault(name.strip().lower(), [])
            if len(known) < 100 and (value := plain(content)):
                known.append(value)


def _add_link(element: lxml.html.HtmlElement, links: dict[str, list[str]], url: str) -> None:
    rels = _ADDRESSES.intersection((element.get("rel") or "").lower().split())
    href = element.get("href") if rels else None
    if not href:
        return
    try:
        target = urljoin(url, href.strip())
    except ValueError:
        return
    for rel in rels:
        known = links.setdefault(rel, [])
        if len(known) < 100:
            known.append(target)


def _resolved(nodes: list[Node]) -> list[Node]:
    """The nodes with `{"@id": ...}` references replaced by what they point at, one level deep."""
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    if not by_id:
        return nodes
    return [{**node, **{key: _followed(node[key], by_id) for key in _REFERENCES if key in node}} for node in nodes]


def _followed(value: Any, by_id: Mapping[str, Node]) -> Any:
    if isinstance(value, list):
        return [_followed(item, by_id) for item in value[: jsonld.MAX_NODES]]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def _article(nodes: list[Node], url: str, names: set[str]) -> Node | None:
    """The node of an article type that is most likely this page's: by address, name, type and fullness.

    A page may carry nodes of other stories (teasers) and weaker ones of itself (WebPage).
    """
    best, best_score = None, 0.0
    for node in nodes:
        known = [name for name in types(node) if name in _RANK]
        if not known and not ("headline" in node and "datePublished" in node):
            continue
        headline = plain(node.get("headline")) or plain(node.get("name")) or ""
        score = 1.0 - min((_RANK[name] for name in known), default=len(_RANK)) / 100
        score += 2 * _points_at(node, url)
        score += 1.5 * any(headline and (headline[:40] in name or name[:40] in headline) for name in names)
        score += 0.5 * ("datePublished" in node) + 0.5 * ("author" in node) + 0.5 * ("headline" in node)
        score -= 2 * _WEAK.issuperset(known)
        if score > best_score:
            best, best_score = node, score
    return best


def _points_at(node: Node, url: str) -> int:
    """1 when the node names this address, -1 when it names another page, 0 when it says nothing."""
    said: list[str] = []
    for key in ("mainEntityOfPage", "url", "@id"):
        value = node.get(key)
        target = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(target, str) and target.startswith(("http", "/")):
            said.append(path_of(target).rstrip("/"))
    if not any(said):
        return 0
    return 1 if path_of(url).rstrip("/") in said else -1


def _microdata(tree: lxml.html.HtmlElement) -> list[Node]:
    """The items of microdata, each property with the item that owns it (HTML, "Microdata")."""
    loose: dict[str, Any] = {}
    items: list[dict[str, Any]] = [loose]
    scopes: dict[lxml.html.HtmlElement, dict[str, Any]] = {}
    properties = (element for element in elements(_ITEMPROPS, tree) if not _in_head(element))
    for element in islice(properties, MAX_ITEMPROPS):
        owner = _owner(element, scopes, items, loose)
        value: Any = _new_item(element, scopes) if element.get("itemscope") is not None else _value(element)
        for name in element.get("itemprop", "").split()[:3]:
            if value and len(known := owner.setdefault(name, [])) < 50:
                known.append(value)
    return [_unwrapped(item) for item in items if len(item) > 1 or (item is loose and item)]


def _in_head(element: lxml.html.HtmlElement) -> bool:
    return element.tag == "meta" and next(element.iterancestors("head"), None) is not None


def _owner(
    element: lxml.html.HtmlElement,
    scopes: dict[lxml.html.HtmlElement, dict[str, Any]],
    items: list[dict[str, Any]],
    loose: dict[str, Any],
) -> dict[str, Any]:
    scope = next((parent for parent in element.iterancestors() if parent.get("itemscope") is not None), None)
    if scope is None:
        return loose
    if scope not in scopes:
        items.append(_new_item(scope, scopes))
    return scopes[scope]


def _new_item(element: lxml.html.HtmlElement, scopes: dict[lxml.html.HtmlElement, dict[str, Any]]) -> dict[str, Any]:
    item: dict[str, Any] = {"@type": (element.get("itemtype") or "").split(" ")[0].rsplit("/", 1)[-1]}
    scopes[element] = item
    return item


def _value(element: lxml.html.HtmlElement) -> str | None:
    for attribute in ("content", "datetime"):
        if value := element.get(attribute):
            return str(value)[:MAX_VALUE]
    attribute = "href" if element.tag == "link" else "src" if element.tag in _SOURCES else ""
    if attribute:
        return str(element.get(attribute) or "") or None
    if element.get("itemprop") in ("articleBody", "text", "reviewBody"):
        return None
    return plain("".join(element.itertext())[:MAX_VALUE])


def _unwrapped(item: dict[str, Any], depth: int = 0) -> Node:
    """Single values stand alone, as they do in JSON-LD."""
    node: dict[str, Any] = {}
    for key, value in item.items():
        known = value if isinstance(value, list) else [value]
        if depth < jsonld.MAX_DEPTH:
            known = [_unwrapped(entry, depth + 1) if isinstance(entry, dict) else entry for entry in known]
        node[key] = known[0] if len(known) == 1 else known
    return node


def texts(nodes: object) -> Iterator[str]:
    """The plain texts of a list of values. Raises: nothing."""
    for value in nodes if isinstance(nodes, list) else [nodes]:
        if text := plain(value):
            yield text
