"""How a host is treated: robots.txt, pace, and being left alone when it asks for that or keeps failing.

One host is one download slot (`www.` and bare names share it) with one request in flight. robots.txt is fetched before
anything else, obeyed by RFC 9309, and kept for a day. Where Scrapy's own middlewares fall short: they ignore
Retry-After and Crawl-delay, and take an unreachable robots.txt for permission.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import monotonic
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Headers, Request, Response

from crawler import rights
from crawler.clock import now
from crawler.config import Config
from crawler.guard import AddressRefusedError
from crawler.notices import NOTICE, Notices, stop_when_enough
from crawler.recorder import Recorder
from crawler.robots import Robots, from_answer
from db import hosts
from db.hosts import Rest
from pipelines.urls import host_key

LONGEST_CRAWL_DELAY = 30.0
"""Seconds. A Crawl-delay above it is taken as this; two articles a minute is as slow as a news site can mean."""
LONGEST_WAIT = 60.0
"""Seconds that a run waits for a host that asked for time; a longer wait ends the host's turn in this run."""
LONGEST_RETRY_AFTER = 3600.0
"""Seconds. A Retry-After above an hour is taken as an hour."""
UNASKED_WAIT = 5.0
"""Seconds to wait after a 429 or 503 that does not say how long."""
MOST_RETRIES = 3
MOST_FAILURES = 5
"""Failed connections in a row after which a host is left alone for the rest of the run."""
MOST_REFUSALS = 10
"""Answers in a row that refuse us (401, 403, 429, 503) after which a host is left alone for the rest of the run."""
SHORTEST_REST = timedelta(minutes=15)
"""How long a host that fails is left alone; twice as long after each further run in which it does."""
LONGEST_REST = timedelta(days=1)
ROBOTS_FRESH = timedelta(days=1)
"""How long a robots.txt is used: RFC 9309, 2.4, says not longer than 24 hours."""
RIGHTS_FRESH = timedelta(days=7)
RIGHTS = "copydesk_rights"
"""The key in the `meta` of an article's request for what the host's own files say of use by machines."""
_REFUSING = frozenset({401, 403, 429, 503})
_RETRIES = "copydesk_retries"
logger = logging.getLogger(__name__)


class RobotsRefusedError(IgnoreRequest):
    """robots.txt forbids the address."""


class HostLeftAloneError(IgnoreRequest):
    """The host is not asked again in this run, and this address was not asked for: it goes on waiting.

    It asked for a longer pause, refused or failed too often in a row, or its robots.txt could not be read (RFC 9309:
    then everything is forbidden). `__cause__` is the error that decided, where there was one.
    """


@dataclass(slots=True)
class Host:
    """What a run has learned of one host."""

    rest: Rest | None
    """Why the host was last left alone, in this run or an earlier one; None when it works."""
    left_alone: HostLeftAloneError | None = None
    """Why no more requests are made in this run; None while they are."""
    crawl_delay: float = 0.0
    """Seconds; the longest that its robots.txt files ask for, of `www.` and of the bare name."""
    failures: int = 0
    """Failed connections in a row."""
    refusals: int = 0
    """Answers in a row that refuse us."""


class PolitenessMiddleware:
    """Holds every request to its host's rules and pace."""

    answered: ClassVar[dict[str, float]] = {}
    """Host -> when it last began to answer (`monotonic`). Two crawls of one process share a host's pace."""

    def __init__(self, crawler: Crawler) -> None:
        config: Config = crawler.settings["COPYDESK"]
        self.crawler = crawler
        self.delay = config.pace
        self.user_agent = config.user_agent
        self.notices = Notices(crawler, lambda request: self._engine.download_async(request))
        self.hosts: dict[str, asyncio.Task[Host]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PolitenessMiddleware":
        politeness = cls(crawler)
        crawler.signals.connect(politeness.answer_begins, signals.headers_received)
        crawler.signals.connect(stop_when_enough, signals.bytes_received)
        return politeness

    @classmethod
    def of(cls, crawler: Crawler) -> "PolitenessMiddleware":
        """The crawl's politeness. Raises: RuntimeError when the Scrapy settings leave it out."""
        middleware = crawler.get_downloader_middleware(cls)
        if middleware is None:
            raise RuntimeError("the middleware crawler.politeness.PolitenessMiddleware is not enabled in the settings")
        return middleware

    @property
    def _engine(self) -> ExecutionEngine:
        if self.crawler.engine is None:
            raise RuntimeError("the crawl has not started")
        return self.crawler.engine

    # ---------------------------------------------------------------- what a host allows

    async def process_request(self, request: Request) -> None:
        """Raises: RobotsRefusedError, HostLeftAloneError."""
        key = host_key(request.url)
        request.meta["download_slot"] = key
        host = await self._host(key)
        if host.left_alone:
            raise host.left_alone
        if NOTICE in request.meta:
            return
        robots = await self.robots_for(request.url)
        if not robots.allowed(request.url, self.user_agent):
            raise RobotsRefusedError(f"robots.txt of {key} forbids {urlsplit(request.url).path or '/'}")
        if RIGHTS in request.meta:
            request.meta[RIGHTS] = (await self._rights_for(request.url)).signals(request.url, self.user_agent)

    async def robots_for(self, url: str) -> Robots:
        """The rules of the URL's host. Raises: HostLeftAloneError when they can't be read."""
        key = host_key(url)
        host = await self._host(key)
        try:
            notice = await self.notices.get(f"{_origin(url)}/robots.txt", ROBOTS_FRESH)
        except (HostLeftAloneError, AddressRefusedError):
            raise
        except IgnoreRequest as error:  # not its fault: the crawl is ending
            raise HostLeftAloneError(f"robots.txt of {key} was not read") from error
        except Exception as error:
            raise await self._leave_alone(key, f"robots.txt of {key} can't be fetched", error) from error
        if notice.status == 429 or notice.status >= 500:
            why = f"robots.txt of {key} answered {notice.status}"
            raise await self._leave_alone(key, why, RobotsRefusedError(why))
        robots = _robots(notice.status, notice.body, f"{_origin(url)}/robots.txt")
        host.crawl_delay = max(host.crawl_delay, robots.crawl_delay(self.user_agent) or 0.0)
        self._pace(key, min(host.crawl_delay, LONGEST_CRAWL_DELAY))
        return robots

    async def _rights_for(self, url: str) -> rights.Rights:
        """What the host's files say; a file that can't be fetched says nothing, as one that is not there."""
        files = [b"", b""]
        try:
            for number, path in enumerate((rights.AI_TXT, rights.TDMREP)):
                files[number] = (await self.notices.get(_origin(url) + path, RIGHTS_FRESH)).body
        except HostLeftAloneError:
            raise
        except Exception:  # whatever it was, it is the file's and not the page's
            logger.info("%s says nothing of rights that could be read", _origin(url), exc_info=True)
        return _rights(*files)

    # ---------------------------------------------------------------- its pace

    def _pace(self, key: str, delay: float) -> None:
        """Sets the pace of the host's slot, also for when Scrapy makes it anew after a quiet minute."""
        downloader = self._engine.downloader
        delay = max(self.delay, delay)
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0}
        slot = downloader.slots.setdefault(key, Slot(1, delay, 0.0))
        slot.delay, slot.lastseen = delay, max(slot.lastseen, self.answered.get(key, 0.0))

    def answer_begins(self, headers: Headers, request: Request) -> None:
        """A handler of Scrapy's signal `headers_received`: the delay counts from here.

        Scrapy counts from when it takes a request up. What lies between that and the host's getting it (the name, the
        connection, TLS, a busy moment here) made the host see requests 0.78 s apart where 1 s was meant.
        """
        key = request.meta.get("download_slot", "")
        slot = self._engine.downloader.slots.get(key)
        if slot:
            slot.lastseen = self.answered[key] = monotonic()
        if wait := _asked_wait(headers):  # now, since the next request may start before the middlewares see this answer
            self._pause(key, min(wait.total_seconds(), LONGEST_WAIT))

    def _pause(self, key: str, seconds: float) -> None:
        """Holds the next start of the host's slot back, by moving its last start into the future."""
        slot = self._engine.downloader.slots.get(key)
        if slot:
            slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)

    # ---------------------------------------------------------------- leaving it alone

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again when the host asked for a short pause."""
        key = request.meta["download_slot"]
        host = await self._host(key)
        host.failures = 0
        host.refusals = host.refusals + 1 if response.status in _REFUSING else 0
        if host.refusals >= MOST_REFUSALS:
            await self._leave_alone(key, f"{key} refused {host.refusals} requests in a row")
        elif host.rest and response.status < 400 and NOTICE not in request.meta:
            host.rest = None
            await self._note(hosts.works, key)
        if response.status not in (429, 503):
            return response
        wait = _asked_wait(response.headers)
        if wait is None and NOTICE in request.meta:
            return response  # whoever needs the file says what that means
        seconds = UNASKED_WAIT if wait is None else wait.total_seconds()
        retries = request.meta.get(_RETRIES, 0)
        if seconds > LONGEST_WAIT:
            await self._leave_alone(key, f"{key} asked to be left alone for {seconds:.0f} s", asked=wait)
        elif retries >= MOST_RETRIES:
            await self._leave_alone(key, f"{key} goes on asking for time")
        if host.left_alone:
            return response
        self._pause(key, seconds)
        return request.replace(dont_filter=True, meta={**request.meta, _RETRIES: retries + 1})

    async def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, IgnoreRequest):
            return
        key = request.meta["download_slot"]
        host = await self._host(key)
        host.failures += 1
        if host.failures >= MOST_FAILURES:
            await self._leave_alone(key, f"{key} failed {host.failures} times in a row", exception)

    async def rest_until(self, url: str) -> datetime | None:
        """Until when the URL's host had better be left alone; None when it works. It is for who plans the next run."""
        host = await self._host(host_key(url))
        return host.rest.until if host.rest and host.left_alone else None

    async def _host(self, key: str) -> Host:
        if key not in self.hosts:
            self.hosts[key] = asyncio.ensure_future(self._meet(key))
        task = self.hosts[key]
        return task.result() if task.done() else await task

    async def _meet(self, key: str) -> Host:
        """What earlier runs know of a host; one that asked for time gets it in this run too."""
        rest = None
        recorder = Recorder.of(self.crawler)
        with suppress(CloseSpider):  # whoever files something next ends the crawl
            rest = await recorder.call(hosts.rest, recorder.database, key)
        host = Host(rest)
        self._pace(key, self.delay)
        if rest and rest.asked and now() < rest.until:
            host.left_alone = HostLeftAloneError(f"{rest.why}, which is over at {rest.until:%Y-%m-%d %H:%M} UTC")
        return host

    async def _leave_alone(
        self, key: str, why: str, cause: Exception | None = None, asked: timedelta | None = None
    ) -> HostLeftAloneError:
        """Makes no more requests to a host in this run, and notes how long it is to be left alone.

        `asked` is how long it asked for; without that it is longer each time.
        """
        host = await self._host(key)
        if host.left_alone is None:
            times = host.rest.times + 1 if host.rest and not host.rest.asked else 1
            wait = asked or min(SHORTEST_REST * 2 ** min(times - 1, 20), LONGEST_REST)
            host.rest = Rest(now() + wait, asked is not None, times, why)
            host.left_alone = HostLeftAloneError(why)
            host.left_alone.__cause__ = cause
            await self._note(hosts.leave_alone, key, host.rest)
        return host.left_alone

    async def _note(self, function: Callable[..., None], *args: object) -> None:
        recorder = Recorder.of(self.crawler)
        with suppress(CloseSpider):  # whoever files something next ends the crawl
            await recorder.call(function, recorder.database, *args)


def retry_after(header: str | None, moment: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait, at most an hour; None when it doesn't say.

    Seconds or an HTTP date, by RFC 9110 section 10.2.3. Raises: nothing.
    """
    text = (header or "").strip()
    try:
        wait = float(text) if text.isdecimal() else (parsedate_to_datetime(text) - moment).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return timedelta(seconds=min(max(wait, 0.0), LONGEST_RETRY_AFTER))


def _asked_wait(headers: Headers) -> timedelta | None:
    return retry_after((headers.get("Retry-After") or b"").decode("latin-1"), now())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


# The files are asked for at every request, and say the same each time.
_robots = lru_cache(maxsize=500)(from_answer)
_rights = lru_cache(maxsize=500)(rights.parse)
