"""The Scrapy adapter: pages go through `process_page` and are filed. The only file here that knows Scrapy or SQL."""

import asyncio
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from crawler.politeness import retry_after
from crawler.recorder import Recorder
from crawler.schedule import NEXT_DAY, next_look, next_try
from crawler.sources import rulebook
from db import articles, links, looks, memory, pages
from db.errors import Unavailable
from db.links import LinkRow
from db.looks import Look
from pipelines.furniture import learn, page_keys
from pipelines.process import process_page
from pipelines.records import Accepted, Article, FetchFailure, Outcome, Page, Reason, Rejected, Saved
from pipelines.rules import Rulebook


class FilingPipeline:
    """Files every item: a page as an article or with the reason why not, a failure with its next try."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.rulebook = rulebook(crawler.settings["COPYDESK"])
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "FilingPipeline":
        return cls(crawler)

    async def process_item(self, item: Page | FetchFailure) -> Page | FetchFailure:
        recorder = Recorder.of(self.crawler)
        try:
            link = await recorder.call(links.get, recorder.database, item.url)
            filed = await (
                self._file_failure(item, link) if isinstance(item, FetchFailure) else self._file_page(item, link)
            )
            recorder.count(link.source_id if link else None, filed)
        except CloseSpider as closing:
            self._close(closing.reason)
        return item

    def _close(self, reason: str) -> None:
        """Closes the spider, which an item pipeline can't do by raising CloseSpider. Later calls do nothing."""
        if self.crawler.engine and self._closing is None:
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def _file_failure(self, failure: FetchFailure, link: LinkRow | None) -> Reason:
        recorder = Recorder.of(self.crawler)
        again = _again(link, failure.reason, failure.failed_at)
        await recorder.call(links.failed, recorder.database, failure, again)
        return failure.reason

    async def _file_page(self, page: Page, link: LinkRow | None) -> Saved | Reason:
        recorder = Recorder.of(self.crawler)
        try:
            known = await recorder.call(memory.recent, recorder.database, link.source_id if link else None)
            # Off the reactor's thread, so that a long page holds up no other host.
            outcome, block_keys = await asyncio.to_thread(_clean, page, self.rulebook, known)
            look = await recorder.call(looks.of, recorder.database, page.url) if link and link.article_id else None
            edited = look is None or await self._edited(look, outcome, known)
            if isinstance(outcome, Rejected):
                wait = retry_after(page.header("retry-after"), page.fetched_at)
                again = _again(link, outcome.reason, page.fetched_at, wait)
            else:
                again = _next_look(page, outcome.article, link, None if edited else look)
            return await recorder.call(
                articles.store, recorder.database, page, outcome, again, block_keys, edited=edited
            )
        except CloseSpider:
            raise
        except OSError as error:
            # The machine's trouble, such as a full disk, and not the page's: it waits for the next run.
            raise recorder.gives_up(Unavailable(f"pages can't be cleaned: {error.strerror or error}")) from error
        except Exception:  # noqa: BLE001  # the unexpected is kept with its traceback, and the crawl goes on
            await recorder.call(articles.quarantine, recorder.database, page, traceback.format_exc())
            return Reason.QUARANTINED

    async def _edited(self, look: Look, outcome: Outcome, known: Sequence[bytes]) -> bool:
        """Whether the text was changed by its site, and not only because more is known now of how to read it.

        Then the page that was filed, read as the new one was, gives another text.
        """
        if not isinstance(outcome, Accepted):
            return False
        text = outcome.article.fingerprint.content_hash
        if text == look.content_hash or look.page_id is None:
            return text != look.content_hash
        recorder = Recorder.of(self.crawler)
        filed = await recorder.call(pages.get, recorder.database, look.page_id)
        if filed is None:
            return True
        before, _ = await asyncio.to_thread(_clean, filed.page, self.rulebook, known)
        return not isinstance(before, Accepted) or before.article.fingerprint.content_hash != text


def _clean(page: Page, rulebook: Rulebook, known: Sequence[bytes]) -> tuple[Outcome, bytes]:
    """What came of a page on a site of which so much is known, and what is to be remembered of it."""
    outcome = process_page(page, rulebook.for_page(page, learn(known)))
    return outcome, page_keys(outcome.article.raw) if isinstance(outcome, Accepted) else b""


def _next_look(page: Page, article: Article, link: LinkRow | None, look: Look | None) -> datetime | None:
    """When to look for edits of an article; `look` is what is filed, where its text is the same."""
    if link is None or link.source_id is None:
        return None  # given by hand
    changed = look.changed_at if look else page.fetched_at
    return next_look(page.fetched_at, changed, article.published.moment if article.published else None)


def _again(link: LinkRow | None, reason: Reason, moment: datetime, wait: timedelta | None = None) -> datetime | None:
    """When to try the page again; None when that would not help."""
    attempts = link.attempts if link else 0
    if reason is Reason.NOT_FOUND and link and link.article_id and not attempts:
        return moment + NEXT_DAY  # an article that was there is asked for twice before it is taken for gone
    return next_try(moment, attempts + 1, wait) if reason.transient else None
