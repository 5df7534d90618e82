"""The `page` spider: addresses given by hand."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.articles import article_request, failure_of, file_redirect, page_of
from crawler.clock import now
from crawler.recorder import Recorder
from db import links
from pipelines.records import FetchFailure, Found
from pipelines.urls import canonical

MOST_HOPS = 5
"""Redirects followed from one address, as many as RFC 9309 asks for robots.txt."""


class PageSpider(Spider):
    """Fetches single pages: `scrapy crawl page -a url="https://... https://..."`, also those fetched before."""

    name = "page"

    def __init__(self, url: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pages = [Found(address) for address in map(canonical, url.split()) if address]

    async def start(self) -> AsyncIterator[Request]:
        recorder = Recorder.of(self.crawler)
        await recorder.call(links.add, recorder.database, None, self.pages, None, now())
        for found in self.pages:
            yield article_request(found, self.parse_article, self.article_failed)

    async def parse_article(self, response: Response, found: Found, hops: int = 0) -> AsyncIterator[Any]:
        """The page, or the request for where it redirects to."""
        target = await file_redirect(Recorder.of(self.crawler), response, found)
        if target is None:
            yield page_of(response, found)
        elif hops < MOST_HOPS:
            yield article_request(Found(target, found.hints), self.parse_article, self.article_failed, hops=hops + 1)

    def article_failed(self, failure: Failure) -> FetchFailure:
        return failure_of(failure)
