"""JSON-LD as pages really carry it: read with tolerance, flattened, bounded."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MAX_SCRIPT = 1_000_000
"""Characters of one script that are read; product lists and whole bodies of live blogs stay below."""
MAX_NODES = 200
MAX_DEPTH = 4
"""Lists and graphs inside each other that are followed."""
MAX_OBJECTS = 50
"""Objects written one after another in one script."""

Node = Mapping[str, Any]

_DECODER = json.JSONDecoder(strict=False)
_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA[")
_CLOSINGS = (";", "-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", "//")
_STRING = r'"(?:[^"\\]++|\\.)*+(?:"|$)'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|$)", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s{{0,100}}[\]}}])", re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt]|.)', re.DOTALL)
_SEPARATOR = re.compile(r"[\s,;]*")

# What is worth saving out of a script that can't be read as JSON, even with tolerance.
_SALVAGE = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleSection)"\s{0,20}:\s{0,20}"((?:[^"\\\n]|\\.){1,500})"'
)
_SALVAGE_AUTHOR = re.compile(r'"author"\s{0,20}:\s{0,20}[\[{][^\]]{0,200}?"name"\s{0,20}:\s{0,20}"([^"\\\n]{1,200})"')


def parse(script: str) -> tuple[Node, ...]:
    """The nodes of one `application/ld+json` script, `@graph`s and lists flattened, in order.

    Reads what a strict parser refuses: comments, CDATA marks, trailing commas, raw control characters, bad escapes,
    entities, several objects in a row. Of a script beyond repair, a few plain keys are saved. Raises: nothing.
    """
    script = script[:MAX_SCRIPT]
    nodes: list[Node] = []
    for value in _values(script):
        nodes.extend(_flatten(value))
    return tuple(nodes[:MAX_NODES])


def _values(script: str) -> list[Any]:
    for attempt in (str, _mend, _mend_entities):
        try:
            return list(_objects(attempt(script)))
        except (ValueError, RecursionError):
            continue
    return _salvage(script)


def _objects(script: str) -> Iterator[Any]:
    """Raises: ValueError, RecursionError."""
    position = _SEPARATOR.match(script).end()  # type: ignore[union-attr]  # matches the empty string too
    for _ in range(MAX_OBJECTS):
        if position >= len(script):
            return
        value, position = _DECODER.raw_decode(script, position)
        yield value
        position = _SEPARATOR.match(script, position).end()  # type: ignore[union-attr]


def _mend(script: str) -> str:
    script = script.strip().lstrip("\ufeff")
    for opening in _OPENINGS * 2:
        script = script.removeprefix(opening).lstrip()
    for closing in _CLOSINGS * 2:
        script = script.removesuffix(closing).rstrip()
    script = _BAD_ESCAPE.sub(lambda m: m[0] if len(m[1]) > 1 or m[1] in '"\\/bfnrt' else m[1], script)
    script = _COMMENT.sub(lambda m: m[1] or "", script)
    return _TRAILING_COMMA.sub(lambda m: m[1] or "", script)


def _mend_entities(script: str) -> str:
    """A template that escaped its JSON for HTML."""
    return _mend(html.unescape(script))


def _salvage(script: str) -> list[Any]:
    node: dict[str, Any] = {}
    for match in _SALVAGE.finditer(script):
        node.setdefault(match[1], match[2])
    if author := _SALVAGE_AUTHOR.search(script):
        node["author"] = author[1]
    return [node] if "headline" in node else []


def _flatten(value: Any, depth: int = 0) -> Iterator[Node]:
    if isinstance(value, list) and depth < MAX_DEPTH:
        for item in value[:MAX_NODES]:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        if "@graph" in value and depth < MAX_DEPTH:
            yield from _flatten(value["@graph"], depth + 1)
        if len(value) > 2 or "@graph" not in value:
            yield value
        for key in ("mainEntity", "mainEntityOfPage"):
            inner = value.get(key)
            if isinstance(inner, dict) and len(inner) > 3 and depth < MAX_DEPTH:
                yield from _flatten(inner, depth + 1)
