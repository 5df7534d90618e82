"""The invented outlets: their stories and designs, read from the folders in `outlets/`."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from string import Template
from typing import Any

from pipelines.records import Reason

OUTLETS = ("havnebladet", "clarion", "talbote", "faro", "clipline")


@dataclass(frozen=True, slots=True)
class Story:
    """An article as it was written, before any outlet's design is put around it."""

    path: str
    title: str
    lead: str
    section: str
    published: datetime
    body: tuple[str, ...]
    """Paragraphs; `## ` begins a subheading."""
    author: str | None = None
    agency: str | None = None
    tags: tuple[str, ...] = ()
    caption: str = ""
    credit: str = ""
    correction: str = ""
    duration: str = ""
    """Of a video, `mm:ss`."""
    panel: tuple[tuple[str, str, str], ...] = ()
    """Entities of the knowledge panel: name, description, a headline that mentions it."""
    later: bool = False
    """Whether it appears only after `DemoWeb.publish_later`."""

    @property
    def section_path(self) -> str:
        return "/" + unicodedata.normalize("NFKD", self.section).encode("ascii", "ignore").decode().lower()


@dataclass(frozen=True, slots=True)
class Trap:
    """A page that the outlet links to like an article and that is none."""

    path: str
    title: str
    reason: Reason
    """What a crawl ends with."""
    html: str
    status: int = 200
    location: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Insert:
    """Markup that the outlet puts between the paragraphs of its stories."""

    after: int
    """The number of the paragraph before it, from 1."""
    html: Template


@dataclass(frozen=True, slots=True)
class Outlet:
    name: str
    language: str
    date: Template
    months: tuple[str, ...]
    robots: str
    teaser: Template
    frame: Template
    article: Template
    stories: tuple[Story, ...]
    traps: tuple[Trap, ...]
    inserts: tuple[Insert, ...]
    feed: str | None = None
    """`rss`, `atom` or `json`; None: no feed."""
    sitemap: bool = False
    metadata: tuple[str, ...] = ()
    """What its pages say of themselves to machines, beyond the canonical link: `json-ld`, `opengraph`."""
    encoding: str = "utf-8"


def load(folder: str) -> Outlet:
    """The outlet kept in `outlets/<folder>/`."""
    place = files(__package__) / "outlets" / folder
    data = tomllib.loads((place / "outlet.toml").read_text("utf-8"))
    return Outlet(
        **{key: data[key] for key in ("name", "language", "robots", "sitemap")},
        date=Template(data["date"]),
        months=tuple(data["months"]),
        teaser=Template(data["teaser"]),
        frame=Template((place / "frame.html").read_text("utf-8")),
        article=Template((place / "article.html").read_text("utf-8")),
        stories=tuple(_story(story) for story in data["story"]),
        traps=tuple(Trap(**{**trap, "reason": Reason(trap["reason"])}) for trap in data["trap"]),
        inserts=tuple(Insert(insert["after"], Template(insert["html"])) for insert in data.get("insert", ())),
        feed=data.get("feed"),
        metadata=tuple(data["metadata"]),
        encoding=data.get("encoding", "utf-8"),
    )


def _story(data: Mapping[str, Any]) -> Story:
    body = tuple(re.split(r"\n\n+", data["body"].strip()))
    panel = tuple((name, description, mention) for name, description, mention in data.get("panel", ()))
    return Story(**{**data, "body": body, "panel": panel, "tags": tuple(data.get("tags", ()))})
