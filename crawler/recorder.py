"""The recorder: a Scrapy extension that keeps the run's history and is every component's door to the database."""

import asyncio
import logging
import os
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from crawler.clock import now
from crawler.config import Config
from db import runs, session, sources
from db.errors import DatabaseError
from pipelines.records import Reason, Saved

LEASE = timedelta(minutes=15)
"""How long a source belongs to this run without a sign of life."""
HEARTBEAT = 60.0
"""Seconds between signs of life: leases are extended and counts are written down."""
logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def worker_name() -> str:
    """This process, as leases and runs name it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def drop_dead_leases(database: session.Database) -> None:
    """Frees the sources that a killed process of this machine still holds, so that the next run need not wait."""
    host, _, _ = worker_name().rpartition(":")
    for worker, _ in sources.holders(database, now()).values():
        machine, _, pid = worker.rpartition(":")
        if machine == host and not _alive(int(pid)):
            sources.abandon(database, worker)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Recorder:
    """Counts each outcome once, holds the leases, and writes the run with its counts."""

    def __init__(self, config: Config, command: str | None) -> None:
        """`command` is what the user called; None for Scrapy's own command, which reports nothing by itself."""
        self.database = session.connect(config.database)
        self.command = command
        self.worker = worker_name()
        self.run_id: int | None = None
        self.held: set[int] = set()
        """Ids of the sources that belong to this run."""
        self.outcomes: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        self.troubles: dict[str, str] = {}
        """Source name -> why it could not be crawled, or not to its end."""
        self.error: DatabaseError | None = None
        """What ended the crawl early."""
        self.interrupted = False
        """Whether a signal ended the crawl."""
        self.listeners: list[Callable[[int | None, str], None]] = []
        self._written: Counter[tuple[int | None, str]] = Counter()
        self._heart: asyncio.Task[None] | None = None
        # One thread: SQLite has one writer, and what is stored keeps the order in which it came.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copydesk-db")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Recorder":
        recorder = cls(crawler.settings["COPYDESK"], crawler.settings.get("COPYDESK_COMMAND"))
        recorder.listeners.extend(crawler.settings.get("COPYDESK_LISTENERS", ()))
        crawler.signals.connect(recorder.opened, signals.spider_opened)
        crawler.signals.connect(recorder.closed, signals.spider_closed)
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

        Raises: CloseSpider when the database can't be used: what was not stored waits for the next run.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, partial(function, *args, **kwargs))
        except DatabaseError as error:
            raise self.gives_up(error) from error

    def gives_up(self, error: DatabaseError) -> CloseSpider:
        """Notes what ends the crawl early; returns the exception that ends it."""
        self.error = self.error or error
        return CloseSpider("nothing can be filed")

    def count(self, source_id: int | None, outcome: Saved | Reason, number: int = 1) -> None:
        """Notes the one outcome of one page, or of several."""
        self.outcomes[source_id][outcome] += number
        for listener in self.listeners:
            listener(source_id, outcome)

    async def claim(self, names: Sequence[str] | None) -> list[sources.Source]:
        """Takes sources for this run; see `db.sources.claim`."""
        claimed = await self.call(sources.claim, self.database, names, self.worker, now(), LEASE)
        self.held.update(source.id for source in claimed)
        return claimed

    async def release(self, source_id: int, next_check: datetime) -> None:
        """Gives a source back, due again at `next_check`."""
        self.held.discard(source_id)
        await self.call(sources.release, self.database, source_id, self.worker, now(), next_check)

    async def opened(self) -> None:
        await self.call(drop_dead_leases, self.database)
        self.run_id = await self.call(runs.start, self.database, self.command or "scrapy crawl", now(), self.worker)
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
        self.interrupted = reason == "shutdown"
        if self.command is None:
            for name, why in self.troubles.items():
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
        if self.run_id is not None:
            runs.finish(self.database, self.run_id, now(), 0 if self.well(reason) else 1, f"{reason}: {self.summary()}")

    def well(self, reason: str) -> bool:
        """Whether the run ended by itself, with all sources crawled and nothing unforeseen."""
        quarantined = any(counts[Reason.QUARANTINED] for counts in self.outcomes.values())
        return reason == "finished" and not self.troubles and not quarantined

    def summary(self) -> str:
        """The outcomes of all sources in one line, such as `12 new, 3 not_article`."""
        totals: Counter[str] = sum(self.outcomes.values(), Counter())
        return ", ".join(f"{n} {outcome}" for outcome, n in totals.most_common()) or "nothing to fetch"
