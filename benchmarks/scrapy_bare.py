"""Scrapy by itself: fetches every article of the sites named on the command line and stores nothing."""

import re
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

SETTINGS = {"CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR"}


class Bare(Spider):
    name = "bare"

    async def start(self) -> AsyncIterator[Request]:
        for base in sys.argv[1:]:
            yield Request(f"{base}/sitemap.xml")

    def parse(self, response: Response) -> Iterator[Any]:
        for address in re.findall(r"<loc>(.*?)</loc>", response.text):
            yield Request(address, callback=self.parse_article)

    def parse_article(self, response: Response) -> None:
        print(response.url)


if __name__ == "__main__":
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(Bare)
    process.start()
