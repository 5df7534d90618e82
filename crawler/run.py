"""Runs spiders in this process, until they are done. A process can do this once (Twisted's reactor can't restart)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.config import Config
from crawler.recorder import Recorder
from crawler.settings import of_config
from pipelines.records import Reason

Listener = Callable[[int | None, str], None]
"""Called with a source's id (None for a page by hand) and the outcome of one of its pages."""


@dataclass(frozen=True, slots=True)
class Job:
    """A spider to run, by name, with its arguments."""

    spider: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a run came to."""

    outcomes: Mapping[int | None, Counter[str]]
    """For each source's id (None: pages by hand) how many pages ended in which outcome."""
    troubles: Mapping[str, str]
    """Source name -> why it could not be crawled, or not to its end."""
    interrupted: bool
    """Whether a signal ended the run; what was left waits for the next one."""

    @property
    def totals(self) -> Counter[str]:
        return sum((Counter(counts) for counts in self.outcomes.values()), Counter())

    @property
    def failed(self) -> bool:
        """Whether a source could not be crawled, all its pages were refused or failed, or something unforeseen was."""
        return (
            bool(self.troubles)
            or bool(self.totals[Reason.QUARANTINED])
            or any(counts and set(counts) <= _FAILURES for counts in self.outcomes.values())
        )


_FAILURES = {reason for reason in Reason if reason.transient} | {
    Reason.FORBIDDEN,
    Reason.ADDRESS_REFUSED,
    Reason.ROBOTS,
    Reason.TOO_LARGE,
}


def scrapy_settings(config: Config) -> Settings:
    """The project's Scrapy settings with this configuration instead of the one found in the current folder."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(of_config(config), priority="cmdline")
    return settings


def crawl(config: Config, jobs: Sequence[Job], command: str, listener: Listener | None = None) -> CrawlReport:
    """Runs the spiders, one after the other.

    Raises: what kept a spider from starting, such as a `db.session.DatabaseError`.
    """
    settings = scrapy_settings(config)
    settings.set("COPYDESK_COMMAND", command, priority="cmdline")
    settings.set("COPYDESK_LISTENERS", [listener] if listener else [], priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    waiting = list(jobs)
    started: list[Crawler] = []
    tasks: list[asyncio.Task[None]] = []

    def start_next(_ended: object = None) -> None:
        """One spider after the other: two at once would each keep their own pace at a host."""
        if waiting and not any(recorder.interrupted for recorder in _recorders(started)):
            job = waiting.pop(0)
            started.append(process.create_crawler(job.spider))
            tasks.append(process.crawl(started[-1], **job.arguments))
            tasks[-1].add_done_callback(start_next)

    start_next()
    process.start()
    for task in tasks:
        task.result()
    return _report(_recorders(started))


def _recorders(started: Sequence[Crawler]) -> list[Recorder]:
    return [Recorder.of(crawler) for crawler in started]


def _report(recorders: Sequence[Recorder]) -> CrawlReport:
    outcomes: dict[int | None, Counter[str]] = {}
    troubles: dict[str, str] = {}
    for recorder in recorders:
        if recorder.error:
            raise recorder.error
        troubles |= recorder.troubles
        for source_id, counts in recorder.outcomes.items():
            outcomes.setdefault(source_id, Counter()).update(counts)
    return CrawlReport(outcomes, troubles, any(recorder.interrupted for recorder in recorders))
