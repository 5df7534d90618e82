"""The `news` spider: everything new of one or more sources, and what was edited.

Discovery (feeds, sitemaps, home and section pages) fills the frontier in SQL; articles are asked for from there, a few
at a time, so that a run of any size holds little in memory and nothing is lost with it. What is to be read next is in
SQL before what was read is marked as read.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.articles import article_request, failure_of, file_redirect, file_unmodified, page_of
from crawler.clock import now
from crawler.conditional import conditions, header
from crawler.config import Config
from crawler.discovery import discover, well_known
from crawler.discovery.freshness import fresh_for
from crawler.discovery.model import Discovered, Endpoint, EndpointKind
from crawler.failures import failure_reason
from crawler.frontier import Frontier
from crawler.politeness import HostLeftAloneError, PolitenessMiddleware, retry_after
from crawler.recorder import Recorder
from crawler.schedule import FIRST, NEVER, dates_hold, next_check, next_check_after_failure
from crawler.turn import DEEPEST, LAST_PAGE, UNDER_WAY, Turn, at_once
from db import feeds, links
from db.feeds import FeedCheck, FeedRow
from db.sources import Source
from pipelines.records import Found, Reason
from pipelines.urls import on_site, respelled


class NewsSpider(Spider):
    """Crawls sources by name: `scrapy crawl news -a source=example.com[,example.org] [-a limit=20]`.

    Without a source: all that are due. `limit` caps the articles asked for from each source, `listings` the feeds,
    sitemaps and listing pages. `since`, a date or moment in ISO 8601, leaves waiting what is dated before it.
    """

    name = "news"

    def __init__(self, source: str = "", limit: str = "", listings: str = "", since: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = source.split(",") if source else None
        self.limit = int(limit) if limit else None
        self.listings = int(listings) if listings else None
        self.since = _aware(datetime.fromisoformat(since)) if since else None

    @property
    def recorder(self) -> Recorder:
        return Recorder.of(self.crawler)

    async def start(self) -> AsyncIterator[Request]:
        config: Config = self.settings["COPYDESK"]
        claimed = await self.recorder.claim(self.names)
        for name in sorted(set(self.names or ()) - {source.name for source in claimed}):
            self.logger.error("%s is no source, switched off or being crawled; see `copydesk sources`", name)
        for source in claimed:
            turn = Turn(
                source,
                Frontier(self.recorder, source.id, self.since),
                listings_left=config.listings_per_run if self.listings is None else self.listings,
                articles_left=config.articles_per_run if self.limit is None else self.limit,
                since=self.since,
            )
            for request in await self._open(turn):
                yield request

    # ---------------------------------------------------------------- discovery

    async def _open(self, turn: Turn) -> list[Request]:
        """The first requests of a source: its endpoints that are due, and what waits in the frontier."""
        recorder, source, moment = self.recorder, turn.source, now()
        rows = await recorder.call(feeds.of, recorder.database, source.id)
        if not rows:
            home = [(source.url, EndpointKind.HOME, None)]
            rows = await recorder.call(feeds.add, recorder.database, source.id, home, moment)
        turn.begin(rows)
        by_name = at_once(rows) if self.names else []
        due = [row for row in rows if row.due(moment)]
        return [*self._listing_requests(turn, [*by_name, *due]), *await self._next_articles(turn)]

    def _listing_requests(self, turn: Turn, rows: Iterable[FeedRow]) -> list[Request]:
        """A conditional request for each endpoint whose turn it is."""
        config: Config = self.settings["COPYDESK"]
        return [
            Request(
                row.url,
                callback=self.parse_listing,
                errback=self.listing_failed,
                headers=conditions(row.etag, row.last_modified),
                dont_filter=True,
                priority=1,
                meta={"download_maxsize": config.sitemap_bytes},
                cb_kwargs={"turn": turn, "row": row},
            )
            for row in turn.listings(rows)
        ]

    async def parse_listing(self, response: Response, turn: Turn, row: FeedRow) -> AsyncIterator[Any]:
        """Files what an endpoint lists, and asks for what follows from it."""
        body_hash = hashlib.sha256(response.body).hexdigest()
        if response.status == 304 or (response.status == 200 and body_hash == row.body_hash):
            turn.answered += 1
            await self._checked(row, response, row.body_hash)
        elif response.status != 200:
            await self._failed(row, response, f"answered {response.status}")
        elif row.kind == EndpointKind.HOME and not on_site(response.url, turn.source.url):
            await self._failed(row, response, f"redirects to {response.url}; add that")
        else:
            for request in await self._read_listing(response, turn, row, body_hash):
                yield request
        turn.listings_open -= 1  # not before: the end of an article meanwhile would give the source back
        for request in await self._next_articles(turn):
            yield request

    async def listing_failed(self, failure: Failure) -> AsyncIterator[Any]:
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        turn, row = request.cb_kwargs["turn"], request.cb_kwargs["row"]
        reason, evidence = failure_reason(failure.value)
        left_alone = isinstance(failure.value, HostLeftAloneError)
        if left_alone:
            turn.stop(f"{failure.value}: {evidence}")
        if not left_alone or row.last_checked is None:  # so that `add` can say what stands in the way
            await self._failed(row, None, f"{reason}: {evidence}")
        turn.listings_open -= 1
        for article in await self._next_articles(turn):
            yield article

    async def _read_listing(self, response: Response, turn: Turn, row: FeedRow, body_hash: str) -> list[Request]:
        """Files what a document says that reads otherwise than the last time; returns the requests that follow."""
        # Off the reactor's thread: a large sitemap takes seconds.
        kind, content_type = EndpointKind(row.kind), header(response, "Content-Type")
        found = await asyncio.to_thread(discover, kind, response.url, content_type, response.body)
        new = await self._file_links(turn, row, response.url, found)
        following = await self._further_endpoints(turn, row, response, found, new)
        if found.problem is None:
            turn.answered += 1
            await self._checked(row, response, body_hash, len(found.links), new, found.ttl)
        else:
            await self._failed(row, response, found.problem, new)
        return self._listing_requests(turn, following)

    async def _checked(
        self,
        row: FeedRow,
        response: Response,
        body_hash: str | None,
        found: int = 0,
        new: int = 0,
        ttl: timedelta | None = None,
    ) -> None:
        """Records a look at an endpoint that answered well, with its validators for the next one."""
        moment = now()
        fresh = fresh_for(header(response, "Cache-Control"), header(response, "Age"))
        asked = max(filter(None, (ttl, fresh)), default=None)
        quiet = moment - (row.last_new_at or row.created_at)
        once = row.kind == EndpointKind.PAGE
        again = next_check(moment, row.interval, key=row.url, found=found, new=new, quiet=quiet, asked=asked)
        check = FeedCheck(
            at=moment,
            status=response.status,
            next_check=moment + NEVER if once else again,
            etag=header(response, "ETag"),
            last_modified=header(response, "Last-Modified"),
            body_hash=body_hash,
            found=found,
            new=new,
            ttl=asked,
        )
        await self.recorder.call(feeds.checked, self.recorder.database, row.id, check)

    async def _failed(self, row: FeedRow, response: Response | None, problem: str, new: int = 0) -> None:
        """Records a look at an endpoint that brought no answer (None), or not a good one."""
        moment = now()
        again = next_check_after_failure(
            moment,
            row.interval,
            key=row.url,
            failures=row.failures + 1,
            worked=row.body_hash is not None,
            missing=response is not None and response.status in (404, 410),
            asked=retry_after(header(response, "Retry-After"), moment),
        )
        status = response.status if response else None
        check = FeedCheck(at=moment, status=status, next_check=again, new=new, problem=problem)
        await self.recorder.call(feeds.checked, self.recorder.database, row.id, check)

    async def _file_links(self, turn: Turn, row: FeedRow, page: str, found: Discovered) -> int:
        """Makes the site's own links known to the frontier; returns how many were not known before."""
        recorder, source = self.recorder, turn.source
        own = [Found(respelled(link.url, page), link.hints) for link in found.links if on_site(link.url, source.url)]
        if len(own) < len(found.links):
            recorder.count(source.id, Reason.OFF_SITE, len(found.links) - len(own))
        dates = row.kind in (EndpointKind.FEED, EndpointKind.SITEMAP) and dates_hold(row.dates_right, row.dates_wrong)
        return await recorder.call(links.add, recorder.database, source.id, own, row.id, now(), dates=dates)

    async def _further_endpoints(
        self, turn: Turn, row: FeedRow, response: Response, found: Discovered, new: int
    ) -> list[FeedRow]:
        """Endpoints that were not known yet or have changed, and a listing's next page while pages bring new links."""
        recorder, source = self.recorder, turn.source
        endpoints = list(found.endpoints)
        first_look = row.body_hash is None
        if row.kind == EndpointKind.HOME and first_look:
            endpoints += await self._announced(source, response, endpoints)
        sections = [endpoint for endpoint in endpoints if endpoint.kind == EndpointKind.SECTION]
        excess = sections[max(turn.sections_left, 0) :] if row.depth < DEEPEST else sections
        triples = [(endpoint.url, endpoint.kind, endpoint.title) for endpoint in endpoints if endpoint not in excess]
        modified = {endpoint.url: endpoint.modified for endpoint in endpoints if endpoint.modified}
        rows = await recorder.call(
            feeds.add, recorder.database, source.id, triples, now(), depth=row.depth + 1, modified=modified
        )
        turn.begin(rows)
        number = row.depth + 1 if row.kind == EndpointKind.PAGE else 1
        if found.next_page and on_site(found.next_page, source.url) and number < LAST_PAGE:
            # A crash between filing a page's links and this line must not end the chain: then nothing is new.
            brought = new or (first_look and await recorder.call(links.brought, recorder.database, row.id))
            if brought or (first_look and row.kind != EndpointKind.PAGE):
                page = found.next_page, EndpointKind.PAGE, now()
                rows.append(await recorder.call(feeds.reopen, recorder.database, source.id, *page, depth=number))
        return rows

    async def _announced(self, source: Source, response: Response, known: list[Endpoint]) -> list[Endpoint]:
        """Sitemaps that robots.txt names; where nothing names any, the addresses where they usually are."""
        robots = await PolitenessMiddleware.of(self.crawler).robots_for(response.url)
        announced = [Endpoint(url, EndpointKind.SITEMAP) for url in robots.sitemaps]
        named = {endpoint.kind for endpoint in (*known, *announced)}
        guesses = [guess for guess in well_known(source.url) if guess.kind not in named]
        return announced + guesses

    # ---------------------------------------------------------------- articles

    async def parse_article(self, response: Response, found: Found, turn: Turn) -> AsyncIterator[Any]:
        settled = await file_unmodified(self.recorder, response, found, turn.source) or await file_redirect(
            self.recorder, response, found, turn.source
        )
        if not settled:
            yield page_of(response, found)
        for request in await self._article_done(turn):
            yield request

    async def article_failed(self, failure: Failure) -> AsyncIterator[Any]:
        turn: Turn = failure.request.cb_kwargs["turn"]  # type: ignore[attr-defined]  # set by Scrapy
        if isinstance(failure.value, HostLeftAloneError):
            turn.stop(str(failure.value))  # was not asked: its link goes on waiting
        else:
            yield failure_of(failure)
        for following in await self._article_done(turn):
            yield following

    async def _article_done(self, turn: Turn) -> list[Request]:
        turn.articles_open -= 1
        return await self._next_articles(turn)

    async def _next_articles(self, turn: Turn) -> list[Request]:
        """Requests for the next articles of the frontier; gives the source back when nothing is left to do.

        Filed articles are looked at once the endpoints have been asked, which may say that they have not changed.
        """
        requests = []
        while turn.articles_left > 0 and turn.articles_open < UNDER_WAY:
            if turn.source.id not in self.recorder.held:
                turn.stop("another worker has taken the source over")
                break
            turn.articles_open += 1
            edits = not turn.listings_open
            link = await turn.frontier.take(edits=edits)
            if link is None:
                turn.articles_open -= 1
                if edits or turn.listings_open:
                    break
                continue  # the last endpoint has answered meanwhile
            turn.articles_left -= 1
            requests.append(
                article_request(
                    Found(link.url, link.hints),
                    self.parse_article,
                    self.article_failed,
                    headers=conditions(link.etag, link.last_modified) if link.article_id else {},
                    turn=turn,
                )
            )
        if turn.over and turn.source.id in self.recorder.held:
            self.recorder.held.discard(turn.source.id)  # at once: two answers may get here at the same time
            await self._release(turn)
        return requests

    async def _release(self, turn: Turn) -> None:
        """Gives the source back, due when its first endpoint or page is; notes what kept it from being crawled."""
        recorder, source = self.recorder, turn.source
        rows = await recorder.call(feeds.of, recorder.database, source.id)
        if why := turn.stopped or _nothing_read(turn, rows):
            recorder.troubles[source.name] = why
        checks = [row.next_check for row in rows if row.next_check]
        if not turn.stopped:  # what the budgets of this run left is due at once, and pages when their time comes
            checks += [now() for row in rows if row.next_check is None]
            handed_out = turn.frontier.handed_out
            first_page = await recorder.call(links.soonest, recorder.database, source.id, now(), handed_out)
            checks += [first_page] if first_page else []
        soonest = min(checks, default=now() + FIRST)
        rest = await PolitenessMiddleware.of(self.crawler).rest_until(source.url)
        await recorder.release(source.id, max(soonest, rest) if rest else soonest)


def _nothing_read(turn: Turn, rows: Iterable[FeedRow]) -> str | None:
    """What there is to say of a source of which no endpoint answered well; None when it need not be said.

    That a guessed address is still not there is no news; that one which has worked does not any more is.
    """
    worked = {row.id for row in rows if row.body_hash}
    if not turn.asked or turn.answered or (worked and not worked & turn.asked):
        return None
    return "none of its feeds and pages could be read"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
