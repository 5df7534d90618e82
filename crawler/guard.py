"""Which addresses may be fetched at all: public ones, and those that the configuration allows.

Two doors: a middleware refuses addresses that are written in a URL, in whatever notation; a resolver refuses names
that resolve to an address that isn't allowed. The resolver's answer is the one that is connected to, so a DNS answer
that changes between check and connect gains nothing. Behind a proxy the proxy resolves names.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from crawler.config import Config

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# All that IANA has given out to hosts. `is_global` also says yes to site-local addresses (fec0::/10), and to the
# notations in which translators wrap IPv4 addresses, such as ::127.0.0.1 and ::ffff:0:127.0.0.1.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


class AddressRefusedError(IgnoreRequest):
    """The address is not public and not allowed by the setting `allow_addresses`."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which addresses may be connected to."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, config: Config) -> "Guard":
        return cls(tuple(ipaddress.ip_network(text) for text in config.allow_addresses))

    def permits(self, address: Address) -> bool:
        """Whether the address is public or in an allowed range. IPv4 addresses inside IPv6 ones count as themselves."""
        address = _inner(address)
        if any(address.version == network.version and address in network for network in self.allowed):
            return True
        unicast = not address.is_multicast if address.version == 4 else address in _GLOBAL_UNICAST
        return address.is_global and unicast

    def check(self, host: str) -> None:
        """Raises AddressRefusedError when the host is written as an address that may not be fetched.

        A name passes; what it resolves to is checked when it is resolved.
        """
        address = literal_address(host)
        if address is not None and not self.permits(address):
            raise AddressRefusedError(f"{host} is not a public address; the setting allow_addresses can allow it")


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for on its way (mapped, 6to4, NAT64); else the address itself.

    Teredo's (2001::/32) is no public one.
    """
    if address.version == 4:
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def literal_address(host: str) -> Address | None:
    """The address that a host text stands for, also in decimal, octal, hex and short forms; None for a name."""
    text = host.strip("[]").split("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        # inet_aton reads the notations that connect() would take for an address: 2130706433, 0x7f.1, 0177.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError, UnicodeError):
        return None


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's caching resolver, which fails for names that resolve to an address that may not be fetched.

    It is asked for written addresses too, and for a proxy's host, which passes: the proxy is the user's own choice.
    """

    guard = Guard()
    proxies: frozenset[str] = frozenset()
    refused: ClassVar[dict[str, str]] = {}
    """Name -> why. Twisted drops a resolver's own error; the middleware reads it here."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "GuardedResolver":
        resolver = super().from_crawler(crawler, reactor)
        resolver.guard = Guard.of(crawler.settings["COPYDESK"])
        resolver.proxies = frozenset(urlsplit(url).hostname or "" for url in getproxies().values())
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802 (Twisted's name)
        deferred: Deferred[str] = super().getHostByName(name, timeout)
        return deferred if name in self.proxies else deferred.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        try:
            self.guard.check(address)
        except AddressRefusedError as error:
            self.refused[name] = str(error)
            raise DNSLookupError(str(error)) from None
        return address


class GuardMiddleware:
    """Refuses URLs whose host is written as, or resolved to, an address that may not be fetched."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        return cls(Guard.of(crawler.settings["COPYDESK"]))

    async def process_request(self, request: Request) -> None:
        self.guard.check(urlsplit(request.url).hostname or "")

    async def process_exception(self, request: Request, exception: Exception) -> None:
        host = urlsplit(request.url).hostname or ""
        if isinstance(exception, CannotResolveHostError) and host in GuardedResolver.refused:
            raise AddressRefusedError(f"{host}: {GuardedResolver.refused[host]}") from exception
