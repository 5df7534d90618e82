"""How a source fares, judged against its own past. Pure functions: facts in, alarms out.

A share is judged over the latest pages against those before them. It has to be large in itself and larger than it was
by more than chance explains: see `_risen`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

from crawler.remedies import REMEDIES
from db.health import ArticleFacts, SourceFacts
from db.runs import Run
from pipelines.records import Reason, Saved

WINDOW = timedelta(days=60)
"""The stretch before the newest article in which a source's rhythm is read."""
RHYTHM_DAYS = 3
"""Days with articles that make a rhythm."""
SILENCE = 2.0
"""Silence is more than so many times the longest pause of the window. Simulated (random arrivals, a year each, with
and without quiet weekends): false alarms a source and year are 0 at 3 articles a day, 0.2 at one a day, 0.9 at one a
week; with 1.5 they are 0.2, 1.0 and 2.1, with 3 an outage is noticed half as late again."""
SHORTEST_SILENCE = timedelta(days=2)
NOT_CRAWLED = timedelta(days=2)
"""A run a day is the least that `copydesk schedule` sets up; two that are missing are no chance."""
FIRST_ARTICLE = timedelta(days=1)
"""A new source has had dozens of looks by then."""
RECENT = 20
"""Pages, or articles, that are judged: the fewest at which half of them says something."""
LARGE = 0.5
"""A share below it is no alarm: a site where one page in three is a gallery is well."""
RISE = 0.4
CHANCE = 4.0
"""Standard errors. Two samples of 20 and 200 differ by that much once in some 15,000 comparisons."""
SHRUNK = 0.4
"""Of the median length before. Lengths of articles of one site spread by a factor of 2.2 (1 sigma of their logarithm is
0.8), the median of 20 by 1.25: 0.4 is four times that."""
DEAD_CHECKS = 5
"""Failures in a row of an endpoint that worked: with waits that double, some five hours at least."""
BLOCKED_PAGES = 5

_BLOCKS = (Reason.FORBIDDEN, Reason.BOT_WALL, Reason.CONSENT, Reason.LOGIN, Reason.RATE_LIMITED, Reason.ROBOTS)
_MISREAD = (Reason.NOT_ARTICLE, Reason.TOO_SHORT, Reason.EMPTY, Reason.LISTING, Reason.ERROR_PAGE, Reason.QUARANTINED)
_FAILURES = (Reason.SERVER_ERROR, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.DNS, Reason.NOT_FOUND, Reason.GONE)
_NOT_FETCHED = (Reason.OFF_SITE, Reason.REDIRECTED)
_MOVE = "copydesk sources edit {} --url URL"
_SITE_FILE = "compare an old article with a new page; name the parts in a site file, then `copydesk reclean`"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at."""

    source: str
    kind: str
    """`silent`, `layout`, `failing`, `blocked`, `not crawled` or `no articles`."""
    evidence: str
    remedy: str


def alarms_of(facts: SourceFacts, now: datetime) -> list[Alarm]:
    """What is wrong with a source. What explains a silence stands before it."""
    judges = (_not_crawled, _blocked, _failing, _layout, _no_articles, _silent)
    return [alarm for judge in judges for alarm in judge(facts, now)]


def no_runs(last: Run | None, now: datetime) -> list[Alarm]:
    """Whether `copydesk run` has stopped being called. Without any run in the past it is called by other means."""
    if last is None or now - last.started_at < NOT_CRAWLED:
        return []
    evidence = f"the last `copydesk run` began {_days(now - last.started_at)} ago"
    return [
        Alarm("", "not crawled", evidence, "`copydesk schedule` prints the line for cron; see its mail and the log")
    ]


def _not_crawled(facts: SourceFacts, now: datetime) -> Iterable[Alarm]:
    source = facts.source
    late = now - (source.next_check or source.last_checked or source.created_at)
    if late > NOT_CRAWLED:
        last = f"last crawled {_days(now - source.last_checked)} ago" if source.last_checked else "never crawled"
        evidence = f"due for {_days(late)}; {last}"
        yield Alarm(source.name, "not crawled", evidence, "`copydesk run --dry-run` says who holds it; see the log")


def _no_articles(facts: SourceFacts, now: datetime) -> Iterable[Alarm]:
    if facts.articles or not facts.source.last_checked or now - facts.source.created_at < FIRST_ARTICLE:
        return
    counts = _told(sum(facts.runs, Counter()))
    evidence = f"none since it was added; {facts.endpoints} feeds and pages, {counts or 'no pages fetched'}"
    remedy = f"give the address of a section or a feed: {_MOVE.format(facts.source.name)}"
    yield Alarm(facts.source.name, "no articles", evidence, remedy)


def _silent(facts: SourceFacts, now: datetime) -> Iterable[Alarm]:
    moments = sorted(article.moment for article in facts.articles)
    if not moments or now - facts.source.created_at < SHORTEST_SILENCE:
        return
    newest = moments[-1]
    days = sorted({moment.date() for moment in moments if moment > newest - WINDOW})
    if len(days) < RHYTHM_DAYS:
        return
    pause = max(later - earlier for earlier, later in pairwise(days))
    if now - newest > max(SILENCE * pause, SHORTEST_SILENCE):
        age, window = _days(now - newest), WINDOW.days
        evidence = f"the newest article is {age} old; the longest pause in {window} days was {pause.days} d"
        remedy = f"is there news on {facts.source.url}? if it has moved: {_MOVE.format(facts.source.name)}"
        yield Alarm(facts.source.name, "silent", evidence, remedy)


def _blocked(facts: SourceFacts, _now: datetime) -> Iterable[Alarm]:
    counts, _ = _windows(facts.runs, BLOCKED_PAGES)
    pages = counts.total()
    blocks = _those(counts, _BLOCKS)
    if pages >= BLOCKED_PAGES and blocks.total() >= LARGE * pages:
        [(reason, _)] = blocks.most_common(1)
        yield Alarm(facts.source.name, "blocked", f"of the latest {pages} pages {_told(blocks)}", REMEDIES[reason])
        return
    for endpoint in facts.failing:
        if endpoint.kind == "home" and endpoint.failures >= 2 and any(code in endpoint.problem for code in _REFUSALS):
            yield Alarm(facts.source.name, "blocked", f"{endpoint.url}: {endpoint.problem}", REMEDIES[Reason.FORBIDDEN])


_REFUSALS = ("401", "403", "429", "451", "robots")


def _failing(facts: SourceFacts, _now: datetime) -> Iterable[Alarm]:
    recent, past = _windows(facts.runs, RECENT)
    failures = _those(recent, _FAILURES)
    if _risen(failures.total(), recent.total(), sum(past[reason] for reason in _FAILURES), past.total()):
        [(reason, _)] = failures.most_common(1)
        evidence = f"of the latest {recent.total()} pages {_told(failures)}; before {_share(past, _FAILURES)}"
        yield Alarm(facts.source.name, "failing", evidence, REMEDIES[reason])
    for endpoint in facts.failing:
        if endpoint.worked and endpoint.failures >= DEAD_CHECKS:
            evidence = f"{endpoint.kind} {endpoint.url} failed {endpoint.failures} times in a row: {endpoint.problem}"
            yield Alarm(
                facts.source.name,
                "failing",
                evidence,
                "open it in a browser; one that is gone for good is tried weekly",
            )


def _layout(facts: SourceFacts, _now: datetime) -> Iterable[Alarm]:
    recent, past = _windows(facts.runs, RECENT, without=(Saved.UNCHANGED, *_FAILURES, *_BLOCKS))
    misread = sum(recent[reason] for reason in _MISREAD)
    if _risen(misread, recent.total(), sum(past[reason] for reason in _MISREAD), past.total()):
        told = _told(_those(recent, _MISREAD))
        evidence = f"of the latest {recent.total()} pages {told}; before {_share(past, _MISREAD)}"
        yield Alarm(facts.source.name, "layout", evidence, _SITE_FILE)
    new, old = facts.articles[:RECENT], facts.articles[RECENT:]
    if len(new) < RECENT or len(old) < RECENT:
        return
    for what, has in _FIELDS.items():
        missing, missed = sum(not has(article) for article in new), sum(not has(article) for article in old)
        if _risen(missing, len(new), missed, len(old)):
            evidence = f"{missing} of the latest {len(new)} articles have no {what}; before {missed} of {len(old)}"
            yield Alarm(facts.source.name, "layout", evidence, _SITE_FILE)
    yield from _texts(facts.source.name, new, old)


_FIELDS: dict[str, Callable[[ArticleFacts], bool]] = {
    "title": lambda article: article.titled,
    "author": lambda article: article.signed,
    "date": lambda article: article.dated,
}


def _texts(name: str, new: Sequence[ArticleFacts], old: Sequence[ArticleFacts]) -> Iterable[Alarm]:
    """Texts that are much shorter than they were, or of which much more is taken out."""
    length, before = median(article.length for article in new), median(article.length for article in old)
    if length < SHRUNK * before:
        evidence = f"the latest {len(new)} texts have {length:.0f} characters (median), before {before:.0f}"
        yield Alarm(name, "layout", evidence, _SITE_FILE)
    share, earlier = median(article.removed for article in new), median(article.removed for article in old)
    if share > earlier + RISE:
        evidence = f"{share:.0%} of the latest {len(new)} texts is taken out (median), before {earlier:.0%}"
        yield Alarm(name, "layout", evidence, "`copydesk explain` one of them: is it boilerplate?")


def _windows(
    runs: Sequence[Counter[str]], pages: int, without: Sequence[str] = ()
) -> tuple[Counter[str], Counter[str]]:
    """What was counted in the latest runs that make up so many pages, and in those before them."""
    recent: Counter[str] = Counter()
    past: Counter[str] = Counter()
    for counts in runs:
        kept = Counter({name: n for name, n in counts.items() if name not in without and name not in _NOT_FETCHED})
        (recent if recent.total() < pages else past).update(kept)
    return recent, past


def _risen(hits: int, pages: int, hits_before: int, pages_before: int) -> bool:
    """Whether a share is large, and larger than it was by more than chance: the test of two proportions."""
    if pages < RECENT or pages_before < RECENT:
        return False
    share, before = hits / pages, hits_before / pages_before
    pooled = (hits + hits_before) / (pages + pages_before)
    error = sqrt(pooled * (1 - pooled) * (1 / pages + 1 / pages_before))
    return share >= LARGE and share >= before + RISE and share - before > CHANCE * error


def _those(counts: Counter[str], names: Sequence[str]) -> Counter[str]:
    return Counter({str(name): counts[name] for name in names if counts[name]})


def _share(counts: Counter[str], names: Sequence[str]) -> str:
    return f"{sum(counts[name] for name in names)} of {counts.total()}"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts.most_common())


def _days(time: timedelta) -> str:
    return f"{time / timedelta(days=1):.1f} d"
