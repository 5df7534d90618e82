"""Telling a monitor that a run has ended, in the manner of healthchecks.io: an address for success, `/fail` else."""

import http.client
import socket
import ssl
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from crawler.config import Config
from crawler.guard import AddressRefusedError, Guard

TIMEOUT = 10.0
"""Seconds for the whole call, name service included: healthchecks.io's own clients wait that long."""


def ping(config: Config, url: str, *, well: bool, text: str) -> str | None:
    """Sends the text by POST. Redirects are not followed, proxies not used.

    Returns: what went wrong, in one line; None when it went well. Raises: nothing.
    """
    trouble = [f"no answer within {TIMEOUT:.0f} s"]

    def call() -> None:
        parts = urlsplit(url)
        target = parts if well else parts._replace(path=f"{parts.path.rstrip('/')}/fail")
        try:
            status = _post(Guard.of(config), target, text.encode())
            trouble[:] = [] if status < 300 else [f"answered {status}"]
        except (OSError, ValueError, http.client.HTTPException, AddressRefusedError) as error:
            trouble[:] = [f"{type(error).__name__}: {error}"]

    # A thread, since neither name service nor a server that drips its answer can be held to a time.
    caller = Thread(target=call, daemon=True)
    caller.start()
    caller.join(TIMEOUT)
    return f"ping of {urlsplit(url).netloc}: {trouble[0]}" if trouble else None


def _post(guard: Guard, target: SplitResult, body: bytes) -> int:
    """The status of the answer."""
    if target.scheme not in ("http", "https") or not target.hostname:
        raise ValueError("not an http or https address")
    secure = target.scheme == "https"
    port = target.port or (443 if secure else 80)
    address = str(socket.getaddrinfo(target.hostname, port, type=socket.SOCK_STREAM)[0][4][0])
    guard.check(address)
    connected = socket.create_connection((address, port), timeout=TIMEOUT)
    connection = http.client.HTTPConnection(target.hostname, port, timeout=TIMEOUT)
    try:
        connection.sock = (
            ssl.create_default_context().wrap_socket(connected, server_hostname=target.hostname)
            if secure
            else connected
        )
        path = target._replace(scheme="", netloc="", fragment="").geturl() or "/"
        connection.request("POST", path, body, {"Content-Type": "text/plain; charset=utf-8"})
        return connection.getresponse().status
    finally:
        connection.close()
