"""Cleaning again from the archive: worker processes read and clean, this one files."""

import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import lru_cache
from multiprocessing import connection, get_context, parent_process
from os import _exit
from types import FrameType

from crawler.clock import now
from crawler.config import Config
from crawler.recleaned import Result, Verdict, compared
from crawler.sources import rulebook
from db import memory, recleaning, session
from db.errors import Unavailable
from db.recleaning import Archived, Scope
from pipelines.furniture import Furniture, block_key, learn
from pipelines.process import pipeline_version, process_page

_AHEAD = 3
"""Batches that are under way for each process: enough that none waits, few enough that memory stays flat."""
_SOURCES = 500
"""Sources whose furniture a process keeps at hand, 30 KB each."""


class Interrupted(Exception):  # noqa: N818 (no error)
    """A signal ended the work; what was under way is filed."""


class DeadWorker(Exception):  # noqa: N818 (it names what happened)
    """A worker process died. The message names the pages that it was given."""


def reclean(config: Config, scope: Scope, processes: int, *, dry_run: bool) -> Iterator[Result]:
    """Cleans the pages in scope again and files what differs, in order; with `dry_run` nothing is filed.

    Each result is filed when it is handed out. Raises: Interrupted, DeadWorker, and what opening the database and the
    rules raises.
    """
    version = pipeline_version(rulebook(config))
    with (
        closing(session.connect(config.database)) as database,
        _stopping() as stop,
        _working(config, processes) as clean,
    ):
        for results in _in_order(clean, recleaning.due(database, scope), processes * _AHEAD, stop):
            if not dry_run:
                _file(database, results, version)
            yield from results
        if stop.is_set():
            raise Interrupted


def _file(database: session.Database, results: Sequence[Result], version: str) -> None:
    for result in results:
        if result.failure is not None:
            recleaning.set_aside(database, result.page_id, result.failure, now())
        elif result.outcome is not None:
            recleaning.restore(database, result.page_id, result.outcome, version)
    settled = [result.page_id for result in results if result.outcome is None and result.failure is None]
    if settled:
        recleaning.confirm(database, settled, version)


# The processes ---------------------------------------------------------------------------------------------------

_Clean = Callable[[Sequence[int]], "Future[list[Result]]"]


@contextmanager
def _working(config: Config, processes: int) -> Iterator[_Clean]:
    """What cleans a batch of pages: worker processes; this very process when one is enough."""
    if processes == 1:
        with closing(_Worker(config)) as worker:
            yield lambda page_ids: _done(worker.clean(page_ids))
        return
    # Not forked: a fork copies the locks and the database connections of this process as they happen to be.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _start_worker, (config,))
    try:
        yield lambda page_ids: pool.submit(_clean, page_ids)
    finally:
        pool.shutdown(cancel_futures=True)


def _done(results: list[Result]) -> "Future[list[Result]]":
    future: Future[list[Result]] = Future()
    future.set_result(results)
    return future


def _in_order(clean: _Clean, batches: Iterator[list[int]], ahead: int, stop: threading.Event) -> Iterator[list[Result]]:
    """The results of the batches; no new one is begun after `stop`."""
    under_way: deque[tuple[list[int], Future[list[Result]]]] = deque()
    while True:
        while len(under_way) < ahead and not stop.is_set() and (batch := next(batches, None)):
            under_way.append((batch, clean(batch)))
        if not under_way:
            return
        page_ids, future = under_way.popleft()
        try:
            yield future.result()
        except BrokenProcessPool:
            raise DeadWorker(f"a worker process died, on one of the pages {page_ids[0]} to {page_ids[-1]}") from None


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Set by the first SIGINT or SIGTERM; a second one ends the process as if nothing were caught."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()


# In a worker -----------------------------------------------------------------------------------------------------


class _Worker:
    """Reads pages from the archive and cleans them; writes nothing."""

    def __init__(self, config: Config) -> None:
        self.database = session.connect(config.database)
        self.rules = rulebook(config)
        self.furniture = lru_cache(maxsize=_SOURCES)(self._learned)

    def close(self) -> None:
        """Ends its connections."""
        self.database.close()

    def clean(self, page_ids: Sequence[int]) -> list[Result]:
        """What came of these pages."""
        return [self._result(archived) for archived in recleaning.load(self.database, page_ids)]

    def _result(self, archived: Archived) -> Result:
        page_id, page = archived.stored.id, archived.stored.page
        try:
            outcome = process_page(page, self.rules.for_page(page, self._known(archived)))
            return compared(archived, outcome)
        except OSError as error:  # the machine's trouble, such as a full disk, and not the page's
            raise Unavailable(f"pages can't be cleaned: {error.strerror or error}") from error
        except Exception:  # noqa: BLE001  # the unexpected is kept with its traceback, and the work goes on
            return Result(page_id, page.url, Verdict.FAILED, failure=traceback.format_exc())

    def _known(self, archived: Archived) -> Furniture:
        """What is known to recur on the site, and what the article lost for that reason before.

        The latter comes first, so that a record stays as it is while the memory goes on counting.
        """
        learned = self.furniture(archived.stored.source_id)
        before = archived.article.article.removals if archived.article else ()
        lost = {block_key(removal.text): removal.why for removal in before if removal.rule == "site.furniture"}
        return {**learned, **lost} if lost else learned

    def _learned(self, source_id: int | None) -> Furniture:
        return learn(memory.recent(self.database, source_id))


_worker: _Worker


def _start_worker(config: Config) -> None:
    global _worker  # a pool's functions have nowhere else to keep what they share
    # A terminal and cron signal the whole group; when to stop is for the parent to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = _Worker(config)


def _end_with_parent() -> None:
    """A killed parent can't end its workers, which would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        _exit(1)


def _clean(page_ids: Sequence[int]) -> list[Result]:
    return _worker.clean(page_ids)
