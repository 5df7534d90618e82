"""`health`: what a person should look at."""

import sys
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.clock import now
from crawler.commands.output import note, say_json, table

if TYPE_CHECKING:
    from crawler.health import Alarm
    from db.session import Database


def health(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines: source, kind, evidence, remedy.")] = False,
) -> None:
    """Judge each source against its own past: silent, changed layout, failing, blocked. Exit code 1 for alarms."""
    from db import session

    with closing(session.connect(context.obj.database)) as database:
        alarms, judged = found(database)
    if not alarms:
        if sys.stdout.isatty():  # cron would mail it each day
            note(f"all well: {judged} source{'s' * (judged != 1)}")
        return
    if as_json:
        for alarm in alarms:
            say_json(asdict(alarm))
    else:
        table(
            ("source", "alarm", "evidence", "remedy"),
            [(alarm.source or "-", alarm.kind, alarm.evidence, alarm.remedy) for alarm in alarms],
        )
    raise typer.Exit(1)


def found(database: "Database", since: datetime | None = None) -> "tuple[list[Alarm], int]":
    """The alarms, and how many sources were judged: all that are enabled, or those crawled since then."""
    from crawler.health import alarms_of, no_runs
    from db.health import facts, last_run

    moment = now()
    each = facts(database, since)
    stopped = [] if since else no_runs(last_run(database, "run"), moment)
    return [*stopped, *(alarm for one in each for alarm in alarms_of(one, moment))], len(each)
