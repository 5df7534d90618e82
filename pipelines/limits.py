"""How much of a page is read: bounds that honest pages stay far below and that keep a hostile one cheap."""

import re
from collections.abc import Iterator
from typing import Final

MAX_BYTES: Final = 4_000_000
"""The longest of 1,775 development pages has 1.8 million."""
MAX_TAGS: Final = 200_000
"""Opening angle brackets; the development pages have up to 20,000. An element costs 400 bytes and 4 microseconds."""
MAX_ATTRIBUTES: Final = 500
"""Of one element; the development pages have up to 50. libxml2 takes quadratic time: 0.3 s for 20,000, 6 for 80,000."""
_LONG: Final = 10_000
"""Bytes of a tag from which its attributes are counted; one as short holds at most 2,000."""
_HARMLESS: Final = 150_000
"""Bytes of a page in which no tag holds enough attributes to matter."""

_LONG_TAG = re.compile(rb"<[a-zA-Z][\w:.-]*+[\s/]++[\w:@-][^>]{%d}" % _LONG)
"""The name of an element and one of an attribute: a comparison in a script goes on otherwise."""
_ATTRIBUTE = rb"(?:[\s/]*+[^\s/<>][^\s/<>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s<>]*+))?+)"
"""As the tokenizer of HTML has it."""
_CROWDED_TAG = re.compile(rb"(<[a-zA-Z][^\s/<>]*+%b{%d})%b++" % (_ATTRIBUTE, MAX_ATTRIBUTES, _ATTRIBUTE))
_TAGS = re.compile(rb"(?:[^<]*+<){%d}" % MAX_TAGS)


def cut(markup: bytes) -> tuple[bytes, tuple[str, ...]]:
    """As much of a page in UTF-8 as is read, and a flag for each bound that it passed. Raises: nothing."""
    flags = []
    if len(markup) > MAX_BYTES:
        markup = markup[:MAX_BYTES].decode("utf-8", "ignore").encode()
        flags.append(f"cut at {MAX_BYTES} bytes")
    if len(markup) > MAX_TAGS * len("<a>") and markup.count(b"<") > MAX_TAGS and (found := _TAGS.match(markup)):
        markup = markup[: found.end() - 1]
        flags.append(f"cut at {MAX_TAGS} tags")
    if len(markup) > _HARMLESS:
        pieces = list(_less_crowded(markup))
        if len(pieces) > 1:
            markup = b"".join(pieces)
            flags.append(f"cut at {MAX_ATTRIBUTES} attributes")
    return markup, tuple(flags)


def _less_crowded(markup: bytes) -> Iterator[bytes]:
    """The page in pieces between which superfluous attributes stood."""
    start = position = 0
    while found := _LONG_TAG.search(markup, position):
        position = found.end()
        if crowded := _CROWDED_TAG.match(markup, found.start()):
            yield markup[start : crowded.end(1)]
            start = position = crowded.end()
    yield markup[start:]
