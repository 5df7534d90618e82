"""One byline -> the names in it. The words are data: `byline_words.toml`."""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pipelines.date_text import is_month

MAX_NAMES = 15
MAX_BYLINE = 200
"""Characters; the longest bylines on the development pages, of nine people, have 150."""
MAX_NAME = 60
_MEMORY = 2000
"""Bylines remembered: pages say the same name in several places, and sites the same ones again."""

WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "byline_words.toml").read_text(encoding="utf-8"))
"""How bylines are written."""
_ROLES = frozenset(WORDS["roles"])
_DESKS = frozenset(WORDS["desks"])
_AGENCIES = frozenset(WORDS["agencies"])
_PARTICLES = frozenset(WORDS["particles"])


def any_of(words: Iterable[str]) -> str:
    """A regular expression's branches, the longest first. Raises: nothing."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_VERB = r"(?:[^\W\d_]+\s+(?=(?:by|von|par|por|door|af|av|di|przez)\s))?"  # "Posted by", "Veröffentlicht von"
_BY = re.compile(
    rf"^[\W_]*{_VERB}(?:{any_of(WORDS['by'])})(?:\s*[:：/]\s*|\s+)(?:{any_of(WORDS['fillers'])})?\s*", re.IGNORECASE
)
_BY_GLUED = re.compile(r"^(?:By|BY|Von|Par|Por|Af|Av)(?=[A-ZÀ-Þ][a-zà-ÿ.])")  # two elements without white space between
_BARE_BY = re.compile(r"^(?:by|von|af|av|par|por|di|door|автор|文／)\b[\s:]*", re.IGNORECASE)

_AND = re.compile(rf"\s+(?:{any_of(WORDS['and'])})\s+", re.IGNORECASE)
_SURELY_AND = re.compile(r"\s(?:and|und|og|och|&|\+|et)\s", re.IGNORECASE)
_BREAK = re.compile(r"\s*[;|/•·、，\n＝]\s*|\s+[–—-]\s+|\s*&\s*")
_FIRST = re.compile(rf"\s*[,;|/•·、，]\s*|\s+[–—-]\s+|\s+(?:{any_of(WORDS['and'])})\s+", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\s*[(\[（][^()\[\]（）]{0,80}[)\]）]?")
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|(?<!\w)@\w+|www\.\S+")
_REVIEWED = re.compile(
    r"(?<=\w)\W+(?:(?:medically|fact|legally|expert)[\s-])?(?:reviewed|checked|edited|verified|updated|approved)\s+by\b",
    re.IGNORECASE,
)
_PLACE_OR_PAPER = re.compile(r"\s+(?:for|in|para|für|i|w|à|en|aus|til|från|at)\s+(?:the\s+)?[A-ZÀ-Ý].{0,60}$")
_NUMBER = re.compile(r"(?<!\w)\d")
_WORD_AND_NUMBER = re.compile(r"([^\W\d_]+)\.?,?\s+\d")
_TO_NEXT_BREAK = re.compile(r"^[^|·/–]*")
_TITLE_AFTER = re.compile(r"\s*(?:기자|특파원|논설위원|선임기자|인턴기자|記者|編集委員)$")

_NOT_IN_NAMES = re.compile(r"[\d@#:©»«<>=/\\|!?_]")
_WORD = re.compile(r"[^\W\d_]+(?:[.'’ʼ-][^\W\d_]*)*\.?")
_CASELESS = re.compile(r"[\u0590-\u10ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HIRAGANA = re.compile(r"[\u3041-\u309f]")


def split(text: str) -> list[str]:
    """The names in one byline, without "By", addresses, roles, places and dates. Raises: nothing."""
    return list(_split(text[: MAX_BYLINE * 2]))


@lru_cache(_MEMORY)
def _split(text: str) -> tuple[str, ...]:
    text = _CONTACT.sub(" ", text).strip()
    text = _BY_GLUED.sub("", _PARENTHESIS.sub("", text))
    text = _without_date(_REVIEWED.split(text, maxsplit=1)[0])
    for _ in range(2):  # "Text: Von Max Müller"
        rest = _BY.sub("", text, count=1)
        if rest != text and looks_like_person(_FIRST.split(rest, maxsplit=1)[0]):
            text = rest
    names = [name for part in _BREAK.split(text) for name in _at_commas(part)]
    return tuple(dict.fromkeys(names))[:MAX_NAMES]


def is_agency(name: str) -> bool:
    """Whether a signature is a news agency's. Raises: nothing."""
    return name.strip(" /.()").lower() in _AGENCIES


def is_desk(name: str) -> bool:
    """Whether a signature is an office's ("Redaktion", "MND Staff"). Raises: nothing."""
    lowered = name.lower()
    return lowered in _DESKS or not _DESKS.isdisjoint(lowered.replace("-", " ").split())


def is_house(name: str, site_names: frozenset[str]) -> bool:
    """Whether a signature is an office's or the publication's own, by its squashed names (`titles.squash`).

    Raises: nothing.
    """
    return "".join(filter(str.isalnum, name.lower())) in site_names or is_desk(name)


@lru_cache(_MEMORY)
def looks_like_person(name: str) -> bool:
    """Two or more capitalised words, or a short name in a script without capitals. Raises: nothing."""
    if len(name) > MAX_NAME or _NOT_IN_NAMES.search(name):
        return False
    if _CASELESS.search(name):
        return len(name) <= (12 if _DENSE.search(name) else 40) and len(_HIRAGANA.findall(name)) < 3
    words = [word for word in _WORD.findall(name) if word.lower().rstrip(".") not in _PARTICLES]
    if not all(word[0].isupper() for word in words) or any(word.lower() in _ROLES for word in words):
        return False
    return 2 <= len(words) <= 6


def _without_date(text: str) -> str:
    """A date or another number, and what follows it up to the next sign that divides, is taken out."""
    match = _WORD_AND_NUMBER.search(text)
    if not match or not is_month(match[1]):
        match = _NUMBER.search(text)
    return f"{text[: match.start()]} | {_TO_NEXT_BREAK.sub('', text[match.end() :])}" if match else text


def _at_commas(part: str) -> list[str]:
    pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
    inverted = len(pieces) == 2 and all(len(piece.split()) == 1 and piece[0].isupper() for piece in pieces)
    if inverted and not any(map(is_agency, pieces)):
        return [f"{pieces[1]} {pieces[0]}"]  # "Doe, Jane"
    cleaned = [(number, _cleaned(name)) for number, piece in enumerate(pieces) for name in _at_ands(piece)]
    return [name for number, name in cleaned if name and (number == 0 or looks_like_person(name) or is_agency(name))]


def _at_ands(text: str) -> list[str]:
    """Split at "and" where names stand on both sides; "José Ortega y Gasset" stays one."""
    parts = _AND.split(text)
    if _SURELY_AND.search(text) or all(looks_like_person(_cleaned(part) or "") or is_agency(part) for part in parts):
        return parts
    return [text]


def _cleaned(name: str) -> str | None:
    """A single name; None for a role, an office or a scrap."""
    name = _TITLE_AFTER.sub("", name.strip())
    if len(name.split()) > 1:
        name = _BARE_BY.sub("", name, count=1)
    shorter = _PLACE_OR_PAPER.sub("", name)
    name = (shorter if looks_like_person(shorter) else name).strip(" \t,;:|–—-•·*\"“”'")
    if not 2 <= len(name) <= MAX_NAME or _NUMBER.search(name) or name.lower() in _DESKS:
        return None
    return None if all(word.lower().strip(".,") in _ROLES for word in name.split()) else name
