"""A run in several processes.

Each takes its share of the sources that are due, by leases in SQL, so that no two crawl one source. What it logs and
what it came to arrives through a pipe of its own, which breaks when the process dies.
"""

import logging
import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from logging.handlers import QueueHandler
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue

from crawler import clock
from crawler.config import Config
from crawler.log import log_through
from crawler.report import CrawlReport, Job
from crawler.workers import drop_dead_leases
from db import runs, session
from db.errors import DatabaseError

logger = logging.getLogger(__name__)
_SENT = ("name", "msg", "levelno", "levelname", "created", "msecs", "process")
_SPAWN = get_context("spawn")  # fork copies the locks of other threads as they are


@dataclass(frozen=True, slots=True)
class Part:
    """What one process is to do."""

    config: Config
    jobs: tuple[Job, ...]
    run_id: int
    share: int
    """How many sources it may take."""
    deadline: float | None
    """A moment of `time.monotonic`, which is the same in all processes of a machine."""
    now: datetime


class Team:
    """The processes at work, each by the pipe that it talks through."""

    def __init__(self) -> None:
        self.members: dict[Connection, SpawnProcess] = {}
        self.ending = False

    def start(self, part: Part) -> None:
        """Adds a process."""
        ours, theirs = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_work, args=(part, theirs), daemon=True)
        process.start()
        theirs.close()  # so that the pipe ends with the process
        self.members[ours] = process
        if self.ending:  # the signal came meanwhile
            process.terminate()

    def end(self, *_: object) -> None:
        """Asks all to end; a handler of signals. Those that the signal reached already take it as the same one."""
        self.ending = True
        for process in self.members.values():
            process.terminate()

    def leave(self, pipe: Connection) -> str | None:
        """Takes leave of the process that has closed its pipe. Returns: how it died; None when it had done its work."""
        process = self.members.pop(pipe)
        process.join()
        pipe.close()
        code = process.exitcode or 0
        if code == 0:
            return None
        return f"process {process.pid} " + (f"was ended by signal {-code}" if code < 0 else f"failed with code {code}")


def crawl_in_processes(
    config: Config, jobs: Sequence[Job], run_id: int, *, processes: int, due: int, deadline: float | None
) -> CrawlReport:
    """Crawls so many due sources with so many processes. What is not of the spider `news` the first one does.

    A process that dies is named in the report, and another takes up its sources, at most as often as there are
    processes. Raises: DatabaseError.
    """
    news = tuple(job for job in jobs if job.spider == "news")
    part = Part(config, news, run_id, ceil(due / processes), deadline, clock.now())
    team = Team()
    handlers = {number: signal.signal(number, team.end) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in range(processes):
        team.start(part if number else replace(part, jobs=tuple(jobs)))
    with closing(session.connect(config.database)) as database:
        report = _attend(team, part, processes, database)
        outcomes = runs.outcomes(database, run_id)  # with those of a process that could not report any more
    for number, handler in handlers.items():
        signal.signal(number, handler)
    return replace(report, outcomes=outcomes, interrupted=report.interrupted or team.ending)


def _attend(team: Team, part: Part, spares: int, database: session.Database) -> CrawlReport:
    """Listens to the processes until the last one has ended."""
    report = CrawlReport()
    error: DatabaseError | None = None
    while team.members:
        ready = wait(team.members)
        for pipe in [member for member in team.members if member in ready]:
            match _received(pipe):
                case logging.LogRecord() as record:
                    logging.getLogger(record.name).handle(record)
                case CrawlReport() as partial:
                    report += partial
                case DatabaseError() as error:
                    logger.error("%s", error)
                case None:
                    death = team.leave(pipe)
                    if death is None or team.ending:
                        continue
                    logger.error("%s", death)
                    drop_dead_leases(database)
                    then = "another one took up its sources" if spares else "its sources wait for the next run"
                    report = replace(report, troubles={**report.troubles, death: then})
                    if spares:
                        spares -= 1
                        team.start(part)
    if error:
        raise error
    return report


def _received(pipe: Connection) -> object:
    """The next message; None at the end."""
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return None


class _ToParent(QueueHandler):
    """Hands what is logged to the process that keeps the log."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__(SimpleQueue())  # which stays empty
        self.pipe = pipe

    def enqueue(self, record: logging.LogRecord) -> None:
        # Without what others have attached, such as Scrapy its spiders, which can't be sent.
        self.pipe.send(logging.makeLogRecord({name: getattr(record, name) for name in _SENT}))


def _work(part: Part, pipe: Connection) -> None:
    """What a process does. It ends with code 0 only after it has said what it came to."""
    if part.config.now:
        clock.set_to(part.now)
    log_through(_ToParent(pipe), part.config)
    from crawler.run import crawl_part  # Scrapy

    message: CrawlReport | DatabaseError
    try:
        message = crawl_part(part.config, part.jobs, part.run_id, share=part.share, deadline=part.deadline, quiet=True)
    except DatabaseError as error:
        message = error
    except Exception:
        logger.exception("unforeseen")
        raise SystemExit(1) from None
    logging.getLogger().handlers = []
    pipe.send(message)
