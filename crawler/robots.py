"""robots.txt by RFC 9309, over protego: what a site allows, and what it announces. Pure: bytes in, rules out."""

import re
from dataclasses import dataclass, field

from protego import Protego

from pipelines.urls import canonical

MAX_BYTES = 512 * 1024
"""Bytes that are read. RFC 9309, 2.5, asks for at least 500 KiB."""
MAX_SITEMAPS = 1000
_BOM = b"\xef\xbb\xbf"
_PRODUCT = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's rules."""

    rules: Protego = field(default_factory=lambda: Protego.parse(""), compare=False, repr=False)
    sitemaps: tuple[str, ...] = ()
    """Canonical addresses that the `Sitemap:` lines name, in order."""

    def allowed(self, url: str, user_agent: str) -> bool:
        """Whether the agent, named by its product token or a User-Agent header that begins with it, may fetch this.

        Raises: nothing; what is no address is not allowed.
        """
        full = canonical(url)
        return full is not None and bool(self.rules.can_fetch(full, _product(user_agent)))

    def crawl_delay(self, user_agent: str) -> float | None:
        """Seconds asked for between requests, not negative, unclamped; None when nothing is asked. Raises: nothing."""
        delay = self.rules.crawl_delay(_product(user_agent))
        return None if delay is None else float(delay)


ALLOW_ALL = Robots()
DISALLOW_ALL = Robots(Protego.parse("User-agent: *\nDisallow: /"))


def parse(body: bytes, url: str | None = None) -> Robots:
    """The rules in a robots.txt of at most `MAX_BYTES`; a longer one is cut at its last whole line.

    `url` is its own address, which relative `Sitemap:` lines are resolved against; without it they are left out.
    Raises: nothing; lines that make no sense are passed over.
    """
    if len(body) > MAX_BYTES:
        body = body[: body.rfind(b"\n", 0, MAX_BYTES) + 1]
    text = body.removeprefix(_BOM).decode("utf-8", "replace").replace("\0", "")
    rules = Protego.parse(text)
    found = (canonical(line, url) for line in list(rules.sitemaps)[:MAX_SITEMAPS])
    return Robots(rules, tuple(dict.fromkeys(address for address in found if address)))


def from_answer(status: int | None, body: bytes, url: str | None = None) -> Robots:
    """The rules that an answer to the request for robots.txt means (RFC 9309, 2.3.1). Raises: nothing.

    2xx: as written. 3xx (redirects without end) and 4xx: there is none, all is allowed. 429, 5xx, and None for no
    answer at all: it can't be known, nothing is allowed. The RFC leaves 429 open; a host that asks for fewer requests
    is not answered with more.
    """
    if status is None or status == 429 or status < 200 or status >= 500:
        return DISALLOW_ALL
    return parse(body, url) if status < 300 else ALLOW_ALL


def _product(user_agent: str) -> str:
    """The product token (RFC 9309, 2.2.1); a name later in the header, as in a contact address, is not ours."""
    match = _PRODUCT.match(user_agent)
    return match[0] if match else user_agent
