"""What a host's own files say of use by machines. Pure: bytes in, signals out.

`/ai.txt` (Spawning) has the form of a robots.txt; `/.well-known/tdmrep.json` (TDMRep, a W3C community report of 2024,
section 6.1) is a list of objects with a path pattern, of which the first that fits a page holds.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from crawler import robots
from crawler.robots import ALLOW_ALL, Robots

AI_TXT = "/ai.txt"
TDMREP = "/.well-known/tdmrep.json"
MOST_RULES = 1000

Signals = tuple[tuple[str, str], ...]
"""Names and values, as of HTTP headers: TDMRep's are those of its headers."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a host reserves."""

    ai: Robots = ALLOW_ALL
    rules: tuple[tuple[Robots, Signals], ...] = ()
    """TDMRep's: what forbids the paths that a rule is about, and what the rule says."""

    def signals(self, url: str, user_agent: str) -> Signals:
        """What is said of a page. Raises: nothing."""
        said: Signals = () if self.ai.allowed(url, user_agent) else (("ai.txt", "disallow"),)
        return said + next((signals for paths, signals in self.rules if not paths.allowed(url, user_agent)), ())


def parse(ai_txt: bytes, tdmrep: bytes) -> Rights:
    """The files' meaning; empty for a file that is not there. Raises: nothing: what makes no sense says nothing."""
    return Rights(robots.parse(ai_txt), tuple(_rules(tdmrep)))


def _rules(tdmrep: bytes) -> list[tuple[Robots, Signals]]:
    said: Any = None
    with suppress(ValueError, RecursionError):
        said = json.loads(tdmrep)
    rules = []
    for rule in said[:MOST_RULES] if isinstance(said, list) else ():
        location = rule.get("location") if isinstance(rule, dict) else None
        if isinstance(location, str) and "\n" not in location:
            paths = robots.parse(f"User-agent: *\nDisallow: {location}".encode("utf-8", "replace"))
            names = ("tdm-reservation", "tdm-policy")
            rules.append((paths, tuple((name, str(rule[name])[:200]) for name in names if name in rule)))
    return rules
