"""The Scrapy adapter: pages go through `process_page` and are filed. The only file here that knows Scrapy or SQL."""

import asyncio
import traceback
from datetime import datetime, timedelta

from scrapy.crawler import Crawler

from crawler.politeness import retry_after
from crawler.recorder import Recorder
from crawler.schedule import next_try
from crawler.sources import rulebook
from db import articles, links
from db.links import LinkRow
from pipelines.process import process_page
from pipelines.records import FetchFailure, Page, Reason, Rejected, Saved
from pipelines.urls import host_key


class FilingPipeline:
    """Files every item: a page as an article or with the reason why not, a failure with its next try."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.rulebook = rulebook(crawler.settings["COPYDESK"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "FilingPipeline":
        return cls(crawler)

    async def process_item(self, item: Page | FetchFailure) -> Page | FetchFailure:
        recorder = Recorder.of(self.crawler)
        link = await recorder.call(links.get, recorder.database, item.url)
        source_id = link.source_id if link else None
        if isinstance(item, FetchFailure):
            again = _again(link, item.reason, item.failed_at, item.retry_after)
            await recorder.call(links.failed, recorder.database, item, again)
            recorder.count(source_id, item.reason)
            return item
        try:
            saved = await self._file(item, link)
        except Exception:  # noqa: BLE001  # the unexpected is kept with its traceback, and the crawl goes on
            await recorder.call(articles.quarantine, recorder.database, item, traceback.format_exc())
            saved = Reason.QUARANTINED
        recorder.count(source_id, saved)
        return item

    async def _file(self, page: Page, link: LinkRow | None) -> Saved | Reason:
        recorder = Recorder.of(self.crawler)
        # Off the reactor's thread, so that a long page holds up no other host.
        outcome = await asyncio.to_thread(process_page, page, self.rulebook.for_host(host_key(page.final_url)))
        again = None
        if isinstance(outcome, Rejected):
            again = _again(
                link, outcome.reason, page.fetched_at, retry_after(page.header("retry-after"), page.fetched_at)
            )
        return await recorder.call(articles.store, recorder.database, page, outcome, again)


def _again(link: LinkRow | None, reason: Reason, moment: datetime, wait: timedelta | None) -> datetime | None:
    """When to try the page again; None when that would not help."""
    attempts = link.attempts if link else 0
    return next_try(moment, attempts + 1, wait) if reason.transient else None
