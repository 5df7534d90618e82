"""What reading a discovery document comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.records import Found

MAX_LINKS = 50_000
"""Articles taken from one document, the newest: the sitemap protocol's limit for a file (sitemaps.org)."""
MAX_ENDPOINTS = 500
"""Sitemaps taken from one index, the newest: decades of monthly ones, more than a year of daily ones."""


class EndpointKind(StrEnum):
    """What an address is expected to answer with."""

    HOME = "home"
    SECTION = "section"
    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    """A further page of a listing, read once."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address where links to articles are found."""

    url: str
    kind: EndpointKind
    title: str | None = None
    modified: datetime | None = None
    """When it last changed, as the sitemap index that names it says; aware, UTC."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a feed, sitemap or page gave."""

    links: tuple[Found, ...] = ()
    """Likely articles, each address once, in document order; the newest first when more than the cap were listed."""
    endpoints: tuple[Endpoint, ...] = ()
    """Further discovery addresses: child sitemaps (newest first), announced feeds, sections."""
    next_page: str | None = None
    """The listing's next page."""
    problem: str | None = None
    """One line for people when the document is empty, broken or not what was asked for; None when all is well."""
    ttl: timedelta | None = None
    """How long a feed asks to be taken for fresh; None: it does not say."""


def unique(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each address once, where it first stood."""
    first: dict[str, Found] = {}
    for item in found:
        first.setdefault(item.url, item)
    return tuple(first.values())
