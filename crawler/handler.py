"""Scrapy's download handler with a limit to what comes before an answer's body, where Scrapy and Twisted have none."""

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, HTTP11ClientProtocol

LARGEST_HEAD = 256 * 1024
"""Bytes of the status line and all headers: the limit of Chromium. 200,000 headers would take 260 MB."""


class Handler(HTTP11DownloadHandler):
    """For `DOWNLOAD_HANDLERS`. A head that is too large ends as DownloadCancelledError within a ResponseFailed."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Protocol(_LenientHTTP11ClientProtocol):
    head = 0
    answer: object = None
    """What reads the answer of which `head` bytes have come; a connection is used for many."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._parser is not self.answer:
            self.answer, self.head = self._parser, 0
        if self._parser is not None and self._parser.state != BODY:
            self.head += len(data)
            if self.head > LARGEST_HEAD:
                error = DownloadCancelledError(f"headers of more than {LARGEST_HEAD} bytes")
                self._giveUp(Failure(error))  # type: ignore[no-untyped-call]
                return
        else:
            self.head = 0
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802 (Twisted's names)
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
