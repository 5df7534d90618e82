"""Trouble that may come at any moment: the tests take it in small doses, a benchmark in large ones.

Each function makes its trouble in a folder of its own and returns what it found.
"""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler
from multiprocessing import get_context
from pathlib import Path
from threading import Event

from db import articles, links, session, sources
from pipelines.records import FetchFailure, Reason
from tests import postgres
from tests.crawler.hosts import Host, answer, serving
from tests.crawler.sites import publish
from tests.db.samples import NOW, accepted, page

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "COPYDESK_ALLOW_ADDRESSES": "127.0.0.0/8",
    "COPYDESK_DELAY": "0.02",
    "COPYDESK_TIMEOUT": "120",
    "PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was there in the end."""

    lost: int
    """Articles that the site has and the database has not."""
    doubled: int
    """Articles that are there more than once."""
    sound: bool
    """Whether the database is: SQLite's integrity check, and all foreign keys."""
    refetched: int = 0
    """Articles whose pages were asked for more than once."""


@contextmanager
def site(pages: int, each: int) -> Iterator[tuple[Host, set[str]]]:
    """A news site of so many listing pages with so many articles each, and the articles' paths."""
    with serving(Host()) as host:
        yield host, publish(host, pages, each)


def add_source(url: str, host: Host) -> None:
    with closing(session.connect(url)) as database:
        sources.add(database, name="local", url=f"{host.url}/", now=datetime.now(UTC))


def start(
    folder: Path, url: str, command: str = "crawl", prepare: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """Starts the command; its standard error is to be had from the process."""
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", command],
        cwd=folder,
        env={**os.environ, **SETTINGS, "COPYDESK_DATABASE": url},
        stderr=subprocess.PIPE,
        preexec_fn=prepare,
    )


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Waits for the process. Returns: its exit code and what it said."""
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors.decode()


def compare(url: str, host: Host, paths: set[str]) -> Found:
    """The database against the site."""
    with closing(session.connect(url)) as database:
        stored = Counter(kept.article.url.removeprefix(host.url) for kept in articles.each(database))
    asked = Counter(path for path in host.paths() if path in paths)
    return Found(
        lost=len(paths - stored.keys()),
        doubled=sum(stored.values()) - len(stored),
        sound=_sound(url),
        refetched=sum(n > 1 for n in asked.values()),
    )


def _sound(url: str) -> bool:
    if not url.startswith("sqlite:///"):
        return True  # PostgreSQL holds its keys itself
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole and not connection.execute("PRAGMA foreign_key_check").fetchall()


def killed(folder: Path, times: int, seed: int = 1) -> Iterator[Found]:
    """A crawl that is killed (-9) at a random moment and then run again, so many times, each from the beginning."""
    dice = random.Random(seed)  # noqa: S311  # moments, not secrets
    with site(pages=3, each=8) as (host, paths):
        url = _fresh(folder / "whole", host)
        began = time.monotonic()
        finish(start(folder / "whole", url))
        whole = time.monotonic() - began
        for number in range(times):
            host.asked.clear()
            url = _fresh(folder / str(number), host)
            process = start(folder / str(number), url)
            _wait(dice.uniform(0.2, 1.0) * whole, process)
            process.send_signal(signal.SIGKILL)
            finish(process)
            finish(start(folder / str(number), url))
            yield compare(url, host, paths)


def _fresh(folder: Path, host: Host) -> str:
    folder.mkdir()
    url = f"sqlite:///{folder}/copydesk.db"
    add_source(url, host)
    return url


def _wait(seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Waits so long, or until the process has ended."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def overlapping(folder: Path, times: int) -> list[tuple[int, float]]:
    """So many runs while one is going on. Returns: exit code and seconds of each, those of the first one last."""
    with site(pages=2, each=4) as (host, _):
        url = _fresh(folder / "overlapping", host)
        release = hold(host)
        began = time.monotonic()
        first = start(folder / "overlapping", url, "run")
        while not host.asked:
            time.sleep(0.01)
        results = []
        for _ in range(times):
            moment = time.monotonic()
            code, _said = finish(start(folder / "overlapping", url, "run"))
            results.append((code, time.monotonic() - moment))
        release()
        code, _said = finish(first)
        return [*results, (code, time.monotonic() - began)]


def hold(host: Host) -> Callable[[], None]:
    """Lets the host's robots.txt wait until the function that is returned is called."""
    go_on = Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        go_on.wait(100)
        answer(404)(handler)

    host.answers["/robots.txt"] = wait
    return go_on.set


def written(url: str, writers: int, transactions: int) -> Counter[str]:
    """So many transactions by so many processes on one database. Returns: what came of them, `done` or an error."""
    session.connect(url).close()
    shares = [(url, writer, transactions // writers) for writer in range(writers)]
    with ProcessPoolExecutor(writers, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_write, shares), Counter())


def _write(share: tuple[str, int, int]) -> Counter[str]:
    """A process's share: articles of its own, and a link that all of them write to."""
    url, writer, transactions = share
    results: Counter[str] = Counter()
    with closing(session.connect(url)) as database:
        for number in range(transactions):
            address = f"https://w{writer}.example/{number // 2}"
            try:
                if number % 2:
                    articles.store(database, page(address), accepted(address, text=address), None)
                else:
                    links.failed(database, FetchFailure("https://all.example/", Reason.DNS, "no such host", NOW), NOW)
                results["done"] += 1
            except Exception as error:  # noqa: BLE001  # to be counted
                results[repr(error)] += 1
    return results


def full_disk(folder: Path, rooms: Sequence[int]) -> Iterator[tuple[int, str, int, Found]]:
    """A crawl that finds the disk full after so many bytes, and then is run again with room enough.

    Yields for each: the exit code, what was said, how many articles were there then, and what in the end.
    """
    with site(pages=2, each=8) as (host, paths):
        for room in rooms:
            url = _fresh(folder / str(room), host)
            size = (folder / str(room) / "copydesk.db").stat().st_size + room
            limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
            code, said = finish(start(folder / str(room), url, prepare=limit))
            there = compare(url, host, paths)
            finish(start(folder / str(room), url))
            yield code, said, len(paths) - there.lost, compare(url, host, paths)


def restarted(folder: Path, times: int) -> tuple[int, Found]:
    """PostgreSQL is restarted so many times while crawls run; they are run again until one ends by itself.

    Returns: how many crawls it took, and what was there in the end.
    """
    crawls, code = 0, 1
    with postgres.restartable(synchronous_commit="on") as (url, restart), site(pages=4, each=10) as (host, paths):
        add_source(url, host)
        left = deque(["fast", "immediate"] * (times // 2))
        while code and crawls < 50:
            crawls += 1
            process = start(folder, url)
            _wait(2.0, process)
            while process.poll() is None and left:
                restart(left.popleft())
                _wait(0.3, process)
            code, _ = finish(process)
        return crawls, compare(url, host, paths)
