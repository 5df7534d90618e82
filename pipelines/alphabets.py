"""How much a text looks like the news of some language: by its letters beyond ASCII and its commonest words.

It tells two readings of the same bytes apart: `erklärte` and `erklaerte` misread as `erklærte` are both words, but no
language has both æ and ß.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

from pipelines.language import STOP_WORDS

_ALPHABETS: Final[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("alphabets.toml").read_text(encoding="utf-8")
)
_OUTSIDE: Final = 4.0
"""What a character counts that the language does not have; one of its own counts less than 1, the rarer the more."""
_MOST_WORDS: Final = 8
"""Stop words that count; more say nothing new."""
_MARKS: Final = frozenset("\xa0“”‘’„‚«»‹›–—…•·€£§°№¡¿©®™×½¼¾²³′″ªº、。「」『』，：；！？（）،؛؟\u200c\u200d")
"""Signs that news in any language has."""
_SCRIPTS: Final = re.compile(
    "[\u0531-\u058f\u05d0-\u05ea\u05f0-\u05f4\u0621-\u063a\u0641-\u0652\u0660-\u0669\u067e\u0686\u0698\u06a9\u06af\u06c0\u06cc"
    "\u06d5\u06f0-\u06f9\u0679\u0688\u0691\u06ba\u06be\u06c1-\u06c3\u06d2\u06d4\u0900-\u0dff\u0e01-\u0e5b\u0e80-\u0edf\u0f00-\u109f"
    "\u10d0-\u10ff\u1200-\u137f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff10-\uff5e\U0001f300-\U0001faff]"
)
"""Letters of scripts in which this tells nothing: they are what they are."""
_ASCII: Final = re.compile("[\x00-\x7f]+")
_WORD: Final = re.compile(r"[^\W\d_]+")


def strangeness(text: str) -> float:
    """How far the text is from the language that it is nearest to; less than 0 where common words speak for one.

    Raises: nothing.
    """
    high = Counter(_SCRIPTS.sub("", _ASCII.sub("", text.lower())))
    letters = {character: count for character, count in high.items() if character not in _MARKS}
    words = set(_WORD.findall(text.lower()))
    return min(_distance(language, letters) - _spoken(language, words) for language in _ALPHABETS)


def _distance(language: str, letters: dict[str, int]) -> float:
    alphabet = _ALPHABETS[language]
    total = 0.0
    for letter, count in letters.items():
        rank = alphabet.find(letter)
        total += count * (_OUTSIDE if rank < 0 else rank / (10 * len(alphabet)))
    return total


def _spoken(language: str, words: set[str]) -> float:
    return min(_MOST_WORDS, len(words & STOP_WORDS.get(language, frozenset()))) / 4
