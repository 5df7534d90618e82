"""`runs`: what ran, and what came of it."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.durations import spoken
from crawler.commands.output import note, table

if TYPE_CHECKING:
    from db.runs import Run


def runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
) -> None:
    """List the latest runs: when, how long, how they ended, and what came of their pages."""
    from db import runs as history
    from db import session

    with closing(session.connect(context.obj.database)) as database:
        rows = history.listing(database, limit)
    if not rows:
        note("nothing has run yet")
        return
    table(
        ("id", "started (UTC)", "took", "command", "ended", "outcomes"),
        [
            (
                run.id,
                f"{run.started_at:%Y-%m-%d %H:%M:%S}",
                spoken(run.finished_at - run.started_at) if run.finished_at else "",
                run.command,
                _end(run),
                ", ".join(f"{n} {name}" for name, n in sorted(run.outcomes.items(), key=lambda pair: -pair[1]))
                or run.summary,
            )
            for run in rows
        ],
    )


def _end(run: "Run") -> str:
    from crawler.workers import is_dead

    if run.exit_code is not None:
        return str(run.exit_code)
    return "killed" if is_dead(run.worker) else f"runs in {run.worker}"
