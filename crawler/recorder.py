"""The recorder: a Scrapy extension that keeps the run's history and is every component's door to the database."""

import asyncio
import os
import socket
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.clock import now
from crawler.config import Config
from db import runs, session, sources
from pipelines.records import Reason, Saved

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
    """Counts each outcome once, and writes the run with its counts."""

    def __init__(self, config: Config, command: str) -> None:
        self.database = session.connect(config.database)
        self.command = command
        self.worker = worker_name()
        self.run_id: int | None = None
        self.outcomes: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        self.listeners: list[Callable[[int | None, str], None]] = []
        # One thread: SQLite has one writer, and what is stored keeps the order in which it came.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copydesk-db")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Recorder":
        recorder = cls(crawler.settings["COPYDESK"], crawler.settings.get("COPYDESK_COMMAND", "scrapy crawl"))
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
        """Runs a function off the reactor's thread, after those that were called before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(function, *args, **kwargs))

    def count(self, source_id: int | None, outcome: Saved | Reason) -> None:
        """Notes the one outcome of one page."""
        self.outcomes[source_id][outcome] += 1
        for listener in self.listeners:
            listener(source_id, outcome)

    async def opened(self) -> None:
        await self.call(drop_dead_leases, self.database)
        self.run_id = await self.call(runs.start, self.database, self.command, now(), self.worker)

    async def closed(self, reason: str) -> None:
        await self.call(self._finish, reason)
        self._thread.shutdown()
        self.database.close()

    def _finish(self, reason: str) -> None:
        sources.abandon(self.database, self.worker)
        if self.run_id is None:
            return
        counts = {(source_id, name): n for source_id, named in self.outcomes.items() for name, n in named.items()}
        runs.count_all(self.database, self.run_id, counts)
        runs.finish(self.database, self.run_id, now(), 0 if reason == "finished" else 1, f"{reason}: {self.summary()}")

    def summary(self) -> str:
        """The outcomes of all sources in one line, such as `12 new, 3 not_article`."""
        totals: Counter[str] = sum(self.outcomes.values(), Counter())
        return ", ".join(f"{n} {outcome}" for outcome, n in totals.most_common()) or "nothing to fetch"
