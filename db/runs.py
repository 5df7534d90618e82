"""The history of what ran, and what came of each source in it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import models
from db.session import Database


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command that crawls."""

    id: int
    command: str
    worker: str
    started_at: datetime
    finished_at: datetime | None
    """None: still running, or killed."""
    exit_code: int | None
    summary: str | None
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Counts over all its sources."""


def start(db: Database, command: str, now: datetime, worker: str) -> int:
    """Returns: the run's id."""
    with db.write() as session:
        row = models.Run(command=command, started_at=now, worker=worker)
        session.add(row)
        session.flush()
        return row.id


def count(db: Database, run_id: int, source_id: int | None, outcome: str, n: int = 1) -> None:
    """Adds `n` to an outcome of a source (None: addresses given by hand) in a run."""
    count_all(db, run_id, {(source_id, outcome): n})


def count_all(db: Database, run_id: int, counts: Mapping[tuple[int | None, str], int]) -> None:
    """Adds many counts, each of a source and an outcome, in one transaction."""
    with db.write() as session:
        for (source_id, outcome), n in counts.items():
            _add(session, run_id, source_id, outcome, n)


def finish(db: Database, run_id: int, now: datetime, exit_code: int, summary: str) -> None:
    """Ends a run, with its one line for people."""
    with db.write() as session:
        session.execute(
            update(models.Run)
            .where(models.Run.id == run_id)
            .values(finished_at=now, exit_code=exit_code, summary=summary)
        )


def listing(db: Database, limit: int = 20) -> list[Run]:
    """The latest runs, newest first."""
    with db.read() as session:
        rows = session.scalars(select(models.Run).order_by(models.Run.id.desc()).limit(limit)).all()
        totals: dict[int, dict[str, int]] = {row.id: {} for row in rows}
        sums = session.execute(
            select(models.RunSource.run_id, models.RunSource.outcome, func.sum(models.RunSource.count))
            .where(models.RunSource.run_id.in_(totals))
            .group_by(models.RunSource.run_id, models.RunSource.outcome)
        )
        for run_id, outcome, total in sums:
            totals[run_id][outcome] = int(total)
        return [value(row, totals[row.id]) for row in rows]


def value(row: models.Run, outcomes: Mapping[str, int]) -> Run:
    """The row as a value, with its counts."""
    return Run(row.id, row.command, row.worker, row.started_at, row.finished_at, row.exit_code, row.summary, outcomes)


def outcomes(db: Database, run_id: int) -> dict[int | None, Counter[str]]:
    """What a run counted so far, for each source's id (None: addresses given by hand)."""
    counted: dict[int | None, Counter[str]] = {}
    with db.read() as session:
        for row in session.scalars(select(models.RunSource).where(models.RunSource.run_id == run_id)):
            counted.setdefault(row.source_id, Counter())[row.outcome] += row.count
    return counted


def last_outcomes(session: Session) -> dict[int, tuple[datetime, dict[str, int]]]:
    """For each source, when the last run that counted anything for it began, and what it counted."""
    last = (
        select(models.RunSource.source_id, func.max(models.RunSource.run_id).label("run_id"))
        .group_by(models.RunSource.source_id)
        .subquery()
    )
    rows = session.execute(
        select(models.RunSource.source_id, models.Run.started_at, models.RunSource.outcome, models.RunSource.count)
        .join(last, (last.c.source_id == models.RunSource.source_id) & (last.c.run_id == models.RunSource.run_id))
        .join(models.Run, models.Run.id == models.RunSource.run_id)
    )
    outcomes: dict[int, tuple[datetime, dict[str, int]]] = {}
    for source_id, started_at, outcome, n in rows:
        if source_id is not None:
            counted = outcomes.setdefault(source_id, (started_at, {}))[1]
            counted[outcome] = counted.get(outcome, 0) + n
    return outcomes


def _add(session: Session, run_id: int, source_id: int | None, outcome: str, n: int) -> None:
    # Two processes of a run may both insert; whoever reads adds the rows up.
    first = select(func.min(models.RunSource.id)).where(
        models.RunSource.run_id == run_id,
        models.RunSource.source_id.is_not_distinct_from(source_id),
        models.RunSource.outcome == outcome,
    )
    row = session.get(models.RunSource, session.scalar(first) or 0, with_for_update=True)
    if row is None:
        row = models.RunSource(run_id=run_id, source_id=source_id, outcome=outcome, count=0)
        session.add(row)
    row.count += n
    session.flush()
