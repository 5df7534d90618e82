"""Runs and what they counted."""

from db import runs, sources
from db.session import Database
from tests.db.samples import HOUR, NOW


def test_a_run_that_is_going_on(database: Database) -> None:
    run_id = runs.start(database, "crawl", NOW, "host:1")
    [run] = runs.listing(database)
    assert run == runs.Run(run_id, "crawl", "host:1", NOW, None, None, None, {})


def test_a_finished_run_and_its_outcomes(database: Database) -> None:
    source = sources.add(database, name="harbour", url="https://harbour.example/", now=NOW)
    run_id = runs.start(database, "run", NOW, "host:1")
    runs.count(database, run_id, source.id, "new")
    runs.count(database, run_id, source.id, "new", 4)
    runs.count(database, run_id, None, "new", 2)
    runs.count_all(database, run_id, {(source.id, "listing"): 3, (source.id, "new"): 1})
    runs.finish(database, run_id, NOW + HOUR, 1, "8 new, 3 listing")
    [run] = runs.listing(database)
    assert (run.finished_at, run.exit_code, run.summary) == (NOW + HOUR, 1, "8 new, 3 listing")
    assert run.outcomes == {"new": 8, "listing": 3}


def test_the_latest_runs_come_first(database: Database) -> None:
    ids = [runs.start(database, "run", NOW + number * HOUR, "host:1") for number in range(5)]
    assert [run.id for run in runs.listing(database, limit=2)] == ids[:2:-1]
