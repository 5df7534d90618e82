"""`reclean`: clean again from the archive, after a change of code or rules."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.output import CommandError, note, safe, say, shortened, table
from crawler.commands.read import opened
from crawler.commands.sources import named
from crawler.config import Config

if TYPE_CHECKING:
    from crawler.recleaned import Result, Tally
    from db.recleaning import Scope
    from db.session import Database

SAMPLE = 10
"""Articles that a dry run shows."""
PAGES_A_WORKER = 500
"""Pages that take as long as starting a worker process, twice over: 5 ms each against 1.2 s."""
NAMED = 10
"""Pages that are named because they would be rejected now, or because the code fails on them."""


def reclean(
    context: typer.Context,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only pages fetched on this day (UTC) or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only pages fetched on this day (UTC) or before.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Only articles that lost something to this rule.")] = None,
    version: Annotated[str | None, typer.Option(help="Only articles that this pipeline version made.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what this very version has made.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would change.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; else one a core where that pays.")
    ] = None,
) -> None:
    """Clean again from the archive what other code or other rules have made."""
    from crawler.recleaned import Verdict
    from crawler.sources import rulebook
    from db import recleaning
    from pipelines.process import pipeline_version

    config: Config = context.obj
    database, ours = opened(context), pipeline_version(rulebook(config))
    scope = recleaning.Scope(
        not_by=None if everything or version else ours,
        by=version,
        source_id=named(database, source).id if source else None,
        since=since and since.replace(tzinfo=UTC),
        until=until and datetime.combine(until, time.max, UTC),
        rule=rule,
    )
    pages = recleaning.count(database, scope)
    if not pages:
        note(_nothing(database, scope, ours))
        return
    workers = processes or min(os.cpu_count() or 1, 1 + pages // PAGES_A_WORKER)
    tally, interrupted = _tallied(config, scope, workers, pages, dry_run=dry_run)
    if dry_run:
        _print_rules(tally)
        for result in tally.sample:
            _print_article(result)
    _name(tally)
    left = pages - tally.verdicts.total()
    note(f"{'would be ' * dry_run}cleaned by {ours}: {tally}" + f"; interrupted, {left} pages left" * interrupted)
    if interrupted:
        raise typer.Exit(130)
    if tally.verdicts[Verdict.FAILED]:
        raise typer.Exit(1)


def _tallied(config: Config, scope: "Scope", workers: int, pages: int, *, dry_run: bool) -> "tuple[Tally, bool]":
    """What cleaning the pages in scope came to, and whether a signal ended it before all was done."""
    from crawler.recleaned import Tally
    from crawler.recleaning import DeadWorker, Interrupted, reclean

    tally = Tally(SAMPLE, NAMED)
    with _progress(pages) as advance:
        try:
            for result in reclean(config, scope, workers, dry_run=dry_run):
                tally.take(result)
                advance()
        except Interrupted:
            return tally, True
        except DeadWorker as died:
            raise CommandError(f"{died}; what was filed stays, and `--processes 1` shows more") from None
    return tally, False


def _nothing(database: "Database", scope: "Scope", ours: str) -> str:
    from db import recleaning

    if scope.by is not None:
        made = ", ".join(recleaning.versions(database)) or "none"
        return f"nothing to clean: no such article was made by {scope.by}; versions that made articles: {made}"
    if scope.not_by is not None:
        return f"nothing to clean: what there is was made by this version, {ours}; --all cleans that too"
    return "nothing to clean: no archived page is in that scope"


def _print_rules(tally: "Tally") -> None:
    rules = tally.gained + tally.lost
    if rules:
        rows = [(rule, tally.gained[rule], tally.lost[rule]) for rule, _ in rules.most_common()]
        table(("rule", "takes out now", "took out before"), rows)


def _print_article(result: "Result") -> None:
    """What changes in one article, a line each."""
    say(f"\n{f'article {result.article_id}' if result.article_id else 'a new article'}: {result.title or result.url}")
    say(f"  {result.url}")
    found = result.difference
    if found is None:
        return
    for change in found.changes:
        text = f"  {'-' if change.gone else '+'} {' '.join(change.text.split())}"
        rule = f"    {'by' if change.gone else 'no longer by'} {change.rule}" if change.rule else ""
        typer.secho(safe(shortened(text, 100) + rule), fg="red" if change.gone else "green")
    if not found.changes and (found.gained or found.lost):
        say(f"  taken out by {', '.join(found.gained) or 'nothing'}, before by {', '.join(found.lost) or 'nothing'}")
    for name, before, after in found.fields:
        if before or after:
            say(f"  {name}: {shortened(before, 45) or '(none)'} -> {shortened(after, 45) or '(none)'}")
    receipts = [name for name, before, after in found.fields if not (before or after)]
    if receipts:
        say(f"  also: {', '.join(receipts)}")


def _name(tally: "Tally") -> None:
    """The articles that are none any more and stay, and the pages on which the code fails."""
    from crawler.recleaned import Verdict
    from pipelines.records import Rejected

    for result in tally.named:
        if isinstance(result.outcome, Rejected):
            said = f"{result.outcome.reason} ({result.outcome.evidence}); it stays as it is"
            note(f"article {result.article_id} would be rejected now: {said}: {result.url}")
        elif result.failure:
            note(f"in quarantine: {result.url}: {result.failure.strip().splitlines()[-1]}")
    if more := tally.verdicts[Verdict.LOST] + tally.verdicts[Verdict.FAILED] - len(tally.named):
        note(f"and {more} more of these")


@contextmanager
def _progress(pages: int) -> Iterator[Callable[[], None]]:
    """A line that moves on a terminal; silence elsewhere. Gives what counts a page."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Cleaning again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=pages)
        yield lambda: progress.advance(task)
