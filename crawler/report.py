"""What is asked of a crawl, and what it came to."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field

from crawler.clock import now
from crawler.commands.output import FAILED, INTERRUPTED, OK, TIME_UP, UNREACHABLE
from crawler.config import Config
from crawler.workers import worker_name
from db import runs, session
from db.errors import DatabaseError
from pipelines.records import Reason, Saved

Listener = Callable[[int | None, str], None]
"""Called with a source's id (None for a page by hand) and the outcome of one of its pages."""

_FAILURES = {reason for reason in Reason if reason.transient} | {
    Reason.FORBIDDEN,
    Reason.ADDRESS_REFUSED,
    Reason.ROBOTS,
    Reason.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Job:
    """A spider to run, by name, with its arguments."""

    spider: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a run came to."""

    outcomes: Mapping[int | None, Counter[str]] = field(default_factory=dict)
    """For each source's id (None: pages by hand) how many pages ended in which outcome."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Source name -> why it could not be crawled, or not to its end."""
    interrupted: bool = False
    """Whether a signal ended the run; what was left waits for the next one."""
    time_up: bool = False
    """Whether the deadline ended the run; what was left waits for the next one."""

    @property
    def totals(self) -> Counter[str]:
        return sum((Counter(counts) for counts in self.outcomes.values()), Counter())

    @property
    def failed(self) -> bool:
        """Whether a source could not be crawled, all its pages were refused or failed, or something unforeseen was."""
        return (
            bool(self.troubles)
            or bool(self.totals[Reason.QUARANTINED])
            or any(counts and set(counts) <= _FAILURES for counts in self.outcomes.values())
        )

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return INTERRUPTED
        if self.time_up:
            return TIME_UP
        return FAILED if self.failed else OK

    @property
    def summary(self) -> str:
        """What became of the pages, such as `articles: 12 new; other pages: 1 paywall`."""
        totals = self.totals
        stored = ", ".join(f"{totals[outcome]} {outcome}" for outcome in Saved if totals[outcome])
        rest = ", ".join(f"{n} {outcome}" for outcome, n in totals.most_common() if outcome not in set(Saved))
        return "articles: " + (stored or "none new") + (f"; other pages: {rest}" if rest else "")

    def __add__(self, other: "CrawlReport") -> "CrawlReport":
        outcomes = {key: Counter(counts) for key, counts in self.outcomes.items()}
        for key, counts in other.outcomes.items():
            outcomes.setdefault(key, Counter()).update(counts)
        return CrawlReport(
            outcomes,
            {**self.troubles, **other.troubles},
            self.interrupted or other.interrupted,
            self.time_up or other.time_up,
        )


def recorded(config: Config, command: str, work: Callable[[int], CrawlReport]) -> CrawlReport:
    """Does the work, which gets the run's id, and keeps its beginning and end in the table `run`.

    Raises: DatabaseError; what `work` raises.
    """
    with closing(session.connect(config.database)) as database:
        run_id = runs.start(database, command, now(), worker_name())
        try:
            report = work(run_id)
        except Exception as error:
            code = UNREACHABLE if isinstance(error, DatabaseError) else FAILED
            with suppress(DatabaseError):  # the error that is passed on says what is the matter
                runs.finish(database, run_id, now(), code, f"{type(error).__name__}: {error}")
            raise
        runs.finish(database, run_id, now(), report.exit_code, report.summary)
        return report
