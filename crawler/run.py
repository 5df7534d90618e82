"""Runs spiders in this process, until they are done. A process can do this once (Twisted's reactor can't restart)."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from multiprocessing import parent_process

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.config import Config
from crawler.ending import DEADLINE, SHUTDOWN, Ending
from crawler.recorder import Recorder
from crawler.report import CrawlReport, Job, Listener, recorded
from crawler.settings import of_config


def scrapy_settings(config: Config) -> Settings:
    """The project's Scrapy settings with this configuration instead of the one found in the current folder."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(of_config(config), priority="cmdline")
    return settings


def crawl(config: Config, jobs: Sequence[Job], command: str, listener: Listener | None = None) -> CrawlReport:
    """Runs the spiders, one after the other, as a run of its own.

    Raises: what kept a spider from starting, such as a `db.errors.DatabaseError`.
    """
    return recorded(config, command, lambda run_id: crawl_part(config, jobs, run_id, listener=listener))


def crawl_part(
    config: Config,
    jobs: Sequence[Job],
    run_id: int,
    *,
    listener: Listener | None = None,
    share: int | None = None,
    deadline: float | None = None,
    quiet: bool = False,
) -> CrawlReport:
    """Runs the spiders, one after the other, as part of a run that is on record.

    `share` is how many due sources it may take (None: all), `deadline` a moment of `time.monotonic` at which nothing
    new is started (None: never); `quiet` leaves the log to the caller. Raises: as `crawl`.
    """
    settings = scrapy_settings(config)
    settings.setdict(
        {
            "COPYDESK_RUN": run_id,
            "COPYDESK_LISTENERS": [listener] if listener else [],
            "COPYDESK_SHARE": share,
            "COPYDESK_DEADLINE": deadline,
            "LOG_INSTALL_ROOT_HANDLER": not quiet,
        },
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)
    waiting = list(jobs)
    started: list[Crawler] = []
    tasks: list[asyncio.Task[None]] = []

    def start_next(_ended: object = None) -> None:
        """One spider after the other: two at once would each keep their own pace at a host."""
        if waiting and not any(Ending.of(crawler).reason for crawler in started):
            job = waiting.pop(0)
            started.append(process.create_crawler(job.spider))
            tasks.append(process.crawl(started[-1], **job.arguments))
            tasks[-1].add_done_callback(start_next)

    def end() -> None:
        """Ends what goes on; called again and again it does no more than once."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends at once; what is in flight is asked again
        waiting.clear()
        for crawler in process.crawlers:
            try:
                Ending.of(crawler).end(SHUTDOWN)
            except RuntimeError:  # its engine is about to be made
                loop.call_soon(end)

    start_next()
    loop = asyncio.get_event_loop()
    _call_when_asked_to_end(loop, end)
    process.start(install_signal_handlers=False)
    for task in tasks:
        task.result()
    return sum((_report(crawler) for crawler in started), CrawlReport())


def _call_when_asked_to_end(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Calls back when a signal asks to end, and when the process that started this one is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    parent = parent_process()
    if parent is not None:

        def orphaned() -> None:
            loop.remove_reader(parent.sentinel)
            end()

        loop.add_reader(parent.sentinel, orphaned)


def _report(crawler: Crawler) -> CrawlReport:
    recorder, reason = Recorder.of(crawler), Ending.of(crawler).reason
    if recorder.error:
        raise recorder.error
    return CrawlReport(recorder.outcomes, recorder.troubles, interrupted=reason == SHUTDOWN, time_up=reason == DEADLINE)
