"""What the class, id and role names of a page's containers say: `markers.toml`, loaded once."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pipelines.records import Boilerplate, Drop

_MEMORY = 20_000
"""Names remembered; a site's pages share some hundred."""
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


@dataclass(frozen=True, slots=True)
class Naming:
    """What one element's names say."""

    tokens: frozenset[str]
    """Whole names and their words, in lower case."""
    marker: Marker | None
    lead: bool
    body: bool


def name_tokens(names: str) -> frozenset[str]:
    """Names separated by white space -> the names, their words, and each two words that follow each other (`a-b`)."""
    tokens: set[str] = set()
    for name in names.split():
        lower = name.lower()
        tokens.add(lower)
        words = lower.replace("_", "-").split("-") if lower == name and name.isascii() else _words(name)
        if len(words) > 1:
            tokens.update(words)
            tokens.update([f"{first}-{second}" for first, second in pairwise(words)])
    tokens.discard("")
    return frozenset(tokens)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(_MEMORY)
def naming(names: str) -> Naming:
    """What an element's names (separated by white space) say. Raises: nothing."""
    tokens = name_tokens(names)
    ranks = [_RANKS[token] for token in tokens if token in _RANKS]
    marker = _BY_RANK[min(ranks)] if ranks else None
    return Naming(tokens, marker, not _LEAD.isdisjoint(tokens), not _BODY.isdisjoint(tokens))


def marker(name: str) -> Marker:
    """The marker of that name in `markers.toml`. Raises: KeyError for a name that is not there."""
    return _BY_NAME[name]


_DATA = tomllib.loads((Path(__file__).parent / "markers.toml").read_text(encoding="utf-8"))
_BY_NAME = {
    row["name"]: Marker(Drop(Boilerplate(row["kind"]), f"content.{row['name']}", row["why"]), row.get("max_chars", 0))
    for row in _DATA["marker"]
}
_BY_RANK = tuple(_BY_NAME.values())
_RANKS: dict[str, int] = {}
for _rank, _row in enumerate(_DATA["marker"]):
    for _word in _row["words"]:
        _RANKS.setdefault(_word, _rank)
_LEAD = frozenset(_DATA["lead"]["words"])
_BODY = frozenset(_DATA["body"]["words"])
