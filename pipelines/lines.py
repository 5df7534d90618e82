"""A line of text: whether it is running text, where its words and its sentences begin."""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.records import Block, BlockKind

_PROSE: Final = 60
"""Characters from which a sentence counts as running text: so long are 90 % of the sentences and paragraphs in the
bodies of the development pages (30,486), and 2 % of their snippets of furniture (5,566)."""
_BULLET: Final = re.compile(r"[^\w\"“”„«»'‘’(\[{©@#+$€£&/<]*")
_UNMARKED: Final = 120
"""Characters from which text counts as running text in scripts that end no sentence with a mark."""
_NO_MARKS: Final = re.compile("[\u0e00-\u0eff]")
"""Thai and Lao."""
_ENDS: Final = tuple(".!?…。！？؟۔।။។።")
_CLOSERS: Final = "\"”“»«’')]」』）】"
_NEW_SENTENCE: Final = re.compile(r"\s(?:(?<=[.!?…”\"»)؟۔।]\s)\s*|(?=[(\[/])|[–—|]\s)")
_UNSPACED: Final = re.compile(rf"{_NEW_SENTENCE.pattern}|(?<=[。！？」』）】])(?=\S)|(?=[（【〔［])")
"""The same where Chinese and Japanese marks stand for themselves and a space."""
_FULL_WIDTH: Final = re.compile("[。！？」』）】（【〔［]")
_DENSE: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_NEW_WORD: Final = re.compile(r"\s(?=[\w(\[©])")
_LABEL: Final = re.compile("[:：©/／]")
_LABEL_WORDS: Final = 30
"""Characters of the words before the mark that ends a credit's label, such as "Photo courtesy of"."""


def is_prose(block: Block) -> bool:
    """Whether a block is running text: a sentence or more, not mainly links."""
    text = block.text
    if block.link_share > 0.5 or block.kind in (BlockKind.HEADING, BlockKind.TABLE_ROW, BlockKind.CAPTION):
        return False
    length = len(text)
    if length < _PROSE:
        # Scripts without spaces say as much in two fifths of the characters.
        length += dense_size(text) * 3 // 2
    end = text[-6:].rstrip(_CLOSERS)
    if _NO_MARKS.match(end[-1:]):
        return len(text) >= _UNMARKED
    return length >= _PROSE and end.endswith(_ENDS)


def dense_size(text: str) -> int:
    """Characters of scripts that don't put spaces between words. Raises: nothing."""
    return len(_DENSE.findall(text))


def after_bullets(text: str, position: int) -> int:
    """Where the words begin after up to eight bullets. Raises: nothing."""
    return _BULLET.match(text, position, position + 8).end()  # type: ignore[union-attr]  # matches nothing too


def credit_starts(text: str) -> Iterator[re.Match[str]]:
    """Where a picture's credit may begin in a line that is no sentence: a caption often has no full stop before it.

    Raises: nothing.
    """
    mark = None if text.endswith(_ENDS) else _LABEL.search(text)
    return _NEW_WORD.finditer(text, max(0, mark.start() - _LABEL_WORDS)) if mark else iter(())


def core(text: str) -> tuple[int, int]:
    """Where a line's words begin and end, without bullets, arrows and emoji before, and marks after."""
    start = 0 if text[:1].isalnum() else _BULLET.match(text).end()  # type: ignore[union-attr]  # matches nothing too
    end = max(start, len(text.rstrip(" :.…!>»›→▶|•·–—-\t\u00a0：。！＞》〉】｜«‹←")))
    return start, end


def sentences(text: str, start: int) -> Iterator[re.Match[str]]:
    """Where after `start` a sentence, a bracket or a part behind a dash begins: each match is what stands before it."""
    unspaced = not text.isascii() and _FULL_WIDTH.search(text, start)
    return (_UNSPACED if unspaced else _NEW_SENTENCE).finditer(text, start)


def fold(text: str) -> str:
    """A line as it is compared: its letters and digits, without case."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def may_begin(text: str, first: str) -> bool:
    """Whether a folded line may begin with one of these characters: most do not, which is cheaper to see than to fold.

    A line that begins with a mark begins, folded, with what comes after it.
    """
    return not text[:1].isalnum() or text[0].casefold()[0] in first
