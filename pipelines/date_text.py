"""Dates in words, and dates counted from the day of reading. The words are data: `date_words.toml`."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.date_parts import EARLIEST, LATEST, OFFSET, WORDS, Parts, offset_of

MAX_RELATIVE = 60
"""Characters of a text in which "2 days ago" or "today" dates the page and does not tell a story."""


def _folded(word: str) -> str:
    """Without accents, for pages that type without them."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _month_names() -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The names that mean one month in every language; and each language's own, with their first three letters."""
    own: dict[str, dict[str, int]] = {}
    everywhere: dict[str, set[int]] = {}
    for language, row in WORDS["months"].items():
        names = own[language] = {}
        beginnings: dict[str, set[int]] = {}
        for month, cell in enumerate(row.split(" "), start=1):
            for name in cell.replace("-", " ").split("|"):
                for form in {name, _folded(name)}:
                    names[form] = month
                    beginnings.setdefault(form[:3], set()).add(month)
                    if len(form) > 3:
                        everywhere.setdefault(form, set()).add(month)
        for beginning, months in beginnings.items():
            if len(months) == 1 and len(beginning) == 3:
                names.setdefault(beginning, months.pop())
    shared = {form: months.pop() for form, months in everywhere.items() if len(months) == 1}
    return own["en"] | shared, own


MONTHS, _OWN_MONTHS = _month_names()
LANGUAGES = frozenset((*_OWN_MONTHS, "no", "nn"))
"""Codes of the languages whose months are known."""


def is_month(word: str) -> bool:
    """Whether a word names a month in some language. Raises: nothing."""
    return word.lower() in MONTHS


_CLOCK = re.compile(
    r"(?<![\d:.])(?P<before>午前|午後|上午|下午|오전|오후)?\s?"
    r"(?P<hour>\d{1,2})(?:\s?[:：]\s?(?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?|\s?[h時时시点點](?:\s?(?P<minute2>\d{1,2})(?:[分분]|(?!\d)))?(?![a-z])|\.(?P<minute3>\d\d)(?=\s?[ap]\.?\s?m\b)|\s?(?=[ap]\.?\s?m\b)|\s?(?=uhr\b))"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?|\s?(?P<half2>μμ|πμ|μ\.μ|π\.μ|[مص](?!\w)))?"
)
_DOTTED_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?![\d.]|\s?%)(?:\s?(?P<half>[ap])\.?\s?m\b)?"
)
_AFTER_CLOCK = re.compile(rf"^\s?(?:uhr|hrs|h|óra)?\s?\(?(?:(?:gmt|utc)\s?(?=[+-]))?{OFFSET}", re.IGNORECASE)
_DURATIONS = "|".join(word.replace("-", " ") for word in WORDS["durations"].split())
_DURATION = re.compile(rf"(?:{_DURATIONS})\s?[:：]?\s?\d{{1,3}}(?::\d\d){{1,2}}")
"""The running time of a video: figures like those of a clock, and no time of day."""
_LATE = frozenset({"p", "午後", "下午", "오후", "μμ", "μ.μ", "م"})
_EARLY = frozenset({"a", "午前", "上午", "오전", "πμ", "π.μ", "ص"})

_CJK_DATE = re.compile(r"(?:(?P<year>\d{4})\s?[年년]\s?)?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日號号일]")
_CJK_MONTH = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]")
_NUMERIC = re.compile(r"(?<![\d.:/,-])(\d{1,4})(\s?[./-]\s?)(\d{1,2})\2(\d{4}|\d{2})(?![\d/_-]|\.\d|:)")
_YEAR_FIRST = re.compile(r"(?<![\d.:/,-])(\d{4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e])"
"""With the marks that belong to letters in the scripts of South Asia."""
_TOKEN = re.compile(rf"(?<![^\W\d_])\d+|\d+(?![^\W\d_])|{_LETTER}+(?:[.'’](?=[^\W\d_]){_LETTER}+)*")
"""A number or a word; not the number inside a name such as `press24news`."""
_YEAR_AND_TIME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\d{1,2}(?::\d\d|\s?min))")
"""A year and what follows it, printed without a space between ("May 12, 20262:30 PM")."""
_JOINING = 3
"""Letters of the longest word that may stand between day, month and year ("12 de mayo", "12th of May")."""


def human(text: str, fetched_at: datetime, language: str) -> Parts | None:
    """A date in words or figures somewhere in `text`, with its time. `language`: a tag in lower case, or empty."""
    lowered = _YEAR_AND_TIME.sub(r"\1 ", _DURATION.sub(" | ", text.lower()))
    clock = _CLOCK.search(lowered)
    rest = lowered[: clock.start()] + " | " + lowered[clock.end() :] if clock else lowered
    found = (
        _cjk(rest, fetched_at)
        or _year_first(rest)
        or _named(rest, fetched_at, language)
        or _numeric(rest, fetched_at, language)
    )
    if found is None and len(text) <= MAX_RELATIVE // (1 if clock else 2):
        found = _relative_day(rest, fetched_at, language)
    if found is None:
        return None
    parts, (start, end) = found
    if parts.day is None:
        return parts
    if clock:
        return _with_clock(parts, clock, lowered[clock.end() :])
    rest = rest[:start] + " " * (end - start) + rest[end:]
    clock = _DOTTED_CLOCK.search(rest)
    return _with_clock(parts, clock, rest[clock.end() :]) if clock else parts


def _with_clock(parts: Parts, clock: re.Match[str], after: str) -> Parts:
    group = clock.groupdict()
    hour, minute = (
        int(group["hour"]),
        int(next((value for name, value in group.items() if "minute" in name and value), 0)),
    )
    half = group.get("half") or group.get("half2") or group.get("before")
    if half in _LATE and hour < 12:
        hour += 12
    elif half in _EARLY and hour == 12:
        hour = 0
    second = int(group["second"]) if group.get("second") else None
    if hour > 23 or minute > 59 or (second or 0) > 59:
        return parts
    timed = replace(parts, hour=hour, minute=minute, second=second)
    zone = _AFTER_CLOCK.match(after)
    return replace(timed, offset=offset_of(zone["zone"], timed)) if zone else timed


_Found = tuple[Parts, tuple[int, int]]


def _cjk(text: str, fetched_at: datetime) -> _Found | None:
    if match := _CJK_DATE.search(text):
        month, day = int(match["month"]), int(match["day"])
        year = int(match["year"]) if match["year"] else _year_of(month, day, fetched_at)
        return Parts(year, month, day), match.span()
    if match := _CJK_MONTH.search(text):
        return Parts(int(match["year"]), int(match["month"])), match.span()
    return None


def _named(text: str, fetched_at: datetime, language: str) -> _Found | None:
    """A month by name, with the numbers next to it."""
    own = _OWN_MONTHS.get("nb" if language[:2] in ("no", "nn") else language.split("-")[0], {})
    tokens = list(_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        word = token[0]
        month, width = own.get(word) or MONTHS.get(word), 1
        if month is None and index + 1 < len(tokens):  # "tháng 5", "كانون الثاني"
            pair = f"{word} {tokens[index + 1][0]}"
            month, width = own.get(pair) or (MONTHS.get(pair) if not pair.isascii() else None), 2
        if month is None:
            continue
        if parts := _around(tokens, index, width, month, fetched_at):
            return parts
    return None


def _around(tokens: list[re.Match[str]], index: int, width: int, month: int, fetched_at: datetime) -> _Found | None:
    before = _number_near(tokens, range(index - 1, index - 4, -1))
    after = _number_near(tokens, range(index + width, index + width + 3))
    first, last = tokens[index], tokens[index + width - 1]
    day = next((match for match in (before, after) if match and 1 <= int(match[0]) <= 31 and len(match[0]) <= 2), None)
    near = tokens[max(0, index - 4) : index + width + 5]
    years = [match for match in near if len(match[0]) == 4 and _year(match[0])]
    if not years and day is not None and day is before and after and len(after[0]) == 2:
        years = [after]  # "12 May 26"
    year = _year(years[0][0]) if years else None
    if day is None:
        return (Parts(year, month), (first.start(), last.end())) if year else None
    span = min(day.start(), first.start()), max([day.end(), last.end(), *(match.end() for match in years[:1])])
    return Parts(year or _year_of(month, int(day[0]), fetched_at), month, int(day[0])), span


def _number_near(tokens: list[re.Match[str]], places: range) -> re.Match[str] | None:
    for place in places:
        if not 0 <= place < len(tokens):
            return None
        if tokens[place][0].isdecimal():
            return tokens[place]
        if len(tokens[place][0]) > _JOINING:
            return None
    return None


def _year(digits: str) -> int | None:
    if not digits.isdecimal():
        return None
    number = int(digits) if len(digits) <= 4 else 0
    if len(digits) == 4 and 2500 <= number <= 2650:
        number -= 543  # the Thai calendar
    if len(digits) == 2:
        number += 2000
    return number if EARLIEST <= number <= 2100 else None


def _year_of(month: int, day: int, fetched_at: datetime) -> int:
    """The latest year in which this day is not ahead of the fetch."""
    limit = fetched_at + LATEST
    return limit.year if (month, day) <= (limit.month, limit.day) else limit.year - 1


def _year_first(text: str) -> _Found | None:
    match = _YEAR_FIRST.search(text)
    year = _year(match[1]) if match else None
    return (Parts(year, int(match[3]), int(match[4])), match.span()) if match and year else None


def _numeric(text: str, fetched_at: datetime, language: str) -> _Found | None:
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        if year is None or first > 31:
            continue
        if _month_first(first, second, match[2], year, fetched_at, language):
            first, second = second, first
        if second <= 12:
            return Parts(year, second, first), match.span()
    return None


def _month_first(first: int, second: int, separator: str, year: int, fetched_at: datetime, language: str) -> bool:
    """Whether 5/6/2026 is the sixth of May: only where Americans write, or where the other reading is impossible."""
    if first > 12 or second > 12:
        return second > 12
    if "." in separator:
        return False
    if language in ("en-us", "es-us", "en-ph", "fil", "tl"):
        return True
    try:
        return datetime(year, second, first, tzinfo=UTC) > fetched_at + LATEST
    except ValueError:
        return True


# ---------------------------------------------------------------- relative to the fetch

_UNITS = {word: unit for unit, words in WORDS["relative"]["units"].items() for word in words.split()}
_NUMBERS = {word: int(number) for number, words in WORDS["relative"]["numbers"].items() for word in words.split()}
_DAYS = {word.replace("-", " "): int(back) for back, words in WORDS["days"].items() for word in words.split()}
_ONLY_IN: dict[str, str] = WORDS["days_only_in"]
_UNIT_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43800, "year": 525960}


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_DAY_WORDS = frozenset(
    part for name in (*MONTHS, *_UNITS, *_DAYS) for part in name.replace("-", " ").split() if len(part) > 1
)
_DAY_FIGURES = re.compile(r"\d\s?[月월日일分时時小天個个前전시분]|(?<![\d.])\d{1,2}\.\s?\d{1,2}\.(?!\d)")
_WORD = re.compile(rf"{_LETTER}+")


def may_name_day(text: str) -> bool:
    """Whether a text without a year has a word or a sign that a date has. Cheap. Raises: nothing."""
    return not _DAY_WORDS.isdisjoint(_WORD.findall(text.lower())) or _DAY_FIGURES.search(text) is not None


def other_words(text: str) -> int:
    """How many words of a text are none that a date has. Raises: nothing."""
    return sum(word not in _DAY_WORDS for word in _WORD.findall(text.lower()))


_RELATIVE_DAY = re.compile(rf"(?<![^\W\d_])(?:{_any_of(list(_DAYS))})(?![^\W\d_])")
_AMOUNT = rf"(?P<n>\d{{1,3}}|{_any_of(list(_NUMBERS))})"
_UNIT = rf"(?P<u>{_any_of(list(_UNITS))})\.?"
_AMOUNT_OF_TIME = re.compile(rf"(?<!\w){_AMOUNT}\s?{_UNIT}".replace("?P<n>", "?:").replace("?P<u>", "?:"))
_AGO = tuple(
    re.compile(r"(?<!\w)" + pattern.replace(" ", r"\s?").format(n=_AMOUNT, u=_UNIT) + r"(?![^\W\d_])")
    for pattern in WORDS["relative"]["patterns"]
)


def relative(text: str, fetched_at: datetime) -> Parts | None:
    """ "15 hours ago", exact to the day; "15 minutes ago", to the minute."""
    lowered = text.lower()
    if len(text) > MAX_RELATIVE or not _AMOUNT_OF_TIME.search(lowered):
        return None
    match = next((match for pattern in _AGO if (match := pattern.search(lowered))), None)
    if not match:
        return None
    amount = int(match["n"]) if match["n"].isdecimal() else _NUMBERS[match["n"]]
    unit = _UNITS[match["u"]]
    moment = fetched_at.astimezone(UTC) - timedelta(minutes=amount * _UNIT_MINUTES[unit])
    if unit == "year":
        return Parts(moment.year)
    if unit == "month":
        return Parts(moment.year, moment.month)
    if unit == "minute":
        return Parts(moment.year, moment.month, moment.day, moment.hour, moment.minute, None, 0)
    return Parts(moment.year, moment.month, moment.day)


def _relative_day(text: str, fetched_at: datetime, language: str) -> _Found | None:
    match = _RELATIVE_DAY.search(text)
    if not match or _ONLY_IN.get(match[0], language[:2]) != language[:2]:
        return None
    day = fetched_at - timedelta(days=_DAYS[match[0]])
    return Parts(day.year, day.month, day.day), match.span()
