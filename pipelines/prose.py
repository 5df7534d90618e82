"""How much running text a text is, in any script."""

import re

DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts that say as much in one character as others in two or three, or that write words without spaces."""
_DENSE = re.compile(f"[{DENSE}]")
_STOP = re.compile(r"[.!?…:;,。！？、，؟،۔।։፡។]")
_SHORT_SENTENCE = 40
_LONG_TEXT = 80
"""Characters from which text with, and without, punctuation counts as prose; labels and link texts stay below."""


def weigh(text: str) -> float:
    """Length of a text in characters, those of dense scripts counted 2.5 times."""
    size = len(text)
    if text.isascii():
        return float(size)
    # Dense scripts take three bytes a character in UTF-8: where there are few such bytes, counting makes no odds.
    return size + 1.5 * len(_DENSE.findall(text)) if len(text.encode("utf-8", "replace")) > 1.2 * size else float(size)


def prose_size(text: str, link_share: float) -> float:
    """How much running text a block is: its characters outside links, those of dense scripts counted 2.5 times.

    0 for what is mostly links or too short to be a sentence.
    """
    if link_share > 0.5:
        return 0.0
    size = weigh(text)
    if size < _SHORT_SENTENCE or (size < _LONG_TEXT and not _STOP.search(text)):
        return 0.0
    return size * (1 - link_share)
