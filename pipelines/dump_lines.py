"""The lines of a text dump -> its paragraphs: what was wrapped at a column is joined again."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pipelines.spaces import squeeze_unmended

_WIDTHS: Final = range(40, 121)
"""Columns at which text is wrapped by hand or by a mail program."""
_WRAPPED: Final = 0.6
"""Share of the line breaks that must stand where the next word would not have fitted; the others end paragraphs."""
_HYPHENATED: Final = 3
"""Words that are broken at a line's end before hyphens there count as no part of the word."""

_LINE_END: Final = re.compile("\r\n?|[\u2028\u2029\v\f]")
_BROKEN: Final = re.compile(r"[^\W\d_]-\Z")
_WORD_GOES_ON: Final = re.compile(r"[^\W\d_]")


def paragraphs(text: str) -> list[str]:
    """The lines that say something, wrapped ones joined, white space folded. Raises: nothing."""
    lines = [squeeze_unmended(line) for line in _LINE_END.sub("\n", text).split("\n")]
    if width := _width(lines):
        lines = list(_unwrapped(lines, width))
    return [line for line in lines if line]


def _width(lines: Sequence[str]) -> int:
    """The column at which the text is wrapped; 0 when it is not."""
    breaks = [(above, below) for above, below in pairwise(lines) if above and below]
    width = max((len(above) for above, _ in breaks), default=0)
    if width not in _WIDTHS or len(breaks) < 3:
        return 0
    full = [above for above, below in breaks if _is_full(above, below, width)]
    open_ended = [above for above in full if above[-1] not in '.!?:”"»']
    return width if len(full) >= _WRAPPED * len(breaks) and 2 * len(open_ended) >= len(full) else 0


def _is_full(above: str, below: str, width: int) -> bool:
    """Whether the first word of the line below would not have fitted on the line above, or has begun there."""
    return len(above) + 1 + len(below.split(" ", 1)[0]) > width or _is_broken(above, below)


def _is_broken(above: str, below: str) -> bool:
    return bool(_BROKEN.search(above) and _WORD_GOES_ON.match(below))


def _unwrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    hyphenated = sum(_is_broken(above, below) for above, below in pairwise(lines)) >= _HYPHENATED
    paragraph = ""
    last = ""
    for line in lines:
        if last and line and _is_full(last, line, width):
            paragraph = _joined(paragraph, line, hyphenated)
        else:
            yield paragraph
            paragraph = line
        last = line
    yield paragraph


def _joined(above: str, below: str, hyphenated: bool) -> str:
    """Two lines as one. A hyphen at the end belongs to the word, unless the whole text is hyphenated."""
    if not _is_broken(above, below):
        return f"{above} {below}"
    return f"{above[:-1] if hyphenated and below[0].islower() else above}{below}"
