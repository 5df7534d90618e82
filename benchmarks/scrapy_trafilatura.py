"""Scrapy, trafilatura and SQLite, as one would write it in an afternoon: addresses of sites in, `articles.db` out."""

import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import trafilatura
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

SETTINGS = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "ERROR",
    "ITEM_PIPELINES": {"benchmarks.scrapy_trafilatura.Store": 1},
}
TABLE = "CREATE TABLE IF NOT EXISTS article (url TEXT PRIMARY KEY, title TEXT, author TEXT, date TEXT, text TEXT)"


class News(Spider):
    name = "news"

    async def start(self) -> AsyncIterator[Request]:
        for base in sys.argv[1:]:
            yield Request(f"{base}/sitemap.xml")

    def parse(self, response: Response) -> Iterator[Any]:
        for address in re.findall(r"<loc>(.*?)</loc>", response.text):
            yield Request(address, callback=self.parse_article)

    def parse_article(self, response: Response) -> Iterator[dict[str, Any]]:
        found = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        if found is not None:
            print(response.url)
            yield {"url": response.url, **{key: getattr(found, key) for key in ("title", "author", "date", "text")}}


class Store:
    def __init__(self) -> None:
        self.connection = sqlite3.connect("articles.db", isolation_level=None)
        self.connection.execute(TABLE)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.connection.execute("INSERT OR REPLACE INTO article VALUES (:url, :title, :author, :date, :text)", item)
        return item


if __name__ == "__main__":
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(News)
    process.start()
