"""Runs spiders in this process, until they are done. A process can do this once (Twisted's reactor can't restart)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.config import Config
from crawler.recorder import Recorder
from crawler.settings import of_config
from pipelines.records import Reason, Saved

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

    @property
    def totals(self) -> Counter[str]:
        return sum((Counter(counts) for counts in self.outcomes.values()), Counter())

    @property
    def failed(self) -> bool:
        """Whether a source's every page failed, or something unexpected happened."""
        bad = {reason for reason in Reason if reason.transient} | {Reason.QUARANTINED, Reason.ADDRESS_REFUSED}
        return any(counts and set(counts) <= bad for counts in self.outcomes.values())

    @property
    def stored(self) -> int:
        return sum(self.totals[outcome] for outcome in Saved)


def scrapy_settings(config: Config) -> Settings:
    """The project's Scrapy settings with this configuration instead of the one found in the current folder."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(of_config(config), priority="cmdline")
    return settings


def crawl(config: Config, jobs: Sequence[Job], command: str, listener: Listener | None = None) -> CrawlReport:
    """Runs the spiders side by side.

    Raises: what kept a spider from starting, such as a `db.session.DatabaseError`.
    """
    settings = scrapy_settings(config)
    settings.set("COPYDESK_COMMAND", command, priority="cmdline")
    settings.set("COPYDESK_LISTENERS", [listener] if listener else [], priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawlers = [(process.create_crawler(job.spider), job.arguments) for job in jobs]
    tasks = [process.crawl(crawler, **arguments) for crawler, arguments in crawlers]
    process.start()
    for task in tasks:
        task.result()
    return CrawlReport(_outcomes([crawler for crawler, _ in crawlers]))


def _outcomes(crawlers: Sequence[Crawler]) -> dict[int | None, Counter[str]]:
    outcomes: dict[int | None, Counter[str]] = {}
    for crawler in crawlers:
        recorder = crawler.get_extension(Recorder)
        for source_id, counts in (recorder.outcomes if recorder else {}).items():
            outcomes.setdefault(source_id, Counter()).update(counts)
    return outcomes
