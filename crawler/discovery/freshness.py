"""How long an answer asks to be taken for fresh. Pure: headers in, a span out."""

import re
from datetime import timedelta

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})", re.ASCII | re.IGNORECASE)
_UNSTORED = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,;=])", re.IGNORECASE)


def fresh_for(cache_control: str | None, age: str | None) -> timedelta | None:
    """What is left of `Cache-Control: max-age` after the `Age` header (RFC 9111, 4.2); None when none is given.

    `s-maxage` is for shared caches and does not count. Raises: nothing.
    """
    said = _MAX_AGE.search(cache_control or "")
    if said is None or _UNSTORED.search(cache_control or ""):
        return None
    spent = int(age) if age and re.fullmatch(r"[0-9]{1,9}", age.strip(), re.ASCII) else 0
    return timedelta(seconds=max(int(said[1]) - spent, 0))
