"""What the class, id and role names of a page's containers say: `markers.toml`, loaded once."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pipelines.records import Boilerplate, Drop

_MEMORY = 1 << 15
"""Names remembered, of some 400 bytes each; a site's pages share some hundred."""
_LONG = 100
"""Characters of names that are not worth remembering: they seldom come again, and a hostile page is full of them."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^\W_A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A kind of container that holds no article text."""

    drop: Drop
    max_chars: int
    """The most text such a container holds; 0: any amount."""

    def fits(self, chars: int) -> bool:
        """Whether a container with that much text may be one."""
        return not self.max_chars or chars <= self.max_chars


class Naming:
    """What one element's names (separated by white space) say."""

    __slots__ = ("_tokens", "bits", "body", "lead", "marker", "names")

    def __init__(self, names: str = "") -> None:
        self.names = names
        self.bits = 0
        """A bit for each marker, in the order of the file, then one for a lead and one for a body."""
        for name in names.split():
            self.bits |= _bits(name) if len(name) <= _LONG else _read_bits(name)
        self.lead, self.body = bool(self.bits & _LEAD_BIT), bool(self.bits & _BODY_BIT)
        ranks = self.bits & (_LEAD_BIT - 1)
        self.marker = _BY_RANK[(ranks & -ranks).bit_length() - 1] if ranks else None
        self._tokens: frozenset[str] | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """Whole names and their words, in lower case."""
        if self._tokens is None:
            self._tokens = frozenset().union(*map(name_tokens, self.names.split()))
        return self._tokens


def name_tokens(name: str) -> frozenset[str]:
    """A name -> itself, its words, and each two words that follow each other (`a-b`); all in lower case."""
    lower = name.lower()
    tokens = {lower}
    words = lower.replace("_", "-").split("-") if lower == name and name.isascii() else _words(name)
    if len(words) > 1:
        tokens.update(words)
        tokens.update([f"{first}-{second}" for first, second in pairwise(words)])
    tokens.discard("")
    return frozenset(tokens)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _read_bits(name: str) -> int:
    """What one name says."""
    lower = name.lower()
    bits = _TOKEN_BITS.get(lower, 0)
    words = lower.replace("_", "-").split("-") if lower == name and name.isascii() else _words(name)
    if len(words) > 1:
        for word in words:
            bits |= _TOKEN_BITS.get(word, 0)
        for first, second in pairwise(words):
            if first in _FIRST_WORDS:
                bits |= _TOKEN_BITS.get(f"{first}-{second}", 0)
    return bits


_bits = lru_cache(_MEMORY)(_read_bits)


def naming(names: str) -> Naming:
    """What an element's names (separated by white space) say. Raises: nothing."""
    return _remembered(names) if len(names) <= _LONG else Naming(names)


_remembered = lru_cache(_MEMORY)(Naming)


def marker(name: str) -> Marker:
    """The marker of that name in `markers.toml`. Raises: KeyError for a name that is not there."""
    return _BY_NAME[name]


_DATA = tomllib.loads((Path(__file__).parent / "markers.toml").read_text(encoding="utf-8"))
_BY_NAME = {
    row["name"]: Marker(Drop(Boilerplate(row["kind"]), f"content.{row['name']}", row["why"]), row.get("max_chars", 0))
    for row in _DATA["marker"]
}
_BY_RANK = tuple(_BY_NAME.values())
MARKER_BITS = len(_BY_RANK) + 2
"""Bits of `Naming.bits`."""
_LEAD_BIT, _BODY_BIT = 1 << len(_BY_RANK), 1 << (len(_BY_RANK) + 1)
_TOKEN_BITS: dict[str, int] = {}
for _bit, _words_of in enumerate(
    [*(row["words"] for row in _DATA["marker"]), _DATA["lead"]["words"], _DATA["body"]["words"]]
):
    for _word in _words_of:
        _TOKEN_BITS[_word] = _TOKEN_BITS.get(_word, 0) | 1 << _bit
_FIRST_WORDS = frozenset(token.partition("-")[0] for token in _TOKEN_BITS if "-" in token)
"""Of names of two words."""
