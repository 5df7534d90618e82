"""The demo's news web: every invented outlet served on a port of its own of 127.0.0.1, with the truth about it."""

import hashlib
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from crawler.demo.outlet import OUTLETS, Outlet, load
from crawler.demo.pages import SUBHEADING, Answer, build
from pipelines.records import Reason

NOT_FOUND = Answer(404, b"<!DOCTYPE html><title>404</title><h1>Not found</h1>")


@dataclass(frozen=True, slots=True)
class DemoSite:
    name: str
    url: str
    """The home page, `http://127.0.0.1:<port>/`."""
    language: str


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """What a perfect crawl files."""

    site: str
    url: str
    title: str
    lead: str
    language: str
    paragraphs: tuple[str, ...]
    published: datetime
    authors: tuple[str, ...]


class Request(NamedTuple):
    host: str
    """With the port."""
    path: str
    status: int


class DemoWeb:
    """A context manager: the sites answer while it is entered, the log stays readable after.

    `latency` is the time in seconds that each answer takes.
    """

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.sites: tuple[DemoSite, ...] = ()
        self.requests: list[Request] = []
        """In the order of the answers."""
        self.in_flight: dict[str, int] = defaultdict(int)
        self.peaks: dict[str, int] = defaultdict(int)
        """Host -> the most requests that were in flight at once."""
        self._later = False
        self._lock = threading.Lock()
        self._servers: list[_SiteServer] = []

    def __enter__(self) -> Self:
        for folder in OUTLETS:
            server = _SiteServer(self, load(folder))
            threading.Thread(target=server.serve_forever, args=(0.02,), name=f"demo {folder}", daemon=True).start()
            self._servers.append(server)
        self.sites = tuple(DemoSite(s.outlet.name, f"{s.base}/", s.outlet.language) for s in self._servers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def publish_later(self) -> None:
        """Lets every site publish one more story."""
        self._later = True
        for server in self._servers:
            server.answers = build(server.outlet, server.base, later=True)

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """The stories that are published now."""
        return tuple(
            DemoArticle(
                site=server.outlet.name,
                url=server.base + story.path,
                title=story.title,
                lead=story.lead,
                language=server.outlet.language,
                paragraphs=tuple(paragraph.removeprefix(SUBHEADING) for paragraph in story.body),
                published=story.published,
                authors=(story.author,) if story.author else (),
            )
            for server in self._servers
            for story in server.outlet.stories
            if self._later or not story.later
        )

    @property
    def refusals(self) -> dict[str, Reason]:
        """Address -> why a perfect crawl does not file it, for what the sites link to like an article."""
        return {server.base + trap.path: trap.reason for server in self._servers for trap in server.outlet.traps}

    def _begin(self, host: str) -> None:
        with self._lock:
            self.in_flight[host] += 1
            self.peaks[host] = max(self.peaks[host], self.in_flight[host])

    def _end(self, request: Request) -> None:
        with self._lock:
            self.in_flight[request.host] -= 1
            self.requests.append(request)


class _SiteServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, web: DemoWeb, outlet: Outlet) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web, self.outlet = web, outlet
        self.host = f"127.0.0.1:{self.server_port}"
        self.base = f"http://{self.host}"
        self.answers = build(outlet, self.base, later=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _SiteServer

    def do_GET(self) -> None:
        self.server.web._begin(self.server.host)
        status = 0
        try:
            time.sleep(self.server.web.latency)
            status = self._answer(self.server.answers.get(self.path, NOT_FOUND))
        finally:
            self.server.web._end(Request(self.server.host, self.path, status))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, answer: Answer) -> int:
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        status = 304 if answer.status == 200 and self._known(etag, answer.modified) else answer.status
        body = b"" if status == 304 else answer.body
        self.send_response(status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if answer.status == 200:
            self.send_header("ETag", etag)
        if answer.modified:
            self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return status

    def _known(self, etag: str, modified: datetime | None) -> bool:
        """Whether the client has this already (RFC 9110, section 13: the ETag outranks the date)."""
        if none_match := self.headers["If-None-Match"]:
            return etag in none_match
        since = self.headers["If-Modified-Since"]
        return bool(since and modified and modified <= parsedate_to_datetime(since))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is http.server's)
        """Nothing: `DemoWeb.requests` is the log."""
