"""Running a crawl among hosts that misbehave, and asking the database what came of it."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.crawler.conftest import Copydesk

LOCAL = {
    "COPYDESK_ALLOW_ADDRESSES": "127.0.0.0/8",
    "COPYDESK_DELAY": "0.02",
    "COPYDESK_TIMEOUT": "3",
    "COPYDESK_PAGE_BYTES": "2000000",
    "COPYDESK_CONCURRENCY": "100",
}
MOST_MEMORY = 400
"""MiB that a crawl of the tests may take at its peak; without any faults it takes 150."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to."""

    exit_code: int
    errors: str
    """Its standard error."""
    memory: float
    """MiB at its peak."""


def run(copydesk: Copydesk, *arguments: str, **environment: str) -> Done:
    """Runs the command to its end."""
    command = [sys.executable, "-m", "crawler", *arguments]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, cwd=copydesk.folder, env={**copydesk.environment, **LOCAL, **environment}, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        return Done(process.returncode, errors.read(), usage.ru_maxrss / 1024)


def outcomes(folder: Path) -> dict[str, str]:
    """Address -> how its page ended: the reason, else the state."""
    return dict(_rows(folder, "SELECT url, coalesce(reason, state) FROM link"))


def problems(folder: Path) -> dict[str, str]:
    """Source -> what was the matter with its first endpoint; empty when nothing was."""
    return dict(
        _rows(
            folder,
            "SELECT source.name, coalesce(feed.problem, '') FROM feed JOIN source ON source.id = feed.source_id"
            " ORDER BY feed.id DESC",
        )
    )


def check(folder: Path) -> None:
    """Asserts that the database is sound."""
    assert _rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert _rows(folder, "PRAGMA foreign_key_check") == []


def _rows(folder: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(folder / "copydesk.db")) as connection:
        return connection.execute(query).fetchall()
