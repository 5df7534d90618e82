"""A host of the tests: it answers as each test wants."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCAL = {"COPYDESK_ALLOW_ADDRESSES": "127.0.0.0/8", "COPYDESK_DELAY": "0.02", "COPYDESK_TIMEOUT": "2"}
ARTICLE = b"""<!DOCTYPE html><html lang="en"><head><title>Harbour wall rebuilt</title>
<meta property="og:type" content="article">
<meta property="article:published_time" content="2026-05-01T10:00:00Z"></head>
<body><article><h1>Harbour wall rebuilt</h1>
<p>The harbour wall of Skarvik was rebuilt in nine weeks, after the winter's storms had opened it in two places.</p>
<p>Forty men and women worked at low tide and by lamplight, and the oldest of them set the last stone on Friday.</p>
<p>The council says that the new wall is a metre higher than the old one, and will stand for a hundred years.</p>
</article></body></html>"""

RIGHTS = ("/ai.txt", "/.well-known/tdmrep.json")

Handler = Callable[[BaseHTTPRequestHandler], None]


class Host:
    """A host that answers as each test wants, and remembers when it was asked for what."""

    def __init__(self) -> None:
        self.answers: dict[str, Handler] = {}
        self.asked: list[tuple[float, str]] = []
        self.answered: list[tuple[str, int]] = []
        """Paths and the statuses that they were answered with."""
        self.url = ""

    def paths(self) -> list[str]:
        """What was asked for, but for the files on rights, of which each host has none unless a test gives it some."""
        return [path for _, path in self.asked if path not in RIGHTS]

    def moments(self, but: tuple[str, ...] = ()) -> list[float]:
        """When something was asked for."""
        return [moment for moment, path in self.asked if path not in but]


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host.asked.append((time.monotonic(), self.path))
            host.answers.get(self.path, answer(404))(self)

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def send_response(self, code: int, message: str | None = None) -> None:
            host.answered.append((self.path, code))
            super().send_response(code, message)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that hangs up is no news
    host.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield host
    server.shutdown()
    server.server_close()


def answer(status: int, body: bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> Handler:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def tagged(body: bytes, **headers: str) -> Handler:
    """An answer with an ETag, or "not modified" to who has it already."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'

    def send(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        answer(304 if known else 200, b"" if known else body, ETag=etag, **headers)(handler)

    return send


def in_turn(*handlers: Handler) -> Handler:
    """One answer after the other; the last one again and again."""
    left = list(handlers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)
