"""The words of addresses and link texts (`words.toml`), as sets."""

import tomllib
from pathlib import Path

_DATA = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def _set(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in _DATA[name])


SERVICE = _set("service")
STATIC = _set("static", "service")
"""The site and its services: never articles, never lists of them."""
LISTING = _set("listing")
NO_HEADLINE = STATIC | LISTING
"""A link text that is one of these is no headline."""
RUBRIC = _set("rubric")
ARCHIVE = _set("archive")
CALENDAR = _set("calendar")
MEDIA = _set("media")
VARIANT = _set("variant")
ARTICLE = _set("article")
NO_SECTION = STATIC | LISTING | ARCHIVE | CALENDAR | MEDIA | VARIANT
ID_PARAMETERS = _set("id_parameters")
CALENDAR_PARAMETERS = _set("calendar_parameters")
FACET_PARAMETERS = _set("facet_parameters")
SECTION_PARAMETERS = _set("section_parameters")
PAGE_PARAMETERS = _set("page_parameters")
PAGE_SEGMENTS = _set("page_segments")
GENERIC_TEXT = _set("generic_text")
NEXT_TEXT = _set("next_text")
