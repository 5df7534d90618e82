"""One printed line -> the names it signs with."""

import re
from dataclasses import dataclass

from pipelines.date_text import is_month
from pipelines.names import MAX_BYLINE, MAX_NAME, WORDS, any_of, is_agency, looks_like_person, split

_AND = frozenset(WORDS["and"])
_PARTICLES = frozenset(WORDS["particles"])
_STOPS = frozenset(WORDS["stops"])
_ROLES = frozenset(WORDS["roles"])
_ENDS = _STOPS | _ROLES
SMALL_WORDS = _PARTICLES | _AND
"""Words that stand in and between names in small letters."""
_OTHERS = frozenset(WORDS["others"])
_ALONE = 40
"""Characters of the longest words for "by"."""
_LONG = 4
"""Letters; a longer word that runs into a name is no part of it."""

_BY = re.compile(
    r"\W*(?:(?:[^\W\d_]+\s+){0,3}?(?:by|par|por|door|przez|oleh)"
    rf"|(?:eine?\s+)?(?:{any_of(WORDS['by'])}))(?:\s*[:：／/]\s*|\s+|$)",
    re.IGNORECASE,
)
_BY_WORDS = frozenset(phrase.split()[-1].rstrip("／") for phrase in (*WORDS["by"], "oleh"))
_GLUED_BY = re.compile(
    r"\W*(?:[^\W\d_]+\s+){0,2}?(?:By|BY|by|Von|von|Par|par|Por|por|Af|af|Av|av)(?=[A-ZÀ-Þ][\w.’'-]*\s)"
)
NAME_WORD = re.compile(r"[^\W\d_]+")
"""`By` and the name ran together."""
_DIVIDER = re.compile(r"(\s*[|•·∙●▪—–\n]+\s*|\s+[-/]\s+|\s*(?<![^\W_])\d[\d.:,/-]*\s*)")
_DIGIT = re.compile(r"\d")
_DATED = re.compile(
    r"(\d[\d.]*(?:st|nd|rd|th)?\s*(?:de\s+|of\s+)?)?([^\W\d_]{3,})\.?,?\s*(?=\d)"
    r"|(\d[\d.]*(?:st|nd|rd|th)?\s*(?:de\s+|of\s+)?)([^\W\d_]{3,})"
)
_GLUE = re.compile(r"(?<=[a-zß-öø-ÿ]{2})(?=([A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+|\d))")
"""Where the texts of two elements may have run together ("Jane RoeMay 12")."""
_REPORTER = re.compile(
    r"(?<![가-힣])([가-힣]{2,4})\s?(?:선임|인턴|전문|객원|수습)?\s?(?:기자|특파원|논설위원)(?![가-힣])"
)
"""Korean: "name, reporter"."""
CASELESS = re.compile(r"[\u0590-\u10ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a line says of who wrote it."""

    names: tuple[str, ...] = ()
    by: bool = False
    """Whether a word for "by" stands before them."""
    share: float = 0.0
    """Of the line's characters, those in names, 0 to 1."""


_NOBODY = Printed()


def may_sign(text: str) -> bool:
    """Whether a line has a word for "by" in it, or looks so. Quick, for lines of which most don't. Raises: nothing."""
    if len(text) > MAX_BYLINE:
        return False
    if not _BY_WORDS.isdisjoint(NAME_WORD.findall(text.lower())):
        return True
    return (not text.isascii() and _REPORTER.search(text) is not None) or _GLUED_BY.match(text) is not None


def is_by_alone(text: str) -> bool:
    """Whether a line is nothing but a word for "by". Raises: nothing."""
    if len(text) > _ALONE or text.rstrip(" :：").lower().rsplit(" ", 1)[-1] not in _BY_WORDS:
        return False
    match = _BY.match(text)
    return match is not None and match.end() == len(text)


def speaks_of_others(text: str) -> bool:
    """Whether words say that somebody made something else than the text ("Photo: ..."). Raises: nothing."""
    return not _OTHERS.isdisjoint(NAME_WORD.findall(text.lower()))


def is_label(text: str) -> bool:
    """Whether words of a page's controls and labels are in a text. Raises: nothing."""
    return not _STOPS.isdisjoint(text.lower().split())


def read_line(text: str, *, by: bool = False) -> Printed:
    """The names in a line of a page; none when it signs nothing. `by`: a word for "by" is all of the line before it.

    Raises: nothing.
    """
    if not 0 < len(text) <= MAX_BYLINE or "©" in text:
        return _NOBODY
    reporter = None if text.isascii() else _REPORTER.search(text)
    if reporter:
        return Printed((reporter[1],), True, len(reporter[0]) / len(text))
    whole = _GLUE.sub(_unglued, text)
    whole = _DATED.sub(_without_month, whole) if _DIGIT.search(whole) else whole
    unsigned: tuple[str, ...] = ()
    pieces = ["", *_DIVIDER.split(whole)]
    for divider, segment in zip(pieces[::2], pieces[1::2], strict=True):
        by = by and not _DIGIT.search(divider)  # "By 12 May 2026": nobody is named
        if not segment:
            continue
        start = _after_by(segment)
        names = _names(segment[start:], by=by or start > 0)
        if names and (by or start):
            return Printed(names, True, sum(map(len, names)) / len(text))
        unsigned = unsigned or names
        by = start > 0 and start == len(segment)
    return Printed(unsigned, False, sum(map(len, unsigned)) / len(text))


def _unglued(match: re.Match[str]) -> str:
    """A divider where two texts ran together: before a word that ends names, and after a name."""
    word, place = match[1], match.start()
    after = match.string[place + len(word) :].lstrip(" .")
    if word.lower() in _ENDS or (is_month(word) and after[:1].isdigit()):
        return " | "
    long = word.isdigit() or (len(word) > _LONG and match.string[place - 3].islower())
    return " | " if long and looks_like_person(match.string[max(0, place - MAX_NAME) : place]) else ""


def _without_month(match: re.Match[str]) -> str:
    word = match[2] or match[4]
    return f"{match[1] or match[3] or ''} | " if is_month(word) else match[0]


def _after_by(segment: str) -> int:
    """Where the names begin after a word for "by"; 0 without one."""
    match = _BY.match(segment) or _GLUED_BY.match(segment)
    if match is None or speaks_of_others(match[0]):
        return 0
    return match.end()


def _names(text: str, *, by: bool) -> tuple[str, ...]:
    """The names that a segment begins with: people and agencies; after "by" a single one may be anything."""
    words = _name_words(text.split(), by=by)
    found = split(" ".join(words))
    certain = tuple(name for name in found if looks_like_person(name) or is_agency(name))
    if certain or not by:
        return certain
    return tuple(found[:2]) if len(words) <= 3 else ()


def _name_words(words: list[str], *, by: bool) -> list[str]:
    """The words that names at the start of a text may consist of."""
    count = 0
    for word in words:
        core = word.strip(",;:&+/'\"“”‘’.").lower()
        if core in _STOPS:
            break
        if core in _ROLES and count > 1 and not any(word.endswith(",") for word in words[:count]):
            break
        if core and not (
            word[:1].isupper() or core in _PARTICLES or core in _AND or (by and not count) or CASELESS.match(word)
        ):
            count -= count > 2 and len(core) > 2 and words[count - 1][-1:] != ","
            break
        count += 1
    while count and words[count - 1].lower() in SMALL_WORDS:
        count -= 1
    half = count // 2
    return words[:half] if half > 1 and words[:half] == words[half:count] else words[:count]
