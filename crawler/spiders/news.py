"""The `news` spider: everything new of one or more sources.

Discovery (feeds, sitemaps, home and section pages) fills the frontier in SQL; articles are asked for from there, a few
at a time, so that a run of any size holds little in memory and nothing is lost with it. What is to be read next is in
SQL before what was read is marked as read.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.articles import article_request, failure_of, file_redirect, page_of
from crawler.clock import now
from crawler.config import Config
from crawler.discovery import discover, well_known
from crawler.discovery.model import Discovered, Endpoint, EndpointKind
from crawler.failures import failure_reason
from crawler.politeness import HostLeftAloneError, PolitenessMiddleware
from crawler.recorder import Recorder
from crawler.schedule import FIRST, NEVER, next_check
from db import feeds, links
from db.feeds import FeedCheck, FeedRow
from db.links import LinkRow
from db.sources import Source
from pipelines.records import Found, Reason
from pipelines.urls import on_site

UNDER_WAY = 4
"""Articles of one source handed to Scrapy at a time: enough to keep one slot busy, since one is in flight."""
BATCH = 100
"""Links read from the frontier at a time."""
MOST_SECTIONS = 200
"""Section pages taken up from one source: what a site links as sections beyond that are tags and topics."""
NEWEST_FIRST = (EndpointKind.HOME, EndpointKind.FEED)
"""The endpoints that are asked first: the newest articles are known soonest that way."""


@dataclass(slots=True)
class SourceCrawl:
    """One source's turn in this run."""

    source: Source
    listings_left: int
    articles_left: int
    sections_left: int = MOST_SECTIONS
    asked: set[int] = field(default_factory=set)
    """Ids of the endpoints asked in this run."""
    answered: int = 0
    """Endpoints that answered well."""
    stopped: str | None = None
    """Why the turn ended early."""
    waiting: deque[LinkRow] = field(default_factory=deque)
    handed_out: set[int] = field(default_factory=set)
    """Ids of the links asked for in this run: until a page is stored its link still reads as waiting."""
    under_way: int = 0
    """Articles handed to Scrapy and not answered yet."""
    open_requests: int = 0
    """All requests handed to Scrapy and not answered yet."""

    def stop(self, why: str) -> None:
        """Ends the turn; what is left waits for the next run."""
        self.stopped = self.stopped or why
        self.articles_left = self.listings_left = 0


class NewsSpider(Spider):
    """Crawls sources by name: `scrapy crawl news -a source=example.com[,example.org] [-a limit=20]`.

    Without a source: all that are due. `limit` caps the articles asked for from each source, `listings` the feeds,
    sitemaps and listing pages.
    """

    name = "news"

    def __init__(self, source: str = "", limit: str = "", listings: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = source.split(",") if source else None
        self.limit = int(limit) if limit else None
        self.listings = int(listings) if listings else None

    @property
    def recorder(self) -> Recorder:
        return Recorder.of(self.crawler)

    async def start(self) -> AsyncIterator[Request]:
        config: Config = self.settings["COPYDESK"]
        claimed = await self.recorder.claim(self.names)
        for name in sorted(set(self.names or ()) - {source.name for source in claimed}):
            self.logger.error("%s is no source, switched off or being crawled; see `copydesk sources`", name)
        for source in claimed:
            crawl = SourceCrawl(
                source,
                listings_left=config.listings_per_run if self.listings is None else self.listings,
                articles_left=config.articles_per_run if self.limit is None else self.limit,
            )
            for request in await self._open(crawl):
                yield request

    # ---------------------------------------------------------------- discovery

    async def _open(self, crawl: SourceCrawl) -> list[Request]:
        """The first requests of a source: its endpoints that are due, and what waits in the frontier."""
        recorder, source = self.recorder, crawl.source
        rows = await recorder.call(feeds.of, recorder.database, source.id)
        if not rows:
            home = [(source.url, EndpointKind.HOME, None)]
            rows = await recorder.call(feeds.add, recorder.database, source.id, home, now())
        crawl.sections_left -= sum(row.kind == EndpointKind.SECTION for row in rows)
        # By name, all that answered well is asked at once; what failed waits for its time, as in any run.
        by_name = [row for row in rows if self.names and not row.failures and row.kind != EndpointKind.PAGE]
        return [*self._listing_requests(crawl, _in_order([*by_name, *_due(rows)])), *await self._next_articles(crawl)]

    def _listing_requests(self, crawl: SourceCrawl, rows: Iterable[FeedRow]) -> list[Request]:
        """A conditional request for each endpoint that was not asked in this run, as far as the budget goes."""
        config: Config = self.settings["COPYDESK"]
        requests = []
        for row in rows:
            if row.id in crawl.asked or crawl.listings_left <= 0:
                continue
            crawl.asked.add(row.id)
            crawl.listings_left -= 1
            crawl.open_requests += 1
            conditions = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
            requests.append(
                Request(
                    row.url,
                    callback=self.parse_listing,
                    errback=self.listing_failed,
                    headers={name: value for name, value in conditions.items() if value},
                    dont_filter=True,
                    priority=1,
                    meta={"download_maxsize": config.sitemap_bytes},
                    cb_kwargs={"crawl": crawl, "row": row},
                )
            )
        return requests

    async def parse_listing(self, response: Response, crawl: SourceCrawl, row: FeedRow) -> AsyncIterator[Any]:
        """Files what an endpoint lists, and asks for what follows from it."""
        crawl.open_requests -= 1
        body_hash = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or (response.status == 200 and body_hash == row.body_hash):
            crawl.answered += 1
            await self._checked(row, response, row.body_hash)
        elif response.status != 200:
            await self._checked(row, response, problem=f"answered {response.status}")
        elif row.kind == EndpointKind.HOME and not on_site(response.url, crawl.source.url):
            await self._checked(row, response, problem=f"redirects to {response.url}; add that")
        else:
            # Off the reactor's thread: a large sitemap takes seconds.
            kind, content_type = EndpointKind(row.kind), _header(response, "Content-Type")
            found = await asyncio.to_thread(discover, kind, response.url, content_type, response.body)
            crawl.answered += found.problem is None
            new = await self._file_links(crawl, row, found)
            following = await self._further_endpoints(crawl, row, response, found, new)
            await self._checked(row, response, body_hash, len(found.links), new, found.problem)
            for request in self._listing_requests(crawl, following):
                yield request
        for request in await self._next_articles(crawl):
            yield request

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        crawl, row = request.cb_kwargs["crawl"], request.cb_kwargs["row"]
        crawl.open_requests -= 1
        reason, evidence = failure_reason(failure.value)
        if isinstance(failure.value, HostLeftAloneError):
            crawl.stop(f"{failure.value}: {evidence}")
            if row.last_checked is None:  # so that `add` can say what stands in the way
                await self._checked(row, None, problem=f"{reason}: {evidence}")
        else:
            await self._checked(row, None, problem=f"{reason}: {evidence}")
        for article in await self._next_articles(crawl):
            yield article

    async def _checked(
        self,
        row: FeedRow,
        response: Response | None,
        body_hash: str | None = None,
        found: int = 0,
        new: int = 0,
        problem: str | None = None,
    ) -> None:
        """Records a look at an endpoint, with its validators for the next one."""
        moment = now()
        if row.kind == EndpointKind.PAGE and problem is None:
            again = moment + NEVER
        else:
            failures = row.failures + 1 if problem else 0
            again = next_check(moment, row.interval, new=new, failures=failures, worked=row.body_hash is not None)
        check = FeedCheck(
            at=moment,
            status=response.status if response else None,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            body_hash=body_hash,
            found=found,
            new=new,
            problem=problem,
            next_check=again,
        )
        await self.recorder.call(feeds.checked, self.recorder.database, row.id, check)

    async def _file_links(self, crawl: SourceCrawl, row: FeedRow, found: Discovered) -> int:
        """Makes the site's own links known to the frontier; returns how many were not known before."""
        own = [link for link in found.links if on_site(link.url, crawl.source.url)]
        if len(own) < len(found.links):
            self.recorder.count(crawl.source.id, Reason.OFF_SITE, len(found.links) - len(own))
        return await self.recorder.call(links.add, self.recorder.database, crawl.source.id, own, row.id, now())

    async def _further_endpoints(
        self, crawl: SourceCrawl, row: FeedRow, response: Response, found: Discovered, new: int
    ) -> list[FeedRow]:
        """Endpoints that were not known yet, and the next page of a listing while pages bring new links."""
        recorder, source = self.recorder, crawl.source
        endpoints = list(found.endpoints)
        first_look = row.body_hash is None
        if row.kind == EndpointKind.HOME and first_look:
            endpoints += await self._announced(source, response, endpoints)
        sections = [endpoint for endpoint in endpoints if endpoint.kind == EndpointKind.SECTION]
        excess = sections[max(crawl.sections_left, 0) :]
        triples = [(endpoint.url, endpoint.kind, endpoint.title) for endpoint in endpoints if endpoint not in excess]
        rows = await recorder.call(feeds.add, recorder.database, source.id, triples, now())
        crawl.sections_left -= sum(row.kind == EndpointKind.SECTION for row in rows)
        if found.next_page and on_site(found.next_page, source.url):
            # A crash between filing a page's links and this line must not end the chain: then nothing is new.
            brought = new or (first_look and await recorder.call(links.brought, recorder.database, row.id))
            if brought or (first_look and row.kind != EndpointKind.PAGE):
                page = found.next_page, EndpointKind.PAGE, now()
                rows.append(await recorder.call(feeds.reopen, recorder.database, source.id, *page))
        return _in_order(rows)

    async def _announced(self, source: Source, response: Response, known: list[Endpoint]) -> list[Endpoint]:
        """Sitemaps that robots.txt names; where nothing names any, the addresses where they usually are."""
        robots = await PolitenessMiddleware.of(self.crawler).robots_for(response.url)
        announced = [Endpoint(url, EndpointKind.SITEMAP) for url in robots.sitemaps]
        named = {endpoint.kind for endpoint in (*known, *announced)}
        guesses = [guess for guess in well_known(source.url) if guess.kind not in named]
        return announced + guesses

    # ---------------------------------------------------------------- articles

    async def parse_article(self, response: Response, found: Found, crawl: SourceCrawl) -> AsyncIterator[Any]:
        if not await file_redirect(self.recorder, response, found, crawl.source):
            yield page_of(response, found)
        for request in await self._article_done(crawl):
            yield request

    async def article_failed(self, failure: Failure) -> AsyncIterator[Any]:
        crawl: SourceCrawl = failure.request.cb_kwargs["crawl"]  # type: ignore[attr-defined]  # set by Scrapy
        if isinstance(failure.value, HostLeftAloneError):
            crawl.stop(str(failure.value))  # was not asked: its link goes on waiting
        else:
            yield failure_of(failure)
        for following in await self._article_done(crawl):
            yield following

    async def _article_done(self, crawl: SourceCrawl) -> list[Request]:
        crawl.open_requests -= 1
        crawl.under_way -= 1
        return await self._next_articles(crawl)

    async def _next_articles(self, crawl: SourceCrawl) -> list[Request]:
        """Requests for the next articles of the frontier; gives the source back when nothing is left to do."""
        requests = []
        while crawl.articles_left > 0 and crawl.under_way < UNDER_WAY:
            if not crawl.waiting and not await self._read_frontier(crawl):
                break
            link = crawl.waiting.popleft()
            crawl.handed_out.add(link.id)
            crawl.under_way += 1
            crawl.articles_left -= 1
            crawl.open_requests += 1
            found = Found(link.url, link.hints)
            requests.append(article_request(found, self.parse_article, self.article_failed, crawl=crawl))
        if not crawl.open_requests and crawl.source.id in self.recorder.held:
            await self._release(crawl)
        return requests

    async def _read_frontier(self, crawl: SourceCrawl) -> bool:
        """Fills the queue with links that wait; False when there are none."""
        recorder, source = self.recorder, crawl.source
        if source.id not in recorder.held:
            crawl.stop("another worker has taken the source over")
            return False
        pending = await recorder.call(
            links.pending, recorder.database, source.id, now(), BATCH, exclude=frozenset(crawl.handed_out)
        )
        if not crawl.waiting:  # another answer of the same source may have filled the queue meanwhile
            crawl.waiting.extend(link for link in pending if link.id not in crawl.handed_out)
        return bool(crawl.waiting)

    async def _release(self, crawl: SourceCrawl) -> None:
        """Gives the source back, due when the first of its endpoints is; notes what kept it from being crawled."""
        recorder, source = self.recorder, crawl.source
        why = crawl.stopped or (
            "none of its feeds and pages could be read" if crawl.asked and not crawl.answered else None
        )
        if why:
            recorder.troubles[source.name] = why
        rows = await recorder.call(feeds.of, recorder.database, source.id)
        soonest = min((row.next_check for row in rows if row.next_check), default=now() + FIRST)
        await recorder.release(source.id, soonest)


def _due(rows: Iterable[FeedRow]) -> list[FeedRow]:
    moment = now()
    return [row for row in rows if row.due(moment)]


def _in_order(rows: Iterable[FeedRow]) -> list[FeedRow]:
    """What lists the newest first, then what was never asked, then what was asked longest ago: all get their turn."""
    return sorted(
        rows, key=lambda row: (row.kind not in NEWEST_FIRST, row.last_checked is not None, row.last_checked or 0)
    )


def _header(response: Response | None, name: str) -> str | None:
    value = response.headers.get(name) if response else None
    return value.decode("latin-1") if value else None
