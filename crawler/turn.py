"""One source's turn in a run: what it may still ask for, and which of its endpoints come first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crawler.discovery.model import EndpointKind
from crawler.frontier import Frontier
from db.feeds import FeedRow
from db.sources import Source

UNDER_WAY = 4
"""Articles of one source handed to Scrapy at a time: enough to keep one slot busy, since one is in flight."""
MOST_SECTIONS = 200
"""Section pages taken up from one source: what a site links as sections beyond that are tags and topics."""
DEEPEST = 3
"""Pages between the home page and a section. Sections of sections of sections are topics."""
LAST_PAGE = 200
"""Pages of one listing. Beyond some four thousand pieces a sitemap is the way; a listing without end is a trap."""
SLICE = 10
"""Sitemaps read for the first time in one run, the newest first: an archive of decades is read over many runs."""


@dataclass(slots=True)
class Turn:
    """One source's turn in this run."""

    source: Source
    frontier: Frontier
    listings_left: int
    articles_left: int
    since: datetime | None = None
    """Sitemaps that have not changed since are left waiting; None: none is."""
    sections_left: int = MOST_SECTIONS
    sitemaps_left: int = SLICE
    asked: set[int] = field(default_factory=set)
    """Ids of the endpoints asked in this run."""
    answered: int = 0
    """Endpoints that answered well."""
    stopped: str | None = None
    """Why the turn ended early."""
    listings_open: int = 0
    articles_open: int = 0
    """Requests handed to Scrapy and not answered yet."""

    @property
    def over(self) -> bool:
        """Whether nothing is under way."""
        return not self.listings_open and not self.articles_open

    def stop(self, why: str) -> None:
        """Ends the turn; what is left waits for the next run."""
        self.stopped = self.stopped or why
        self.articles_left = self.listings_left = 0

    def begin(self, rows: Iterable[FeedRow]) -> None:
        """Takes note of the endpoints that are known."""
        self.sections_left -= sum(row.kind == EndpointKind.SECTION for row in rows)

    def listings(self, rows: Iterable[FeedRow]) -> list[FeedRow]:
        """Which of these endpoints are asked now, in order: each once in a run, as far as the budgets go."""
        chosen = []
        for row in sorted(rows, key=_rank):
            if row.id in self.asked or self.listings_left <= 0 or self._waits(row):
                continue
            self.asked.add(row.id)
            self.listings_left -= 1
            self.listings_open += 1
            chosen.append(row)
        return chosen

    def _waits(self, row: FeedRow) -> bool:
        if self.since and row.told_modified and row.told_modified < self.since:
            return True
        if row.kind == EndpointKind.SITEMAP and row.last_checked is None:
            self.sitemaps_left -= 1
            return self.sitemaps_left < 0
        return False


def at_once(rows: Iterable[FeedRow]) -> list[FeedRow]:
    """The endpoints that are asked when a source is crawled by name, due or not.

    All that answered well, save further pages of listings, which are read once, and sitemaps that have not changed
    since, as their index says.
    """
    return [
        row
        for row in rows
        if not row.failures
        and row.kind != EndpointKind.PAGE
        and not (row.told_modified and row.last_checked and row.told_modified <= row.last_checked)
    ]


def _rank(row: FeedRow) -> tuple[int, float, int]:
    """What lists the newest; new sections; what was asked before, the longest ago first; then the backlog.

    The backlog are sitemaps and further pages that were never asked: of those found last the first ones, which the
    index or the listing named as its newest.
    """
    if row.kind in (EndpointKind.HOME, EndpointKind.FEED):
        return 0, 0, row.id
    if row.last_checked is not None:
        return 2, row.last_checked.timestamp(), row.id
    rank = {EndpointKind.SECTION: 1, EndpointKind.SITEMAP: 3}.get(EndpointKind(row.kind), 4)
    return rank, -row.created_at.timestamp(), row.id
