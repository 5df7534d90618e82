"""`run`: the entry for cron and systemd. Whatever is due, one run at a time, one line at the end."""

import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.clock import now
from crawler.commands.durations import Since, duration, spoken
from crawler.commands.output import (
    LOCKED,
    OK,
    TIME_UP,
    UNREACHABLE,
    CommandError,
    exit_code,
    note,
    one_line,
    say,
    table,
)
from crawler.config import Config

if TYPE_CHECKING:
    from crawler.report import CrawlReport
    from db.sources import DueSource

NAMED = 3
"""Sources in trouble that the summary names; the log names all."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is to go."""

    processes: int
    until: float | None
    """The moment of `time.monotonic` from which nothing new is started; None: to the end."""
    since: datetime | None
    """No article that is known to be older is fetched; None: all."""


def run(
    context: typer.Context,
    deadline: Annotated[
        timedelta | None,
        typer.Option(parser=duration, metavar="TIME", help="Start nothing new after so long, such as 10m."),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Share the sources among so many processes.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due and why; fetch nothing.")] = False,
    since: Since = None,
    ping: Annotated[str, typer.Option(metavar="URL", help="Call this address at the end; /fail when it failed.")] = "",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say nothing when all is well or the next run goes on: codes 0, 75, 124.")
    ] = False,
) -> None:
    """Crawl whatever is due. For cron: one run at a time, quiet but for one line at the end, details in a log."""
    config: Config = context.obj
    if dry_run:
        _print_due(config)
        return
    from crawler.lock import LockedError, lock_path, locked

    plan = Plan(processes, None if deadline is None else monotonic() + deadline.total_seconds(), since)
    path = lock_path(config)
    began = now()
    try:
        with locked(path, "copydesk run"):
            code, told = _told(config, plan)
            line = f"copydesk run: {told}; {spoken(now() - began)}"
            if trouble := _ping(config, ping or config.ping, code, line):
                line += f"; {trouble}"
            logger.info("%s; exit code %d", line, code)
    except LockedError as error:
        if quiet:
            raise typer.Exit(LOCKED) from None
        raise CommandError(str(error), LOCKED) from None
    except OSError as error:
        raise CommandError(
            f"{path}: the lock can't be made ({error.strerror}); check the folder", UNREACHABLE
        ) from None
    if not quiet or code not in (OK, TIME_UP):
        note(line)
    raise typer.Exit(code)


def _told(config: Config, plan: Plan) -> tuple[int, str]:
    """Crawls, and returns the exit code and what there is to say, whatever happens."""
    from crawler.log import log_to_file

    log_to_file(config)
    try:
        return _crawled(config, plan)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            logger.exception("unforeseen")
            return 1, f"failed on {type(error).__name__}: {one_line(error)}; the traceback is in {config.log}"
        return code, one_line(error)


def _crawled(config: Config, plan: Plan) -> tuple[int, str]:
    from crawler.commands.health import found
    from crawler.report import CrawlReport, Job, recorded
    from crawler.sources import rulebook
    from crawler.workers import drop_dead_leases
    from db import links, session, sources

    began = now()
    with closing(session.connect(config.database)) as database:
        drop_dead_leases(database)
        due = sources.count_due(database, now())
        by_hand = [link.url for link in links.pending(database, None, now(), config.articles_per_run)]
    jobs = [Job("news", {"since": plan.since.isoformat() if plan.since else ""})] if due else []
    if by_hand:
        jobs.append(Job("page", {"url": " ".join(by_hand)}))

    def crawl(run_id: int) -> CrawlReport:
        if not jobs:
            return CrawlReport()
        if min(plan.processes, due) > 1:
            from crawler.processes import crawl_in_processes

            rulebook(config)  # a broken site file is told once
            workers = min(plan.processes, due)
            return crawl_in_processes(config, jobs, run_id, processes=workers, due=due, deadline=plan.until)
        from crawler.run import crawl_part

        return crawl_part(config, jobs, run_id, deadline=plan.until, quiet=True)

    report = recorded(config, "run", crawl)
    for name, why in report.troubles.items():
        logger.warning("%s: %s", name, why)
    with closing(session.connect(config.database)) as database:
        alarms, _ = found(database, since=began) if jobs else ([], 0)
    for alarm in alarms:
        logger.warning("%s: %s: %s; %s", alarm.source, alarm.kind, alarm.evidence, alarm.remedy)
    return report.exit_code, _summary(report, due, len(by_hand), len(alarms))


def _summary(report: "CrawlReport", due: int, by_hand: int, alarms: int) -> str:
    """What a run came to, in one line."""
    if not due and not by_hand:
        return "nothing is due"
    parts = [f"{due} source{'s' * (due != 1)}" + (f" and {by_hand} page{'s' * (by_hand != 1)} by hand" * bool(by_hand))]
    parts.append(report.summary)
    if report.troubles:
        named = [f"{name} ({why})" for name, why in list(report.troubles.items())[:NAMED]]
        more = len(report.troubles) - len(named)
        parts.append(f"failed: {', '.join(named)}" + (f" and {more} more" if more else ""))
    if alarms:
        parts.append(f"{alarms} alarm{'s' * (alarms != 1)}: copydesk health")
    if report.interrupted or report.time_up:
        parts.append("ended by " + ("a signal" if report.interrupted else "the deadline") + ", the rest waits")
    return "; ".join(parts)


def _ping(config: Config, url: str, code: int, line: str) -> str | None:
    """Calls the monitor; returns what went wrong. A deadline is no failure: the next run goes on."""
    if not url:
        return None
    from crawler.ping import ping

    return ping(config, url, well=code in (OK, TIME_UP), text=line)


def _print_due(config: Config) -> None:
    """Which sources are due and why; who holds the lock, if anybody does."""
    from crawler.lock import holder, lock_path
    from db import links, session, sources

    moment = now()
    with closing(session.connect(config.database)) as database:
        due = sources.due_now(database, moment)
        by_hand = links.pending(database, None, moment, config.articles_per_run)
        first = sources.next_due(database)
    if due:
        table(
            ("source", "due since (UTC)", "why", "endpoints due", "links due"),
            [
                (
                    each.source.name,
                    f"{each.source.next_check:%Y-%m-%d %H:%M}" if each.source.next_check else "at once",
                    _why(each, moment),
                    each.endpoints,
                    ", ".join(f"{n} {state}" for state, n in each.links.items()) or 0,
                )
                for each in due
            ],
        )
    elif first and first.next_check:
        note(f"no source is due; the next is {first.name}, in {spoken(first.next_check - moment)}")
    else:
        note("no sources that are switched on")
    if by_hand:
        say(f"pages by hand that are due again: {len(by_hand)}")
    if running := holder(lock_path(config)):
        note(f"a run is going on, or was killed: {running}")


def _why(due: "DueSource", moment: datetime) -> str:
    if due.worker:
        return f"is being crawled by {due.worker}"
    if due.source.last_checked is None:
        return "never crawled to its end"
    if due.source.next_check is None:
        return "its last crawl was ended early"
    return f"its time came {spoken(moment - due.source.next_check)} ago"
