"""The `page` spider: addresses given by hand."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.articles import article_request, failure_of, file_redirect, page_of, redirect_target
from crawler.clock import now
from crawler.recorder import Recorder
from db import links
from pipelines.records import FetchFailure, Found, Reason
from pipelines.urls import canonical

MOST_HOPS = 5
"""Redirects followed from one address, as many as RFC 9309 asks for robots.txt."""


class PageSpider(Spider):
    """Fetches single pages: `scrapy crawl page -a url="https://... https://..."`, also those fetched before."""

    name = "page"

    def __init__(self, url: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.given = url.split()
        self.asked: set[str] = set()
        """Addresses asked for in this run."""

    async def start(self) -> AsyncIterator[Request]:
        if not self.given:
            self.logger.error('no address to fetch; give one or more: -a url="https://..."')
        wanted = {address: canonical(address) for address in self.given}
        for address in [address for address, url in wanted.items() if url is None]:
            self.logger.error("%s is not a web address; give it with https://", address)
        pages = [Found(url) for url in dict.fromkeys(wanted.values()) if url]
        recorder = Recorder.of(self.crawler)
        await recorder.call(links.add, recorder.database, None, pages, None, now())
        self.asked.update(found.url for found in pages)
        for found in pages:
            yield article_request(found, self.parse_article, self.article_failed)

    async def parse_article(self, response: Response, found: Found, hops: int = 0) -> AsyncIterator[Any]:
        """The page, or the request for where it redirects to."""
        if hops == MOST_HOPS and (target := redirect_target(response)):
            evidence = f"more than {MOST_HOPS} redirects, the last one to {target}"
            yield FetchFailure(found.url, Reason.TOO_MANY_REDIRECTS, evidence, now())
            return
        target = await file_redirect(Recorder.of(self.crawler), response, found)
        if target is None:
            yield page_of(response, found)
        elif target not in self.asked:
            self.asked.add(target)
            yield article_request(Found(target, found.hints), self.parse_article, self.article_failed, hops=hops + 1)

    def article_failed(self, failure: Failure) -> FetchFailure:
        return failure_of(failure)
