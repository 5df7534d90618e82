"""Hosts that misbehave: raw asyncio, a port of 127.0.0.1 for each, so that each is a host of its own to a crawler."""

import asyncio
import base64
import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.crawler.hosts import ARTICLE

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Answers one request; the connection is closed after it."""

HTML = b"Content-Type: text/html; charset=utf-8"


@dataclass
class Fault:
    """A host: what it answers, and at some paths instead. Without another word it has no robots.txt."""

    answer: Answer
    robots: Answer | None = None
    paths: dict[str, Answer] = field(default_factory=dict)
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    """What it was sent: a request line with its headers each."""


@contextmanager
def serving(faults: dict[str, Fault]) -> Iterator[dict[str, Fault]]:
    """Serves every fault while the context lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []
    try:
        asyncio.run_coroutine_threadsafe(_open(faults, servers), loop).result()
        yield faults
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(faults: dict[str, Fault], servers: list[asyncio.Server]) -> None:
    for fault in faults.values():

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault = fault) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
                request = await reader.readuntil(b"\r\n\r\n")
                fault.requests.append(request)
                path = request.split(b" ", 2)[1].decode("latin-1")
                answers = {"/robots.txt": fault.robots or missing, **fault.paths}
                await answers.get(path, fault.answer)(writer)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        fault.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _end(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def page(
    *headers: bytes, body: bytes = ARTICLE, status: bytes = b"HTTP/1.1 200 OK", length: int | None = None
) -> Answer:
    """An answer with these header lines; `length` is what it says of the body's length."""

    async def send(writer: asyncio.StreamWriter) -> None:
        lines = [status, *headers, b"Content-Length: %d" % (len(body) if length is None else length)]
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    return send


missing = page(HTML, body=b"<title>404</title>", status=b"HTTP/1.1 404 Not Found")


def raw(text: bytes) -> Answer:
    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(text)

    return send


async def reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with RST instead of an answer."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stall(_: asyncio.StreamWriter) -> None:
    """Says nothing."""
    await asyncio.Event().wait()


async def stall_in_the_middle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nContent-Length: 100000\r\n\r\n<p>wait")
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte every tenth of a second: never silent for long, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nContent-Length: 100000\r\n\r\n")
    for byte in ARTICLE * 100:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(b"X-%d: wait\r\n" % number)
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<p>and on and on</p>" * 1000)
        await writer.drain()


async def many_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        writer.write(b"X-Header-%d: %d\r\n" % (number, number))
        if number % 1000 == 0:
            await writer.drain()
            if writer.is_closing():
                return
    writer.write(HTML + b"\r\nContent-Length: %d\r\n\r\n" % len(ARTICLE) + ARTICLE)


async def endless_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not writer.is_closing():
        writer.write(b"a" * 10_000)
        await writer.drain()


def long_robots(size: int, rule: bytes) -> Answer:
    """A robots.txt of so many bytes, with a rule in its first line."""
    body = b"User-agent: *\nDisallow: " + rule + b"\n" + b"# filling, to be long\n" * (size // 22)
    return page(b"Content-Type: text/plain", body=body)


def redirect(target: str) -> Answer:
    return page(b"Location: " + target.encode(), body=b"", status=b"HTTP/1.1 302 Found")


def gzip_bomb(size: int) -> bytes:
    """So many zero bytes, compressed."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(2**20)
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


def rss(items: int, link: Callable[[int], str], date: Callable[[int], str] = lambda _: "") -> bytes:
    """A feed of so many items."""
    entries = "".join(
        f"<item><title>Harbour wall {n} rebuilt</title><link>{link(n)}</link><pubDate>{date(n)}</pubDate></item>"
        for n in range(items)
    )
    return f'<rss version="2.0"><channel><title>Skarvik</title>{entries}</channel></rss>'.encode()


def packed(body: bytes = ARTICLE) -> bytes:
    return gzip.compress(body)


BROTLI_BOMB = base64.b85decode(
    b"%m4pB03-n7u|RU~|M>s^2Y>`X92S7?{U87T{{WBxh{FQVz5nC?{~rJn0C89Vy7zzl|NjF(0w4|xK==NS|NnmgNC3oP0qEZU@&Er1"
    b"011FNECAj6KmPy!0U!YohXtT}|HuFTKL8{E;;;a8@BjG!{|A5sKpYl;?)@MC|Nj7x0Eoi^(7pfT|NkEV5&&^n0J`^o{Qv(0Kms5R"
    b"3qbe&kN^LF07wADVFBpg|MCC-4*&^(I4l6&`#=8w{{bKY5Qhbzd;d2"
)
"""128 MiB of zero bytes, compressed."""
