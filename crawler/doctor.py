"""What a first look at a site has shown: what was tried, what was found, what stands in the way, and the remedy."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.discovery.model import EndpointKind
from crawler.remedies import REMEDIES
from db.feeds import FeedRow
from pipelines.records import Reason, Saved

SHOWN = 3
"""Addresses of one kind that are shown."""
_BLOCKS = {
    Reason.ROBOTS,
    Reason.FORBIDDEN,
    Reason.RATE_LIMITED,
    Reason.BOT_WALL,
    Reason.CONSENT,
    Reason.LOGIN,
    Reason.PAYWALL,
}
"""What stands in the way even if only some pages of the sample ended so; of the rest half must have."""
_KINDS = (EndpointKind.FEED, EndpointKind.SITEMAP, EndpointKind.SECTION)
_STATUS = {401: Reason.FORBIDDEN, 403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND, 410: Reason.GONE, 451: Reason.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class Example:
    """A page that was asked for and is no article."""

    reason: str
    url: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the first look at a source came to."""

    endpoints: Sequence[FeedRow]
    outcomes: Counter[str]
    """What became of the sample."""
    examples: Sequence[Example]
    """A page for each outcome of the sample that is no article."""
    pending: int
    """Links that wait."""
    articles: int
    trouble: str | None
    """Why it could not be crawled to its end."""

    @property
    def usable(self) -> bool:
        """Whether anything there can be read."""
        worked = any(row.last_checked and not row.problem for row in self.endpoints)
        return bool(worked or self.articles or self.pending)


def findings(look: Look) -> Iterator[tuple[str, str]]:
    """What was tried and found, as pairs of a label and a line."""
    for kind in _KINDS:
        rows = [row for row in look.endpoints if row.kind == kind and not row.problem]
        if rows:
            shown = [row.url for row in sorted(rows, key=lambda row: -row.last_found)[:SHOWN]]
            more = len(rows) - len(shown)
            yield f"{kind}s", f"{len(rows)}: {', '.join(shown)}" + (f" and {more} more" if more else "")
    missing = [row for row in look.endpoints if _only_guessed(row)]
    if missing:
        addresses = ", ".join(sorted("/" + row.url.split("/", 3)[3] for row in missing))
        yield "tried", f"{len(missing)} usual address{'es' * (len(missing) > 1)} that are not there: {addresses}"
    if look.outcomes:
        yield "sample", ", ".join(f"{n} {outcome}" for outcome, n in look.outcomes.most_common())
    yield "waiting", f"{look.pending} link{'s' * (look.pending != 1)} for the first run"


def obstacles(look: Look) -> Iterator[str]:
    """What stands in the way, each with what can be done about it; nothing when nothing does."""
    pages = sum(n for outcome, n in look.outcomes.items() if outcome != Reason.OFF_SITE)
    for example in look.examples:
        n = look.outcomes[example.reason]
        if n and example.reason in REMEDIES and (example.reason in _BLOCKS or 2 * n >= pages):
            seen = example.url + (f" ({example.evidence})" if example.evidence else "")
            yield f"{n} of {pages} pages {example.reason}, such as {seen}: {REMEDIES[example.reason]}"
    for row in look.endpoints:
        if row.problem and not _only_guessed(row):
            yield f"{row.kind} {row.url}: {row.problem.rstrip('.')}; {remedy(row.problem, row.last_status)}"
    if look.trouble and not any(row.problem for row in look.endpoints):
        yield look.trouble
    if not any(row.kind in (EndpointKind.FEED, EndpointKind.SITEMAP) and not row.problem for row in look.endpoints):
        yield "no feed and no sitemap: new articles are found on its pages alone, which takes more requests"
    if not look.pending and not set(look.outcomes) & set(Saved):
        yield "no articles were found: give the address of a section or a feed"


def refusal(look: Look) -> str:
    """Why a source of which nothing can be read is not taken up, and what can be done about it."""
    home = next((row for row in look.endpoints if row.kind == EndpointKind.HOME and row.problem), None)
    problem = (home.problem if home else None) or look.trouble or "it was not reached"
    return f"{problem.rstrip('.')}; {remedy(problem, home.last_status if home else None)}"


def remedy(problem: str, status: int | None) -> str:
    """What can be done about an endpoint's problem, which begins with a reason's name or names a status."""
    match = re.match(r"\w+", problem)
    if match and match[0] in REMEDIES:
        return REMEDIES[match[0]]
    if status == 429:
        return REMEDIES[Reason.RATE_LIMITED]
    if status is not None and status >= 500:
        return REMEDIES[Reason.SERVER_ERROR]
    if status in _STATUS:
        return REMEDIES[_STATUS[status]]
    return "see it in a browser"


def _only_guessed(row: FeedRow) -> bool:
    """Whether an endpoint is an address where feeds and sitemaps often are, and this site's are not."""
    return bool(row.problem) and row.last_status in (404, 410) and row.kind != EndpointKind.HOME and not row.body_hash
