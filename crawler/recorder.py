"""The recorder: a Scrapy extension that keeps the run's history and is every component's door to the database."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.clock import now
from crawler.config import Config
from crawler.workers import drop_dead_leases, worker_name
from db import runs, session, sources
from db.errors import DatabaseError, Lost
from pipelines.records import Reason, Saved

LEASE = timedelta(minutes=15)
"""How long a source belongs to this run without a sign of life."""
HEARTBEAT = 60.0
"""Seconds between signs of life: leases are extended and counts are written down."""
PATIENCE = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to reach a database server that went away: half a minute, in which PostgreSQL restarts."""
logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Recorder:
    """Counts each outcome once, holds the leases, and writes the run with its counts."""

    def __init__(self, config: Config, run_id: int | None) -> None:
        """`run_id` is the run to add to; None for Scrapy's own command: a run of its own, which is told to the log."""
        self.database = session.connect(config.database)
        self.own_run = run_id is None
        self.worker = worker_name()
        self.run_id = run_id
        self.held: set[int] = set()
        """Ids of the sources that belong to this run."""
        self.outcomes: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        self.troubles: dict[str, str] = {}
        """Source name -> why it could not be crawled, or not to its end."""
        self.error: DatabaseError | None = None
        """What ended the crawl early."""
        self.share: int | None = None
        """How many due sources this process may take; None: all."""
        self.listeners: list[Callable[[int | None, str], None]] = []
        self._names: dict[int | None, str] = {}
        self._written: Counter[tuple[int | None, str]] = Counter()
        self._heart: asyncio.Task[None] | None = None
        # One thread: SQLite has one writer, and what is stored keeps the order in which it came.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copydesk-db")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Recorder":
        recorder = cls(crawler.settings["COPYDESK"], crawler.settings.get("COPYDESK_RUN"))
        recorder.share = crawler.settings.get("COPYDESK_SHARE")
        recorder.listeners.extend(crawler.settings.get("COPYDESK_LISTENERS", ()))
        crawler.signals.connect(recorder.opened, signals.spider_opened)
        crawler.signals.connect(recorder.closed, signals.spider_closed)
        crawler.signals.connect(recorder.unforeseen, signals.spider_error)
        return recorder

    @classmethod
    def of(cls, crawler: Crawler) -> "Recorder":
        """The crawl's recorder. Raises: RuntimeError when the Scrapy settings leave it out."""
        recorder = crawler.get_extension(cls)
        if recorder is None:
            raise RuntimeError("the extension crawler.recorder.Recorder is not enabled in the Scrapy settings")
        return recorder

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a function off the reactor's thread, after those that were called before it.

        A server that went away is waited for; so the function must be one transaction, which may run twice.

        Raises: CloseSpider when the database can't be used: what was not stored waits for the next run.
        """
        loop, work, pauses = asyncio.get_running_loop(), partial(function, *args, **kwargs), iter(PATIENCE)
        while True:
            try:
                return await loop.run_in_executor(self._thread, work)
            except DatabaseError as error:
                pause = next(pauses, None) if isinstance(error, Lost) else None
                if pause is None:
                    raise self.gives_up(error) from error
                await asyncio.sleep(pause)

    def gives_up(self, error: DatabaseError) -> CloseSpider:
        """Notes what ends the crawl early; returns the exception that ends it."""
        self.error = self.error or error
        return CloseSpider("nothing can be filed")

    def count(self, source_id: int | None, outcome: Saved | Reason, number: int = 1) -> None:
        """Notes the one outcome of one page, or of several."""
        self.outcomes[source_id][outcome] += number
        for listener in self.listeners:
            listener(source_id, outcome)

    def unforeseen(self, failure: Failure, response: Response) -> None:
        """A handler of Scrapy's signal `spider_error`: a bug of ours must not pass for a run that went well."""
        host = urlsplit(response.url).netloc
        self.troubles.setdefault(
            host, f"failed on {response.url}: {type(failure.value).__name__}: {failure.value}"[:300]
        )

    async def claim(self, names: Sequence[str] | None) -> list[sources.Source]:
        """Takes sources for this run; see `db.sources.claim`."""
        limit = self.share if names is None else None
        claimed = await self.call(sources.claim, self.database, names, self.worker, now(), LEASE, limit)
        self.held.update(source.id for source in claimed)
        self._names |= {source.id: source.name for source in claimed}
        return claimed

    async def release(self, source_id: int, next_check: datetime) -> None:
        """Gives a source back, due again at `next_check`."""
        self.held.discard(source_id)
        logger.info("%s: done, due again %s", self._names.get(source_id), f"{next_check:%Y-%m-%d %H:%M:%S} UTC")
        await self.call(sources.release, self.database, source_id, self.worker, now(), next_check)

    async def opened(self) -> None:
        await self.call(drop_dead_leases, self.database)
        if self.own_run:
            self.run_id = await self.call(runs.start, self.database, "scrapy crawl", now(), self.worker)
        self._heart = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                self.held &= await self.call(sources.extend, self.database, list(self.held), self.worker, now(), LEASE)
                await self.call(self._write_counts)
            except CloseSpider:  # a database that is away for a moment may be back at the next beat
                continue

    async def closed(self, reason: str) -> None:
        for source_id, counts in self.outcomes.items():
            logger.info("%s: %s", self._names.get(source_id, "pages by hand"), _counted(counts))
        for name, why in self.troubles.items() if self.own_run else ():
            logger.warning("%s: %s", name, why)
        if self._heart:
            self._heart.cancel()
        try:
            await self.call(self._finish, reason)
        except CloseSpider:
            pass  # `error` says so
        finally:
            self._thread.shutdown()
            self.database.close()

    def _write_counts(self) -> None:
        """Adds what was counted since the last time."""
        if self.run_id is None:
            return
        counts = Counter(
            {(source_id, name): n for source_id, named in self.outcomes.items() for name, n in named.items()}
        )
        runs.count_all(self.database, self.run_id, counts - self._written)
        self._written = counts

    def _finish(self, reason: str) -> None:
        for source_id in self.held:
            sources.release(self.database, source_id, self.worker, now(), None)
        self._write_counts()
        if self.own_run and self.run_id is not None:
            runs.finish(self.database, self.run_id, now(), 0 if self.well(reason) else 1, f"{reason}: {self.summary()}")

    def well(self, reason: str) -> bool:
        """Whether the run ended by itself, with all sources crawled and nothing unforeseen."""
        quarantined = any(counts[Reason.QUARANTINED] for counts in self.outcomes.values())
        return reason == "finished" and not self.troubles and not quarantined

    def summary(self) -> str:
        """The outcomes of all sources in one line, such as `12 new, 3 not_article`."""
        return _counted(sum(self.outcomes.values(), Counter())) or "nothing to fetch"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.most_common())
