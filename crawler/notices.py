"""The files in which a host says what it allows: fetched when they are needed, and kept from one run to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, StopDownload
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.clock import now
from crawler.conditional import conditions, header
from crawler.recorder import Recorder
from crawler.robots import MAX_BYTES
from db import hosts
from db.hosts import Notice
from pipelines.urls import canonical

MOST_HOPS = 5
"""Redirects that are followed (RFC 9309, 2.3.1.2, asks for five); after more there is no such file."""
LARGEST = 10 * MAX_BYTES
"""Bytes after decompression, from a server that compresses although it was asked not to; more is no such file."""
_NO_LIMIT = 2**40  # Scrapy refuses an answer that says that it is longer; these are read to `MAX_BYTES` and no further
NOTICE = "copydesk_notice"
"""The key in a request's `meta` that says that it asks for such a file, and how many bytes of it have come."""

Download = Callable[[Request], Awaitable[Response]]


class Notices:
    """One crawl's view of the files: each is fetched at most once, by whoever needs it first."""

    def __init__(self, crawler: Crawler, download: Download) -> None:
        self.crawler = crawler
        self.download = download
        self._files: dict[str, asyncio.Task[Notice]] = {}

    async def get(self, url: str, fresh: timedelta) -> Notice:
        """The file at an address, fetched no longer than `fresh` ago; its body is cut at `MAX_BYTES`.

        Raises: whatever kept it from being fetched.
        """
        task = self._files.get(url)
        if task is not None and task.done() and (task.exception() or now() - task.result().fetched_at < fresh):
            return task.result()  # every request comes here
        if task is None or task.done():
            task = self._files[url] = asyncio.ensure_future(self._get(url, fresh))
        return await asyncio.shield(task)

    async def _get(self, url: str, fresh: timedelta) -> Notice:
        recorder = Recorder.of(self.crawler)
        known = None
        with suppress(CloseSpider):  # whoever files something next ends the crawl
            known = await recorder.call(hosts.notice, recorder.database, url)
        if known and now() - known.fetched_at < fresh:
            return known
        response = await self._fetch(url, conditions(known.etag, known.last_modified) if known else {})
        if known and response.status == 304:
            notice = replace(known, fetched_at=now())
        else:
            body = response.body[: MAX_BYTES + 1] if response.status < 300 else b""
            validators = (header(response, name) for name in ("ETag", "Last-Modified"))
            notice = Notice(now(), response.status, body, *validators)
        if response.status != 429 and response.status < 500:
            with suppress(CloseSpider):
                await recorder.call(hosts.post, recorder.database, url, notice)
        return notice

    async def _fetch(self, url: str, conditions: Mapping[str, str]) -> Response:
        """Without the redirect middleware: an end of its own tells too many redirects from other trouble."""
        for hop in range(MOST_HOPS + 1):
            request = Request(
                url,
                headers={"Accept-Encoding": "identity", **conditions},  # what is cut off must be readable
                meta={NOTICE: 0, "dont_redirect": True, "download_maxsize": _NO_LIMIT},
                callback=NO_CALLBACK,
            )
            response = await self.download(request)
            location = (response.headers.get("Location") or b"").decode("utf-8", "replace")
            target = canonical(location, url) if location and 300 <= response.status < 400 else None
            if target is None or hop == MOST_HOPS:
                break
            url = target
        return response


def stop_when_enough(data: bytes, request: Request) -> None:
    """A handler of Scrapy's signal `bytes_received`: no more of such a file is fetched than is read of it."""
    if NOTICE in request.meta:
        request.meta[NOTICE] += len(data)
        request.meta["download_maxsize"] = LARGEST
        if request.meta[NOTICE] > MAX_BYTES:
            raise StopDownload(fail=False)
