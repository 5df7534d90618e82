"""How the site files an article: its section, its tags, its trail of breadcrumbs."""

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile

from pipelines.content import Content
from pipelines.records import Boilerplate, Candidate, Hints
from pipelines.structured import FIELD_NAMES, Node, Structured, plain, texts, types, values
from pipelines.titles import squash
from pipelines.vicinity import called

MAX_TAGS = 40
MAX_CRUMBS = 10
MAX_LABEL = 80
"""Characters of a tag, a section or a breadcrumb; what is longer is something else."""
_ENOUGH = 2
"""Tags that make a list; a single one is mostly the section again or the site's own class for advertisers."""

_FEW = 15
"""Printed tags of one article; more are a cloud of all the site's tags."""
_BELOW = 3
"""Blocks below the headline where a trail may stand; lists of topics at a text's end have its names, too."""
_ONE_CRUMB = 25
"""Characters of a trail of one crumb; a longer one is several that nothing keeps apart."""
_LONG = 20
"""Letters of a crumb that is no section when it stands in the title."""
_LINK = 0.8
"""Share of a block that is link where the block is one."""

_SECTION_METAS = ("article:section", "parsely-section", "section", "cxenseparse:recs:category")
_TAG_METAS = ("news_keywords", "keywords", "article:tag")
_SPLIT_TAGS = re.compile(r"\s*[,;|、，]\s*")
_SPLIT_CRUMBS = re.compile(r"\s+[|/]\s+|\s*[>›»→▸❯]\s*")
_SPLIT_SECTIONS = re.compile(r",(?=\S)")
_EDGES = " <>|/‹«·•"
_CODE = re.compile(r"\d{5,}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,40}|[a-z][A-Za-z-]*: .*")
"""Long numbers and UUIDs, by which systems know a subject, and what they note with a key (`locale: US`)."""
_TAG = called(["tag"])
_HOME = frozenset(FIELD_NAMES["breadcrumbs"]["home"])

Answer = tuple[str, str | None]
"""Where an answer stands, and the answer."""


def usable(answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers that can be a label: short, and no address. Raises: nothing."""
    return ((origin, text) for origin, text in answers if is_label(text))


def is_label(text: str | None) -> bool:
    """Whether a text can be a label. Raises: nothing."""
    return bool(text) and len(text or "") <= MAX_LABEL and not (text or "").startswith(("http", "/"))


def sections(structured: Structured, breadcrumbs: tuple[str, ...], hints: Hints) -> Iterator[Answer]:
    """The sections that the page and the feed name, the most reliable first. Raises: nothing."""
    found = [("json-ld:articleSection", text) for text in texts(values(structured.article, "articleSection"))]
    for name in _SECTION_METAS:
        found += [(f"meta:{name}", text) for text in structured.meta.get(name, ())]
    found += [("page:breadcrumbs", text) for text in breadcrumbs[-1:]]
    found += [(f"{hints.origin}:section", hints.section)] if hints.section else []
    return usable((origin, part) for origin, text in found for part in _SPLIT_SECTIONS.split(text))


def tags(structured: Structured, content: Content, hints: Hints) -> tuple[tuple[str, ...], tuple[Candidate, ...]]:
    """The tags of the first source that has a list of them, and what every declared source says. Raises: nothing."""
    declared = {origin: _clean(raw) for origin, raw in _declared_tags(structured)}
    found = {origin: labels for origin, labels in declared.items() if labels}
    if not found:
        said = {"page:tags": _clean(_printed_tags(content)), f"{hints.origin}:tags": _clean(hints.tags)}
        found = {origin: labels for origin, labels in said.items() if labels}
    chosen = next((origin for origin, labels in found.items() if len(labels) >= _ENOUGH), next(iter(found), None))
    candidates = tuple(
        Candidate("tags", ", ".join(labels), origin, origin == chosen) for origin, labels in found.items()
    )
    return (found[chosen] if chosen else ()), candidates


def _declared_tags(structured: Structured) -> Iterator[tuple[str, Iterable[str]]]:
    """The order was measured on the tags of 89 news pages: F1 76 against 68 for those of all sources together."""
    yield "json-ld:keywords", texts(values(structured.article, "keywords"))
    for name in _TAG_METAS:
        yield f"meta:{name}", structured.meta.get(name, ())


def _printed_tags(content: Content) -> list[str]:
    """The links that their names call tags; none where teasers of other stories carry tags, too."""
    start = content.headline_block.index if content.headline_block else 0
    found = [
        block.text
        for block in content.table.blocks[start:]
        if block.link_share > _LINK and (_TAG(block.names) or _TAG(block.node.names))
    ]
    return found if _ENOUGH <= len(found) == len(set(found)) <= _FEW else []


def _clean(raw: Iterable[str]) -> tuple[str, ...]:
    labels = [part.lstrip("#") for text in raw for part in _SPLIT_TAGS.split(text.strip())]
    if labels and all("/" in label for label in labels):  # `topic/floods`
        labels = [label.rpartition("/")[2] for label in labels]
    known: dict[str, str] = {}
    for label in labels:
        if is_label(label) and not _CODE.fullmatch(label):
            known.setdefault(label.casefold(), label)
    return tuple(known.values())[:MAX_TAGS]


def breadcrumbs(
    structured: Structured, content: Content, names: frozenset[str], said: Iterable[str]
) -> tuple[tuple[str, ...], tuple[Candidate, ...]]:
    """The trail from the home page downwards, without it and without the article itself.

    `names` are the site's, `said` the titles that the page gives its article. Raises: nothing.
    """
    own = frozenset(map(squash, said))
    found = {origin: _inner(trail, names, own) for origin, trail in _trails(structured, content)}
    chosen = next((origin for origin, trail in found.items() if trail), None)
    candidates = tuple(
        Candidate("breadcrumbs", " > ".join(trail), origin, origin == chosen)
        for origin, trail in found.items()
        if trail
    )
    return (found[chosen] if chosen else ()), candidates


def _trails(structured: Structured, content: Content) -> Iterator[tuple[str, Iterable[str | None]]]:
    for origin, nodes in (("json-ld:BreadcrumbList", structured.nodes), ("microdata:BreadcrumbList", structured.items)):
        for node in nodes:
            if "itemListElement" in node and "BreadcrumbList" in types(node):
                entries = [entry for entry in values(node, "itemListElement") if isinstance(entry, dict)]
                yield origin, [_name(entry) for entry in sorted(entries, key=_position)]
                break
    yield "page:breadcrumbs", _printed_trail(content)


def _printed_trail(content: Content) -> list[str]:
    """The texts of the first container above the headline, or right below it, that is a trail by its names."""
    blocks = content.table.blocks
    end = content.headline_block.index + _BELOW if content.headline_block else len(blocks)
    for node in content.table.nodes:
        if node.first > end:
            break
        if node.marker is not None and node.marker.drop.kind is Boilerplate.BREADCRUMB:
            linked = dropwhile(lambda block: not block.link_chars, blocks[node.first : node.end][:MAX_CRUMBS])
            if found := [part.strip(_EDGES) for block in linked for part in _SPLIT_CRUMBS.split(block.text)]:
                return found if len(found) > 1 or len(found[0]) <= _ONE_CRUMB else []
    return []


def _name(entry: Node) -> str | None:
    return plain(entry.get("name")) or plain(entry.get("item"))


def _position(entry: Node) -> int:
    position = plain(entry.get("position")) or ""
    return int(position) if position.isdecimal() and len(position) < 5 else 0


def _inner(found: Iterable[str | None], names: frozenset[str], own: frozenset[str]) -> tuple[str, ...]:
    keys = {text: squash(text) for text in found if text and is_label(text)}
    trail = [text for text, key in keys.items() if key and not _is_title(key, own)]
    homes = [place for place, text in enumerate(trail[:3]) if keys[text] in _HOME]
    if homes:
        trail = trail[homes[-1] + 1 :]
    elif trail and keys[trail[0]] in names:
        trail = trail[1:]
    return tuple(trail[:MAX_CRUMBS])


def _is_title(key: str, own: frozenset[str]) -> bool:
    """Whether a crumb is the article itself, maybe cut."""
    return key in own or any(len(key) > _LONG and (key in title or title in key) for title in own)
