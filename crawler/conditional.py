"""Asking for a document only if it has changed (RFC 9110, 13)."""

from scrapy.http import Response


def conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers that ask for what has changed since a document had these validators; none without any."""
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in validators.items() if value}


def header(response: Response | None, name: str) -> str | None:
    """The first header of that name, as text; None without one, or without an answer."""
    value = response.headers.get(name) if response else None
    return value.decode("latin-1") if value else None
