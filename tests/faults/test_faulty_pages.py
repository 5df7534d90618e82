"""Pages of hosts that misbehave: each ends in its named outcome, and the pages beside it are filed."""

from pathlib import Path

from tests.crawler.hosts import ARTICLE
from tests.faults import server
from tests.faults.crawls import MOST_MEMORY, check, outcomes, run
from tests.faults.server import HTML, Fault, page, raw, redirect

GZIP, BROTLI = b"Content-Encoding: gzip", b"Content-Encoding: br"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def rules(*directives: bytes) -> server.Answer:
    return page(b"Content-Type: text/plain", body=b"\n".join((b"User-agent: *", *directives)))


FAULTS: dict[str, tuple[Fault, str]] = {
    "resets the connection": (Fault(server.reset), "unreachable"),
    "says nothing": (Fault(server.stall), "timeout"),
    "stops in the middle": (Fault(server.stall_in_the_middle), "timeout"),
    "drips its body": (Fault(server.drip), "timeout"),
    "drips its headers": (Fault(server.drip_headers), "timeout"),
    "hangs up": (Fault(raw(b"")), "unreachable"),
    "promises more than comes": (Fault(page(HTML, length=100_000)), "unreachable"),
    "promises less than comes": (Fault(page(HTML, length=0)), "empty"),
    "promises a negative length": (Fault(page(HTML, length=-5)), "unreachable"),
    "promises two lengths": (Fault(page(HTML, b"Content-Length: 5")), "unreachable"),
    "calls plain text gzip": (Fault(page(HTML, GZIP)), "unreachable"),
    "calls plain text brotli": (Fault(page(HTML, BROTLI)), "unreachable"),
    "sends half a gzip stream": (Fault(page(HTML, GZIP, body=server.packed()[:60])), "unreachable"),
    "sends a bomb of gzip": (Fault(page(HTML, GZIP, body=server.gzip_bomb(2**27))), "too_large"),
    "sends a bomb of brotli": (Fault(page(HTML, BROTLI, body=server.BROTLI_BOMB)), "too_large"),
    "never ends": (Fault(server.endless), "too_large"),
    "sends 200,000 headers": (Fault(server.many_headers), "too_large"),
    "sends a header without end": (Fault(server.endless_header), "unreachable"),
    "speaks HTTP/0.9": (Fault(raw(ARTICLE)), "unreachable"),
    "sends garbage": (Fault(raw(bytes(range(256)) * 20)), "unreachable"),
    "has a status that is none": (Fault(page(HTML, status=b"HTTP/1.1 fine OK")), "unreachable"),
    "has a status of its own": (Fault(page(HTML, status=b"HTTP/1.1 999 Odd")), "http_error"),
    "breaks its chunks": (Fault(raw(CHUNKED + b"ZZZ\r\nabc")), "unreachable"),
    "promises a chunk of an exabyte": (Fault(raw(CHUNKED + b"FFFFFFFFFFFFFFF\r\nabc")), "unreachable"),
    "injects headers": (Fault(page(HTML, b"X-A: b\rX-B: c", b"no colon", b"X-\0: \0", b"X-\xff: \xff")), "unreachable"),
    "names a wrong charset": (Fault(page(b"Content-Type: text/html; charset=utf-16")), "stored"),
    "names a charset that is none": (Fault(page(b"Content-Type: text/html; charset=\xff\xfe;;")), "stored"),
    "sends 50 cookies of 4 KB": (
        Fault(page(HTML, *(b"Set-Cookie: c%d=%s" % (n, b"x" * 4000) for n in range(50)))),
        "stored",
    ),
    "redirects in a circle": (Fault(redirect("/story")), "redirected"),
    "redirects to a file": (Fault(redirect(Path(__file__).as_uri())), "redirected"),
    "redirects to nowhere": (Fault(redirect("http://[::1")), "redirected"),
    "has a robots.txt of 30 MB that forbids": (
        Fault(page(HTML), robots=server.long_robots(30_000_000, b"/story")),
        "robots",
    ),
    "has a robots.txt of 30 MB that allows": (
        Fault(page(HTML), robots=server.long_robots(30_000_000, b"/private")),
        "stored",
    ),
    "has a robots.txt without end": (Fault(page(HTML), robots=server.endless), "stored"),
    "has a robots.txt that stalls": (Fault(page(HTML), robots=server.stall), "timeout"),
    "compresses a robots.txt that forbids": (
        Fault(page(HTML), robots=page(GZIP, body=server.packed(b"User-agent: *\nDisallow: /story"))),
        "robots",
    ),
    "has a robots.txt inside the house": (
        Fault(page(HTML), robots=redirect("http://10.0.0.1/robots.txt")),
        "address_refused",
    ),
    "asks for a pause that is none": (
        Fault(page(HTML), robots=rules(b"Crawl-delay: -1", b"Crawl-delay: nan")),
        "stored",
    ),
    "is well": (Fault(page(HTML)), "stored"),
}
ELSEWHERE = {
    "http://127.0.0.1:1/story": "unreachable",
    "http://nowhere.invalid/story": "dns",
    "http://169.254.169.254/story": "address_refused",
    "http://0xa9fea9fe/story": "address_refused",
}


def test_each_ends_in_its_outcome_in_bounded_time_and_memory(copydesk):
    with server.serving({name: fault for name, (fault, _) in FAULTS.items()}):
        addresses = [f"{fault.url}/story" for fault, _ in FAULTS.values()]
        (copydesk.folder / "list").write_text("\n".join([*addresses, *ELSEWHERE]))
        done = run(copydesk, "crawl", "--from", "list")
    assert "Traceback" not in done.errors, done.errors
    assert done.memory < MOST_MEMORY
    found = outcomes(copydesk.folder)
    assert {name: found[f"{fault.url}/story"] for name, (fault, _) in FAULTS.items()} == {
        name: outcome for name, (_, outcome) in FAULTS.items()
    }
    assert {url: found[url] for url in ELSEWHERE} == ELSEWHERE
    check(copydesk.folder)


def test_cookies_are_not_sent_back(copydesk):
    fault = Fault(page(HTML, b"Set-Cookie: session=1; Path=/"))
    with server.serving({"": fault}):
        run(copydesk, "crawl", f"{fault.url}/story", f"{fault.url}/other")
        run(copydesk, "crawl", f"{fault.url}/story")
    assert len(fault.requests) >= 4
    assert not [request for request in fault.requests if b"cookie" in request.lower()]


NAMES = """
import itertools, socket
answers = {"inside.example": itertools.repeat("10.0.0.1"), "changing.example": iter(["127.0.0.1", "10.0.0.1"])}
by_system = socket.gethostbyname
socket.gethostbyname = lambda name: next(answers[name]) if name in answers else by_system(name)
"""
"""A name service for `sitecustomize`, which Python runs as it starts."""


def test_the_address_that_is_connected_to_is_the_one_that_was_checked(copydesk):
    """Of names that lead into the house at once, or after the first answer."""
    (copydesk.folder / "sitecustomize.py").write_text(NAMES)
    fault = Fault(page(HTML))
    with server.serving({"": fault}):
        port = fault.url.rpartition(":")[2]
        addresses = [f"http://{name}.example:{port}/story" for name in ("inside", "changing")]
        paths = f"{copydesk.folder}:{copydesk.environment['PYTHONPATH']}"
        run(copydesk, "crawl", *addresses, f"http://localhost:{port}/story", PYTHONPATH=paths)
        run(copydesk, "crawl", f"http://localhost:{port}/other", COPYDESK_ALLOW_ADDRESSES="")
    found = outcomes(copydesk.folder)
    assert [found[address] for address in addresses] == ["address_refused", "stored"]
    assert found[f"http://localhost:{port}/story"] == "stored"
    assert found[f"http://localhost:{port}/other"] == "address_refused"
