"""The rulebook: phrase packs (a TOML file a language) and site files, loaded, validated and ready to match.

A file that is not as it should be raises `RuleError`, which names the file, the key and what was expected.
"""

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pipelines.furniture import Furniture
from pipelines.patterns import HEAD, compiled, head, repeats_beside, repeats_nested, shape
from pipelines.records import Boilerplate, Page
from pipelines.urls import host_key

PACKS: Final = Path(__file__).with_name("phrases")
COMMON: Final = "any"
"""The pack that applies to text in every language."""
FALLBACK: Final = "en"
"""English labels stand on pages in every language."""
_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "bs": "hr", "sh": "hr"}
"""Languages that are written so much like another that they share its pack."""


class RuleError(ValueError):
    """A rule file that can't be used; the message names file, key and what was expected."""


class Place(StrEnum):
    """Where a phrase may stand, and so what goes when it matches."""

    LINE = "line"
    """It is the whole block, anywhere."""
    HEAD = "head"
    """It is the whole block, before the body begins."""
    TAIL = "tail"
    """It is the whole block, after the body has ended."""
    START = "start"
    """It leads the first block of the body or one before it; the rest of the block stays."""
    END = "end"
    """It ends a block, as a sentence or bracket of its own; what stands before it stays."""
    SECTION = "section"
    """It is the whole block, a heading; what stands under it goes with it."""


CAPTURES: Final = frozenset(
    {"credit", "section", "duration", "published", "modified", "author", "agency", "standfirst", "tags", "breadcrumbs"}
)
"""The facts that a pattern's named groups may fill."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One boilerplate phrase."""

    id: str
    """Such as `en.video-credit`; unique."""
    kind: Boilerplate
    place: Place
    pattern: str
    """A regular expression. Case is ignored; the place anchors it."""
    why: str
    examples: tuple[str, ...] = ()
    """Blocks that must go (or lose the matching stretch)."""
    keeps: tuple[str, ...] = ()
    """Blocks that look alike and must stay."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A site's own cleaning rules, for as long as its pages looked that way."""

    valid_until: dt.date | None = None
    """The last day of fetching to which it applies; None: today's layout."""
    keep: tuple[str, ...] = ()
    """CSS selectors of the elements that hold the article."""
    drop: tuple[str, ...] = ()
    """CSS selectors of elements that are not the article."""
    phrases: tuple[Phrase, ...] = ()


_WHOLE: Final = (Place.SECTION, Place.LINE, Place.HEAD, Place.TAIL)

Match = tuple[Phrase, re.Match[str]]
_Entry = tuple[int, int, Phrase]
"""The shortest and longest text in characters that a phrase can be, and the phrase."""
_Known = tuple[int, int, Phrase, re.Pattern[str]]


class _Index:
    """Phrases by how their matches begin: nearly all text is no phrase, and that must cost next to nothing."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        entries: list[_Entry] = []
        by_head: dict[str, list[int]] = {"": []}
        for number, phrase in enumerate(phrases):
            heads, shortest, longest = shape(phrase.pattern)
            entries.append((shortest, longest, phrase))
            for one in heads:
                by_head.setdefault(one, []).append(number)
        self._by_head: dict[str, tuple[_Entry, ...]] = {}
        for beginning in by_head:
            numbers = {number for size in range(HEAD + 1) for number in by_head.get(beginning[:size], ())}
            self._by_head[beginning] = tuple(entries[number] for number in sorted(numbers))
        """A beginning -> the phrases that begin with it or with a part of it."""
        self.known = lru_cache(maxsize=1 << 12)(self.at)

    def at(self, beginning: str) -> tuple[_Known, ...]:
        """The phrases that may begin with the first HEAD characters of a text, compiled."""
        beginning = head(beginning)
        while (found := self._by_head.get(beginning)) is None:
            beginning = beginning[:-1]
        return tuple((*entry, compiled(entry[2].pattern)) for entry in found)

    def filling(self, text: str, start: int, end: int) -> list[Match]:
        """Every phrase that is all of `text[start:end]`."""
        known = self.known(text[start : start + HEAD])
        if not known:
            return []
        size = end - start
        return [
            (phrase, match)
            for shortest, longest, phrase, pattern in known
            if shortest <= size <= longest and (match := pattern.fullmatch(text, start, end))
        ]


class Matcher:
    """The phrases that apply to one language."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._whole = _Index([phrase for place in _WHOLE for phrase in phrases if phrase.place is place])
        self._start = _Index([phrase for phrase in phrases if phrase.place is Place.START])
        self._end = _Index([phrase for phrase in phrases if phrase.place is Place.END])

    def whole(self, text: str, start: int, end: int) -> list[Match]:
        """Every phrase that is all of `text[start:end]`."""
        return self._whole.filling(text, start, end)

    def start(self, text: str, start: int) -> list[Match]:
        """Every phrase that begins at `start`."""
        known = self._start.known(text[start : start + HEAD])
        return [(phrase, match) for *_, phrase, pattern in known if (match := pattern.match(text, start))]

    def end(self, text: str, start: int) -> list[Match]:
        """Every phrase that begins at `start` and is all the rest."""
        return self._end.filling(text, start, len(text))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules. Frozen; `for_host` gives the same rules with one site's own."""

    packs: Mapping[str, tuple[Phrase, ...]]
    """Language (ISO 639-1, or `any`) -> its phrases."""
    sites: Mapping[str, tuple[Layout, ...]] = field(default_factory=dict)
    """Host -> its layouts, today's last."""
    version: str = ""
    """A hash of all rule data: the packs, the site files, the words and weights that extraction goes by."""
    site: Layout = Layout()
    furniture: Furniture = field(default_factory=dict)
    """What is known to recur on the site's pages."""
    obey_rights: bool = False
    """Whether an article that its site reserves from use by machines is rejected."""
    _matchers: dict[tuple[tuple[str, ...], tuple[Phrase, ...]], Matcher] = field(
        default_factory=dict, repr=False, compare=False
    )
    """Language and a site's own phrases -> what `matcher` has built; holds nothing that is not in the rules."""

    def for_host(self, host: str, day: dt.date | None = None, furniture: Furniture | None = None) -> "Rulebook":
        """The rulebook for a page of `host` fetched on `day` (None: today's layout).

        A site file applies to its domain and everything under it. Raises: nothing.
        """
        layout = next((_layout_on(self.sites[name], day) for name in _domains(host) if name in self.sites), Layout())
        if layout == self.site and not furniture and not self.furniture:
            return self
        return replace(self, site=layout, furniture=furniture or {})

    def for_page(self, page: Page, furniture: Furniture | None = None) -> "Rulebook":
        """The rulebook for a page: its site's rules as they were when it was fetched, and what recurs on the site.

        Raises: nothing.
        """
        return self.for_host(host_key(page.final_url), page.fetched_at.date(), furniture)

    def matcher(self, language: str | None) -> Matcher:
        """The phrases for a text in `language`: its pack, English, the common ones and the site's; all when None.

        A language without a pack gets no other's: its words may mean something else there.
        """
        known = _SAME.get(language or "", language)
        names = sorted(set(self.packs) if known is None else {known, COMMON, FALLBACK} & set(self.packs))
        key = tuple(names), self.site.phrases
        if key not in self._matchers:
            phrases = [*self.site.phrases, *(phrase for name in names for phrase in self.packs[name])]
            self._matchers[key] = Matcher(phrases)
        return self._matchers[key]


def load_rulebook(site_files: Sequence[Path] = (), packs: Path = PACKS) -> Rulebook:
    """All phrase packs of the folder and the site files (`<domain>.toml`), validated.

    Raises: RuleError for a file that can't be read or is not as documented in `crawler/sites/README.md`.
    """
    digest = hashlib.sha256()
    for file in sorted([*PACKS.parent.glob("*.toml"), *PACKS.parent.glob("*.json")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    loaded: dict[str, tuple[Phrase, ...]] = {}
    shared: Mapping[str, str] = {}
    for file in sorted(packs.glob("*.toml"), key=lambda file: (file.stem != COMMON, file.name)):
        table, where = _read(file, digest.update)
        _check_keys(table, {"part", "phrase"}, where)
        parts = _parts(table, shared, where)
        shared = parts if file.stem == COMMON else shared
        loaded[file.stem] = _phrases(table, file.stem, where, parts)
    sites: dict[str, tuple[Layout, ...]] = {}
    for file in sorted(site_files, key=lambda path: path.name):
        table, where = _read(file, digest.update)
        _check_keys(table, {"layout"}, where)
        layouts = [_layout(entry, f"site.{file.stem}", place) for entry, place in _tables(table, "layout", where)]
        sites[file.stem.lower()] = _by_time(layouts, where)
    return Rulebook(loaded, sites, digest.hexdigest()[:12])


def _domains(host: str) -> Iterator[str]:
    """`a.b.example`, `b.example`, `example`, without a port."""
    name = host.lower().rsplit(":", 1)[0].strip(".")
    while name:
        yield name
        name = name.partition(".")[2]


def _by_time(layouts: Sequence[Layout], where: "_Where") -> tuple[Layout, ...]:
    """The layouts in order, today's last; those of the same time are one."""
    found: dict[dt.date, Layout] = {}
    for new in layouts:
        old = found.get(day := new.valid_until or dt.date.max, Layout(new.valid_until))
        found[day] = Layout(new.valid_until, old.keep + new.keep, old.drop + new.drop, old.phrases + new.phrases)
        _check_ids(found[day].phrases, where)
    return tuple(found[day] for day in sorted(found))


def _layout_on(layouts: Sequence[Layout], day: dt.date | None) -> Layout:
    for layout in layouts:
        if layout.valid_until is None or (day is not None and day <= layout.valid_until):
            return layout
    return Layout()


# Reading and validating ------------------------------------------------------------------------------------------

_CALL: Final = re.compile(r"\(\?&(\w+)\)")
"""The name of a part in a pattern, as Perl calls a named group."""


@dataclass(frozen=True, slots=True)
class _Where:
    """A table in a rule file, as errors name it. Its line is looked for when there is an error."""

    file: str
    lines: Sequence[str]
    path: tuple[tuple[str, int, object], ...] = ()
    """The tables that it stands in, itself last: key, number among those of the key from 1, name."""

    def __str__(self) -> str:
        return f"{self.file}:{self._start() + 1}: {self._name()}" if self.path else self.file

    def on(self, key: str) -> str:
        """The same with the line of a key; that of the heading when it is not there."""
        own, start = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*="), self._start()
        line = next((number for number in range(start, len(self.lines)) if own.match(self.lines[number])), start)
        return f"{self.file}:{line + 1}: {self._name()}" if self.path else f"{self.file}:{line + 1}"

    def table(self, key: str, number: int, name: object) -> "_Where":
        """The table of that number among those of a key, counted from 1."""
        return _Where(self.file, self.lines, (*self.path, (key, number, name)))

    def _name(self) -> str:
        return ": ".join(f"{key} {name}" for key, _, name in self.path)

    def _start(self) -> int:
        """The line of the table's heading, from 0."""
        start = 0
        for key, number, _ in self.path:
            heading = re.compile(rf"\s*\[\[\s*(?:\w+\s*\.\s*)?{re.escape(key)}\s*\]\]")
            found = (line for line in range(start, len(self.lines)) if heading.match(self.lines[line]))
            start = next(islice(found, number - 1, None), start)
        return start


def _read(file: Path, hashed: Callable[[bytes], None]) -> tuple[dict[str, Any], _Where]:
    try:
        data = file.read_bytes()
        hashed(file.name.encode() + b"\0" + data)
        text = data.decode("utf-8")
        return tomllib.loads(text), _Where(file.name, text.splitlines())
    except (OSError, ValueError) as error:
        raise RuleError(f"{file.name}: expected a readable TOML file in UTF-8: {error}") from error


def _tables(table: Mapping[str, Any], key: str, where: _Where) -> Iterator[tuple[dict[str, Any], _Where]]:
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{where}: {key}: expected tables written [[{key}]]")
    for number, entry in enumerate(entries, 1):
        yield entry, where.table(key, number, entry.get("id", number))


def _check_keys(table: Mapping[str, Any], known: Collection[str], where: _Where) -> None:
    for key in table:
        if key not in known:
            raise RuleError(f"{where.on(key)}: unknown key {key!r}; expected one of {', '.join(sorted(known))}")


def _parts(table: Mapping[str, Any], shared: Mapping[str, str], where: _Where) -> Mapping[str, str]:
    """What patterns of the pack may call by name, `(?&date)`; a part may call those before it."""
    own = table.get("part", {})
    if not isinstance(own, dict):
        raise RuleError(f"{where}: part: expected a table written [part]")
    parts = dict(shared)
    for name in own:
        parts[name] = _spelled_out(_string(own, name, where), parts, where, name)
    return parts


def _spelled_out(pattern: str, parts: Mapping[str, str], where: _Where, key: str) -> str:
    def called(call: re.Match[str]) -> str:
        if call[1] not in parts:
            known = ", ".join(sorted(parts)) or "none"
            raise RuleError(f"{where.on(key)}: {key}: unknown part {call[1]!r}; expected one of {known}")
        return f"(?:{parts[call[1]]})"

    return _CALL.sub(called, pattern)


def _phrases(
    table: Mapping[str, Any], prefix: str, where: _Where, parts: Mapping[str, str] | None = None
) -> tuple[Phrase, ...]:
    found = [_phrase(entry, prefix, place, parts or {}) for entry, place in _tables(table, "phrase", where)]
    _check_ids(found, where)
    return tuple(found)


def _check_ids(phrases: Sequence[Phrase], where: _Where) -> None:
    seen: set[str] = set()
    for phrase in phrases:
        if phrase.id in seen:
            raise RuleError(f"{where}: phrase {phrase.id}: expected an id of its own, it is used twice")
        seen.add(phrase.id)


def _phrase(entry: Mapping[str, Any], prefix: str, where: _Where, parts: Mapping[str, str]) -> Phrase:
    _check_keys(entry, {"id", "kind", "place", "pattern", "why", "example", "keep"}, where)
    name = _string(entry, "id", where)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise RuleError(f"{where.on('id')}: id: expected lower-case words joined by '-', found {name!r}")
    return Phrase(
        f"{prefix}.{name}",
        Boilerplate(_one_of(entry, "kind", list(Boilerplate), where)),
        Place(_one_of(entry, "place", list(Place), where)),
        _spelled_out(_string(entry, "pattern", where), parts, where, "pattern"),
        _string(entry, "why", where),
        _strings(entry, "example", where),
        _strings(entry, "keep", where),
    )


def _layout(entry: Mapping[str, Any], prefix: str, where: _Where) -> Layout:
    _check_keys(entry, {"valid_until", "keep", "drop", "phrase"}, where)
    until = entry.get("valid_until")
    if until is not None and type(until) is not dt.date:
        raise RuleError(f"{where.on('valid_until')}: valid_until: expected a date such as 2026-05-31, found {until!r}")
    keep, drop = (_selectors(entry, key, where) for key in ("keep", "drop"))
    phrases = _phrases(entry, prefix, where)
    for phrase, (_, place) in zip(phrases, _tables(entry, "phrase", where), strict=True):
        check_pattern(phrase.pattern, place.on("pattern"))
    return Layout(until, keep, drop, phrases)


def _selectors(entry: Mapping[str, Any], key: str, where: _Where) -> tuple[str, ...]:
    from cssselect import HTMLTranslator, SelectorError  # here: only site files need it

    selectors = _strings(entry, key, where) if key in entry else ()
    for selector in selectors:
        try:
            HTMLTranslator().css_to_xpath(selector)
        except SelectorError as error:
            raise RuleError(f"{where.on(key)}: {key}: expected a CSS selector, found {selector!r}: {error}") from error
    return selectors


def _string(entry: Mapping[str, Any], key: str, where: _Where) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RuleError(f"{where.on(key)}: {key}: expected a text, found {value!r}")
    return value


def _strings(entry: Mapping[str, Any], key: str, where: _Where) -> tuple[str, ...]:
    value = entry.get(key)
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one.strip() for one in values):
        raise RuleError(f"{where.on(key)}: {key}: expected a text or a list of texts, found {value!r}")
    return tuple(values)


def _one_of(entry: Mapping[str, Any], key: str, known: Collection[str], where: _Where) -> str:
    value = _string(entry, key, where)
    if value not in known:
        raise RuleError(f"{where.on(key)}: {key}: expected one of {', '.join(sorted(known))}, found {value!r}")
    return value


def check_pattern(source: str, where: str) -> None:
    """That a pattern compiles, captures known facts only and takes linear time; `where` names it in the error.

    Site files are checked when they are loaded; the packs, which are many, by the test suite.
    Raises: RuleError.
    """
    try:
        pattern = re.compile(source, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise RuleError(f"{where}: pattern: expected a regular expression: {error}") from error
    if unknown := set(pattern.groupindex) - CAPTURES:
        names = ", ".join(sorted(CAPTURES))
        raise RuleError(f"{where}: pattern: unknown group {min(unknown)!r}; expected one of {names}")
    if pattern.groups > len(pattern.groupindex):
        raise RuleError(f"{where}: pattern: expected (?:...) instead of (...)")
    if repeats_nested(source):
        raise RuleError(
            f"{where}: pattern: expected no repetition inside a repetition, which may backtrack without end: "
            "make the inner one possessive (`++` for `+`, `*+` for `*`) or write {0,3}"
        )
    if repeats_beside(source):
        raise RuleError(
            f"{where}: pattern: expected at most three repetitions such as `.*` beside one another, which may take "
            "minutes to fail: bound them ({0,40}), or name the characters that they may not run over ([^:]*)"
        )
