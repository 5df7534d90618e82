"""Addresses: one spelling for each page, the site it is on, and whether a declared canonical link is believable."""

import ipaddress
import re
import tomllib
from pathlib import Path
from urllib.parse import quote, unquote

import idna

MAX_URL = 2048
"""Characters. The sitemap protocol's limit for a location (sitemaps.org); longer ones are `data:` or session debris."""

_PLAIN = re.compile(
    r"https?://(?![^/]{254})[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}(?:/(?!\.)[\w~,:@=+!$'()*.-]*)+", re.ASCII
)
"""What is canonical as it stands: most links, told by one regular expression."""
_ORIGIN = re.compile(r"https?://[^/?#\\\s]+", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BLANK = "".join(map(chr, range(33)))
_NO_BREAKS = dict.fromkeys(map(ord, "\t\n\r"))

MAX_HOST = 253
"""Characters (RFC 1035)."""
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MIRROR = re.compile(r"\A(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.)")
"""Host prefixes under which a site shows the same pages again."""

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPES = re.compile(r"%[0-9A-Fa-f]{2}|%|[^A-Za-z0-9._~:@!$&'()*+,;=/?%-]+")
_AMP = re.compile(r"^(?:amp;)+", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"[0-9]{4,}")
_WORD_BREAKS = re.compile(r"[^\w]+|_")
_TOKEN = re.compile(r"(?=[^&]*[0-9])[A-Za-z0-9_-]{16,}")

_TRACKING = tomllib.loads((Path(__file__).parent / "tracking.toml").read_text(encoding="utf-8"))
_ALWAYS = frozenset(_TRACKING["names"])
_PREFIXES = tuple(_TRACKING["prefixes"])
_UNLESS_NUMBER = frozenset(_TRACKING["unless_number"])
_BY_CHANNEL = frozenset(_TRACKING["by_channel"])
_CHANNELS = tuple(_TRACKING["channels"])
_BY_TOKEN = frozenset(_TRACKING["by_token"])


def canonical(url: str, base: str | None = None) -> str | None:
    """The one spelling of an address, absolute, for http and https.

    Host in lower case and IDNA (UTS 46), user name, default port and fragment gone (`#!` stays, it names pages on some
    sites), dot segments resolved (RFC 3986, 5.2.4), percent-encoding normalised (6.2.2), session ids and tracking
    parameters (`tracking.toml`) gone; the other parameters keep their order. `base` is the address of the page that
    links, for relative addresses. None for another scheme, a broken or missing host, and above `MAX_URL` characters.

    Idempotent. Raises: nothing.
    """
    if _PLAIN.fullmatch(url) and len(url) <= MAX_URL:
        return url
    if base is not None and url[:1] == "/" and url[1:2] not in ("/", "\\") and (origin := _ORIGIN.match(base)):
        url = origin[0] + url
        if _PLAIN.fullmatch(url) and len(url) <= MAX_URL:
            return url
    if len(url) > MAX_URL:
        return None
    try:
        result = _canonical(url, base)
    except UnicodeError:  # a lone surrogate, or a host that IDNA refuses
        return None
    return result if result is not None and len(result) <= MAX_URL else None


def host_key(url: str) -> str:
    """The identity of a site: its host without `www.`, `m.`, `mobile.` or `amp.`, with a port that is not the default.

    Empty for what has no host. Raises: nothing.
    """
    full = canonical(url)
    if full is None:
        return ""
    return _MIRROR.sub("", full.split("/", 3)[2], count=1)


def on_site(url: str, site_url: str) -> bool:
    """Whether an address lives on the site: the same `host_key`, or a subdomain of it. Raises: nothing."""
    key, site = host_key(url), host_key(site_url)
    return bool(site) and (key == site or key.endswith("." + site))


def respelled(url: str, page: str) -> str:
    """A canonical address as the page that names it spells scheme and host, where it is the same site's.

    Only `www.` and `http` instead of `https` are spelling: what a site serves there it serves under its own name too.
    Raises: nothing.
    """
    scheme, _, rest = url.partition("://")
    own_scheme, _, own_rest = page.partition("://")
    host, slash, path = rest.partition("/")
    own_host = own_rest.partition("/")[0]
    if scheme > own_scheme or host.removeprefix("www.") != own_host.removeprefix("www."):
        return url
    return f"{own_scheme}://{own_host}{slash}{path}"


def plausible_canonical(declared: str | None, final_url: str) -> str:
    """Where the article of the page lives: its canonical link where that is believable, else the page's own address.

    Not believable: another site, the home page, a listing above or beside the article, a link that drops the
    parameter that tells articles apart, an address of the same pattern with other numbers, or one whose words are
    altogether others. Where in doubt, no: two addresses of one article can be told by their text, a merger of two
    articles loses one.

    Raises: nothing; a broken `final_url` comes back as it is.
    """
    own = canonical(final_url)
    if own is None:
        return final_url
    target = canonical(declared, own) if declared else None
    if target is None or not (on_site(target, own) or on_site(own, target)):
        return own
    return target if _same_piece(target, own) else own


def query_pairs(url: str) -> list[tuple[str, str]]:
    """The parameters of a canonical address, names in lower case, still percent-encoded. Raises: nothing."""
    query = url.partition("#")[0].partition("?")[2]
    pairs = (piece.partition("=") for piece in query.split("&") if piece)
    return [(name.lower(), value) for name, _, value in pairs]


def _canonical(url: str, base: str | None) -> str | None:
    rest, _, fragment = url.strip(_BLANK).translate(_NO_BREAKS).partition("#")
    head, mark, query = rest.partition("?")
    head = head.replace("\\", "/")  # as browsers read it (WHATWG URL)
    if match := _SCHEME.match(head):
        scheme, location = match[1].lower(), head[match.end() :].lstrip("/")
        if scheme not in _DEFAULT_PORTS or head[match.end() : match.end() + 1] != "/":
            return None
    else:
        joined = _join(head, base)
        if joined is None:
            return None
        scheme, location, base_query = joined
        query = query if mark or head else base_query
    authority, _, path = location.partition("/")
    host = _host(authority, scheme)
    if host is None:
        return None
    hashbang = "#" + _escaped(fragment) if fragment.startswith("!") else ""
    return f"{scheme}://{host}{_path('/' + path)}{_query(query)}{hashbang}"


def _join(head: str, base: str | None) -> tuple[str, str, str] | None:
    """Scheme, host with path, and query of the base (RFC 3986, 5.2.2); None without a usable base."""
    whole = canonical(base) if base is not None else None
    if whole is None:
        return None
    rest, _, query = whole.partition("#")[0].partition("?")
    scheme, _, location = rest.partition("://")
    if head.startswith("//"):
        location = head.lstrip("/")
    elif head.startswith("/"):
        location = location.partition("/")[0] + head
    elif head:
        location = location.rpartition("/")[0] + "/" + head
    return scheme, location, query


def _host(authority: str, scheme: str) -> str | None:
    """Host and port, normalised; None when it can't be one. A user name and password are dropped."""
    match = _HOST_PORT.fullmatch(authority.rpartition("@")[2])
    if match is None:
        return None
    host, port = match[1].lower(), (match[2] or "").lstrip("0")
    if host.startswith("["):
        try:
            host = f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
        except ValueError:
            return None
    else:
        host = host if host.isascii() else idna.encode(host[:MAX_HOST], uts46=True).decode("ascii")
        host = host.rstrip(".")
        if len(host) > MAX_HOST or not _HOST.fullmatch(host):
            return None
    if not port or port == _DEFAULT_PORTS[scheme]:
        return host
    return f"{host}:{port}" if int(port) < 65536 else None


def _path(path: str) -> str:
    path = _escaped(path)
    if ";" in path:
        path = _SESSION_IN_PATH.sub("", path)
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    """With its question mark; empty when no parameter stays. `&amp;` counts as `&`: feeds are often escaped twice."""
    pieces = [_AMP.sub("", piece) for piece in _escaped(query).split("&")] if query else ()
    kept = [piece for piece in pieces if piece and not _tracks(*piece.partition("=")[::2])]
    return "?" + "&".join(kept) if kept else ""


def _tracks(name: str, value: str) -> bool:
    name = name.lower()
    return (
        name in _ALWAYS
        or name.startswith(_PREFIXES)
        or (name in _UNLESS_NUMBER and not value.isdecimal())
        or (name in _BY_CHANNEL and value.lower().startswith(_CHANNELS))
        or (name in _BY_TOKEN and _TOKEN.fullmatch(value) is not None)
    )


def _escaped(text: str) -> str:
    return _ESCAPES.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """One escape in its normal form, or characters that must not stand in an address, escaped as UTF-8."""
    found = match[0]
    if len(found) == 3 and found[0] == "%":
        character = chr(int(found[1:], 16))
        return character if character in _UNRESERVED else found.upper()
    return quote(found, safe="")


_VARIANTS = frozenset({"amp", "amphtml", "amp.html", "print", "printview", "mobile", "m", "full", "all", "index.html"})
_ID_NAMES = re.compile(r"(?:.*[a-z_-])?id|p|a|art|article|artikel|story|news|nr|no|doc|item|post|num|n|t", re.ASCII)
_DIGITS = re.compile(r"[0-9]+")
_HOME = re.compile(r"/(?:(?:index|default|home)\.[a-z]{3,5}|home/?|[a-z]{2}(?:[-_][a-z]{2})?/?)?", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[a-z]{3,5}$", re.IGNORECASE)


def _same_piece(target: str, own: str) -> bool:
    """Whether two addresses of one site may show one article, by their looks."""
    here, there = _parts(own), _parts(target)
    ids = {pair for pair in query_pairs(own) if _ID_NAMES.fullmatch(pair[0])}
    if here == there:
        return ids <= set(query_pairs(target))
    if _HOME.fullmatch("/" + "/".join(there)) and not query_pairs(target):
        return False
    if here[: len(there)] == there:
        tail = here[len(there) :]
        return _names_one_piece(target) or all(part in _VARIANTS for part in tail)
    if _names_one_piece(own) and not _names_one_piece(target):
        return False
    return not _another_number(here, there) and not _other_words("".join(here[-1:]), "".join(there[-1:]))


def _parts(url: str) -> list[str]:
    return [part for part in url.split("/", 3)[3].partition("#")[0].partition("?")[0].split("/") if part]


def _names_one_piece(url: str) -> bool:
    """Whether an address looks like that of one piece rather than of a list: a long slug, a number, an id."""
    if any(_ID_NAMES.fullmatch(name) and any(map(str.isdigit, value)) for name, value in query_pairs(url)):
        return True
    last = _SUFFIX.sub("", (_parts(url) or [""])[-1])
    return (
        len(_WORD_BREAKS.split(unquote(last))) >= 3
        or len("".join(_DIGITS.findall(last))) >= 3
        or len(unquote(last)) >= 20
    )


def _another_number(here: list[str], there: list[str]) -> bool:
    ours, theirs = "/".join(here), "/".join(there)
    return _DIGITS.sub("0", ours) == _DIGITS.sub("0", theirs)


def _other_words(here: str, there: str) -> bool:
    ours, theirs = _words(here), _words(there)
    numbers = set(_LONG_NUMBER.findall(here)) & set(_LONG_NUMBER.findall(there))
    return len(ours) >= 2 and len(theirs) >= 2 and not ours & theirs and not numbers


def _words(slug: str) -> set[str]:
    return {word for word in _WORD_BREAKS.split(unquote(slug).lower()) if len(word) > 2 and not word.isdecimal()}
