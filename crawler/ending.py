"""Ending a crawl before it is done: nothing new is started, and what is in flight is awaited and filed.

In flight is at most one request a host, and each has its answer or fails within the setting `timeout`: that is how
long an ending takes. What was not asked for waits in SQL for the next run, due at once.
"""

import asyncio
from time import monotonic

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

DEADLINE = "deadline"
"""Why a crawl ended: its time was up."""
SHUTDOWN = "shutdown"
"""Why a crawl ended: a signal asked for it."""


class Ending:
    """A downloader middleware, the last one before the download: it lets nothing pass once the crawl is to end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.reason: str | None = None
        """Why the crawl ends early; None while it goes on."""
        self._stopping: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Ending":
        ending = cls(crawler)
        crawler.signals.connect(ending.started, signals.engine_started)
        return ending

    @classmethod
    def of(cls, crawler: Crawler) -> "Ending":
        """The crawl's ending. Raises: RuntimeError before the crawl has an engine, LookupError when it is left out."""
        middleware = crawler.get_downloader_middleware(cls)
        if middleware is None:
            raise LookupError("the middleware crawler.ending.Ending is not enabled in the Scrapy settings")
        return middleware

    def started(self) -> None:
        deadline: float | None = self.crawler.settings.get("COPYDESK_DEADLINE")
        if self.reason:
            self._stop(self.reason)
        elif deadline is not None:
            asyncio.get_running_loop().call_later(max(deadline - monotonic(), 0), self.end, DEADLINE)

    async def process_request(self, request: Request) -> None:
        if self.reason:
            raise _dropped(request, self.reason)

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Also what was refused because its robots.txt was not asked for any more is no outcome."""
        if self.reason and isinstance(exception, IgnoreRequest):
            request.errback = None

    def end(self, reason: str) -> None:
        """Ends the crawl; later calls do nothing."""
        if self.reason:
            return
        self.reason = reason
        if self.crawler.engine.running:  # else it ends as soon as it has started
            self._stop(reason)

    def _stop(self, reason: str) -> None:
        engine = self.crawler.engine
        for slot in engine.downloader.slots.values():  # what waits for its host's pace
            while slot.queue:
                request, answer = slot.queue.popleft()
                answer.errback(_dropped(request, reason))
        self._stopping = asyncio.ensure_future(engine.stop_async())


def _dropped(request: Request, reason: str) -> IgnoreRequest:
    """The error of a request that was not made. Its errback is not called: nothing is known of the address."""
    request.errback = None
    return IgnoreRequest(f"not asked for: {reason}")
