"""What Scrapy logs of requests: one line for each answer, and no pages."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult


class OneLineEach(LogFormatter):
    """The setting LOG_FORMATTER."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        del spider
        return {
            "level": logging.INFO,
            "msg": "%(status)s %(url)s",
            "args": {"status": response.status, "url": request.url},
        }

    def scraped(self, *_: Any) -> None:  # type: ignore[override]  # None: not logged
        """An item is a whole page."""

    def item_error(self, item: Any, *_: Any) -> LogFormatterResult:
        return {"level": logging.ERROR, "msg": "filing %(url)s failed", "args": {"url": getattr(item, "url", "?")}}
