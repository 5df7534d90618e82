"""What feeds and sitemaps share: finding the root element, reading XML that is broken or hostile, plain text, dates."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape

from bs4 import BeautifulSoup
from lxml import etree

from pipelines.records import Found

Element = etree._Element

MAX_HEAD = 8192
"""Characters in which the root element is looked for: comments, style sheets and PHP warnings may stand before it."""
MAX_TAIL = 4096
"""Characters in which the root element's end is looked for: comments and tracking may stand behind it."""
MAX_FRAGMENT = 20_000
"""Characters of an HTML fragment that are parsed; the text wanted of it is far shorter."""

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(rss|feed|rdf|channel|urlset|sitemapindex|html)(?=[\s>/])", re.IGNORECASE)
_LOOSE_AMPERSAND = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)", re.DOTALL
)
_DECLARATION = re.compile(r"<[?!][^>]*>")
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|[uod]l|li|d[dt]|t[rdh]|table|blockquote|figure|figcaption|section|article)(?=[\s/>])",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


def root_of(text: str) -> tuple[str, str] | None:
    """The root element's name, in lower case and without prefix, and the text from there on; None when unknown.

    What stands before it, document type declarations with their entities among it, is left behind.
    """
    position = 0
    while match := _PROLOG.match(text, position):
        position = match.end()
    found = _ROOT.search(text, position, position + MAX_HEAD)
    return (found[1].lower(), text[found.start() :]) if found else None


def is_cut(text: str, root: str) -> bool:
    """Whether an XML document breaks off before its root element ends."""
    return re.search(rf"</(?:[\w.-]+:)?{root}\s*>", text[-MAX_TAIL:], re.IGNORECASE) is None


def elements(root: str, text: str, *names: str) -> Iterator[Element]:
    """The elements of these names, in any namespace, each gone once the next is asked for.

    `root` and `text`: from `root_of`. Entities declared before the root are left behind with it, so that what looks
    like one is text. Broken markup is read as far as libxml2 makes sense of it; an element in which the document
    breaks off is left out, since half an address is a wrong one. Raises: nothing.
    """
    if is_cut(text, root):
        text = text[: max(text.rfind(f"</{name}>") + len(name) + 3 for name in names)]
    if "&" in text:
        text = _LOOSE_AMPERSAND.sub(lambda match: "&amp;" if match[0] == "&" else match[0], text)
    source = io.BytesIO(text.encode("utf-8", "replace"))
    tags = [f"{{*}}{name}" for name in names]
    reader = etree.iterparse(
        source, events=("end",), tag=tags, recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in reader:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        return


def plain(fragment: str, limit: int) -> str | None:
    """Plain text of what may be an HTML fragment, white space folded, at most `limit` characters; None when empty."""
    if "<" in fragment:
        html = _BLOCK.sub(r" \g<0>", _DECLARATION.sub(" ", fragment[:MAX_FRAGMENT]))
        fragment = BeautifulSoup(f"<p>{html}", "lxml").get_text()
    elif "&" in fragment:
        fragment = unescape(fragment)
    return _SPACE.sub(" ", fragment).strip()[:limit].rstrip() or None


def newest(found: list[Found], limit: int) -> list[Found]:
    """At most `limit`: those with the newest dates, newest first, then the undated in their order."""
    if len(found) <= limit:
        return found
    return sorted(found, key=lambda item: moment(item.hints.published or item.hints.modified), reverse=True)[:limit]


def moment(raw: str | None) -> float:
    """Seconds since 1970 of an ISO 8601 or RFC 822 date, good enough to sort by; the far past for any other."""
    when = date(raw)
    return float("-inf") if when is None else (when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def date(raw: str | None) -> datetime | None:
    """The moment of an ISO 8601 or RFC 822 date, aware; None for any other. Raises: nothing."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = parse((raw or "").strip())
            return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
