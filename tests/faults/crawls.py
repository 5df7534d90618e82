"""Running a crawl among hosts that misbehave, and asking the database what came of it."""

import sqlite3
import subprocess
import sys
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


# What `wait4` says of a child's memory counts that of the process that it was forked from.
_MEASURED = """
import atexit, runpy
from pathlib import Path
atexit.register(lambda: Path("status").write_text(Path("/proc/self/status").read_text()))
runpy.run_module("crawler", run_name="__main__")
"""


def run(copydesk: Copydesk, *arguments: str, **environment: str) -> Done:
    """Runs the command to its end. Linux only: memory is read from /proc."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *arguments],
        cwd=copydesk.folder,
        env={**copydesk.environment, **LOCAL, **environment},
        stderr=subprocess.PIPE,
        check=False,
    )
    status = (copydesk.folder / "status").read_text()
    memory = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return Done(done.returncode, done.stderr.decode(), memory)


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
