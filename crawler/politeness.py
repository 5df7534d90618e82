"""How a host is treated: robots.txt, pace, and being left alone when it asks for that or keeps failing.

One host is one download slot (`www.` and bare names share it) with one request in flight. robots.txt is fetched before
anything else and obeyed by RFC 9309. Where Scrapy's own middlewares fall short: they ignore Retry-After and
Crawl-delay, and take an unreachable robots.txt for permission.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from urllib.parse import urlsplit

from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.clock import now
from crawler.config import Config
from crawler.guard import AddressRefusedError
from crawler.robots import ALLOW_ALL, Robots, from_answer
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
ROBOTS_BYTES = 5 * 2**20
_REFUSING = frozenset({401, 403, 429, 503})
_ROBOTS_REQUEST = "copydesk_robots"
_RETRIES = "copydesk_retries"


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

    crawl_delay: float = 0.0
    """Seconds; the longest that its robots.txt files ask for, of `www.` and of the bare name."""
    failures: int = 0
    """Failed connections in a row."""
    refusals: int = 0
    """Answers in a row that refuse us."""
    left_alone: HostLeftAloneError | None = None
    """Why no more requests are made in this run; None while they are."""


class PolitenessMiddleware:
    """Holds every request to its host's rules and pace."""

    def __init__(self, crawler: Crawler) -> None:
        config: Config = crawler.settings["COPYDESK"]
        self.crawler = crawler
        self.delay = config.pace
        self.user_agent = config.user_agent
        self.hosts: dict[str, Host] = {}
        self.robots: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "PolitenessMiddleware":
        return cls(crawler)

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

    async def process_request(self, request: Request) -> None:
        """Raises: RobotsRefusedError, HostLeftAloneError."""
        key = host_key(request.url)
        request.meta["download_slot"] = key
        host = self.hosts.setdefault(key, Host())
        if host.left_alone:
            raise host.left_alone
        if request.meta.get(_ROBOTS_REQUEST):
            return
        robots = await self.robots_for(request.url)
        if not robots.allowed(request.url, self.user_agent):
            raise RobotsRefusedError(f"robots.txt of {key} forbids {urlsplit(request.url).path or '/'}")

    async def robots_for(self, url: str) -> Robots:
        """The rules of the URL's host, fetched once a run. Raises: HostLeftAloneError when they can't be read."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.robots:
            self.robots[origin] = asyncio.ensure_future(self._fetch_robots(origin))
        return await asyncio.shield(self.robots[origin])

    async def _fetch_robots(self, origin: str) -> Robots:
        key = host_key(origin)
        host = self.hosts.setdefault(key, Host())
        meta = {_ROBOTS_REQUEST: True, "download_maxsize": ROBOTS_BYTES}
        request = Request(f"{origin}/robots.txt", meta=meta, callback=NO_CALLBACK)
        try:
            response = await self._engine.download_async(request)
        except (HostLeftAloneError, AddressRefusedError):
            raise
        except IgnoreRequest:
            return ALLOW_ALL  # redirects without end: RFC 9309, 2.3.1.2, takes them for "there is none"
        except Exception as error:
            host.left_alone = HostLeftAloneError(f"robots.txt of {key} can't be fetched")
            raise host.left_alone from error
        if response.status == 429 or response.status >= 500:
            host.left_alone = HostLeftAloneError(f"robots.txt of {key} answered {response.status}")
            raise host.left_alone from RobotsRefusedError(str(host.left_alone))
        robots = from_answer(response.status, response.body, response.url)
        host.crawl_delay = max(host.crawl_delay, robots.crawl_delay(self.user_agent) or 0.0)
        self._pace(key, host)
        return robots

    def _pace(self, key: str, host: Host) -> None:
        """Sets the pace of the host's slot, also for when Scrapy makes it anew after a quiet minute."""
        delay = max(self.delay, min(host.crawl_delay, LONGEST_CRAWL_DELAY))
        downloader = self._engine.downloader
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0}
        if key in downloader.slots:
            downloader.slots[key].delay = delay

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again when the host asked for a short pause."""
        key = request.meta["download_slot"]
        host = self.hosts[key]
        host.failures = 0
        host.refusals = host.refusals + 1 if response.status in _REFUSING else 0
        if host.refusals >= MOST_REFUSALS:
            host.left_alone = HostLeftAloneError(f"{key} refused {host.refusals} requests in a row")
        if response.status not in (429, 503):
            return response
        wait = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), now())
        seconds = UNASKED_WAIT if wait is None else wait.total_seconds()
        retries = request.meta.get(_RETRIES, 0)
        if seconds > LONGEST_WAIT:
            host.left_alone = HostLeftAloneError(f"{key} asked to be left alone for {seconds:.0f} s")
        elif retries >= MOST_RETRIES:
            host.left_alone = HostLeftAloneError(f"{key} goes on asking for time")
        if host.left_alone:
            return response
        self._pause(key, seconds)
        return request.replace(dont_filter=True, meta={**request.meta, _RETRIES: retries + 1})

    def _pause(self, key: str, seconds: float) -> None:
        """Holds the next start of the host's slot back, by moving its last start into the future."""
        slot = self._engine.downloader.slots.get(key)
        if slot:
            slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)

    async def process_exception(self, request: Request, exception: Exception) -> None:
        if isinstance(exception, IgnoreRequest):
            return
        key = request.meta["download_slot"]
        host = self.hosts[key]
        host.failures += 1
        if host.failures >= MOST_FAILURES:
            host.left_alone = HostLeftAloneError(f"{key} failed {host.failures} times in a row")
            host.left_alone.__cause__ = exception


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
