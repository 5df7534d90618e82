"""What the lines that cleaning takes out say of the article: credits, dates, authors, tags."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pipelines import dates
from pipelines.records import Boilerplate, Timestamp, Video
from pipelines.rules import Match, Place

_VIDEO: Final = frozenset({Boilerplate.VIDEO_CREDIT, Boilerplate.PUBLICATION_LINE, Boilerplate.PLAYER})
_CLOCK: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")
_UNITS: Final = re.compile(r"(\d{1,3})\s*(h|m|s)", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*[,;|·•/#>»›،؛、，；｜／＞]\s*")
_AND: Final = re.compile(
    r"\s*[,;|/&،、，／]\s*"
    r"|\s+(?:and|og|och|und|et|y|e|en|i|ja|a|és|și|si|in|ir|un|eta|и|та|και|ve|dan|và|และ|और|و)\s+"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the removed lines said; None and empty where they said nothing."""

    title: str | None = None
    standfirst: str | None = None
    published: Timestamp | None = None
    modified: Timestamp | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    videos: tuple[Video, ...] = ()
    photo_credits: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()


@dataclass(slots=True)
class FactSheet:
    """Gathers facts; the first word on a matter stands."""

    language: str | None
    fetched_at: datetime
    _facts: Facts = field(default_factory=Facts)

    def facts(self) -> Facts:
        return self._facts

    def note(self, kind: Boilerplate, said: str | Match) -> None:
        """Takes down what a line of that kind said: a caption's text, or a phrase's captures. Raises: nothing."""
        if isinstance(said, str):
            self._facts = replace(self._facts, captions=(*self._facts.captions, said))
            return
        captured = {name: value.strip() for name, value in said[1].groupdict().items() if value and value.strip()}
        leading = said[0].place is Place.START and kind is Boilerplate.DATE_STAMP
        origin = f"leading {said[1][0].strip()!r} stamp" if leading else f"text:{kind}"
        self._dates(captured, origin)
        self._names(captured)
        if kind in _VIDEO:
            self._video(captured)
        elif "credit" in captured:
            self._facts = replace(self._facts, photo_credits=_more(self._facts.photo_credits, [captured["credit"]]))

    def _dates(self, captured: dict[str, str], origin: str) -> None:
        facts = self._facts
        if "published" in captured and facts.published is None:
            stamp = dates.parse(captured["published"], self.fetched_at, self.language, origin)
            self._facts = facts = replace(facts, published=stamp)
        if "modified" in captured and facts.modified is None:
            stamp = dates.parse(captured["modified"], self.fetched_at, self.language, origin)
            self._facts = replace(facts, modified=stamp)

    def _names(self, captured: dict[str, str]) -> None:
        facts = self._facts
        self._facts = replace(
            facts,
            authors=_more(facts.authors, _AND.split(captured.get("author", ""))),
            agency=facts.agency or captured.get("agency"),
            section=facts.section or captured.get("section"),
            standfirst=facts.standfirst or captured.get("standfirst"),
            tags=_more(facts.tags, _SEPARATOR.split(captured.get("tags", ""))),
            breadcrumbs=_more(facts.breadcrumbs, _SEPARATOR.split(captured.get("breadcrumbs", ""))),
        )

    def _video(self, captured: dict[str, str]) -> None:
        """Credit, section and duration of one video may stand on lines of their own."""
        said = Video(None, captured.get("credit"), captured.get("section"), seconds(captured.get("duration", "")))
        if said == Video():
            return
        *others, last = self._facts.videos or (Video(),)
        clash = any(
            old is not None and new is not None
            for old, new in (
                (last.credit, said.credit),
                (last.section, said.section),
                (last.duration_seconds, said.duration_seconds),
            )
        )
        merged = Video(
            None,
            last.credit or said.credit,
            last.section or said.section,
            last.duration_seconds or said.duration_seconds,
        )
        videos = (*others, last, said) if clash else (*others, merged)
        self._facts = replace(self._facts, videos=videos)


def seconds(duration: str) -> int | None:
    """`01:10`, `1:02:03`, `70s`, `2 min` -> seconds; None when it is no duration. Raises: nothing."""
    if clock := _CLOCK.search(duration):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + rest
    units = {unit.lower(): int(number) for number, unit in _UNITS.findall(duration)}
    return units.get("h", 0) * 3600 + units.get("m", 0) * 60 + units.get("s", 0) if units else None


def _more(known: tuple[str, ...], said: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *(one.strip(" .,") for one in said if one.strip(" .,")))))
