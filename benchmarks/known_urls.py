"""What knowing addresses costs: `python -m benchmarks.known_urls [--urls N] [--postgresql]` prints memory and time.

N addresses (a million) are made known to a database. Then a process of its own opens it and asks, as discovery does,
for batches of addresses of which nine in ten are known; it prints how much its memory grew from before the first batch
to the end, and how long an address took. Linux only: memory is read from /proc.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

from db import links, session, sources
from pipelines.records import Found
from tests import postgres

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BATCH = 500
"""Addresses of a large listing or feed."""
BATCHES = 400
MOST_GROWTH, MOST_MICROSECONDS = 50.0, 50.0
"""MiB and microseconds an address: what is promised for a million."""


def main() -> int:
    """Fill, look up, print. The exit code: 1 when SQLite broke the promise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.known_urls", description=__doc__)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL instead of SQLite; promises nothing")
    parser.add_argument("--look-up", metavar="DATABASE", help="only look up, in a database that was filled before")
    options = parser.parse_args()
    if options.look_up:
        return _look_up(options.look_up, options.urls)
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder), postgresql=options.postgresql) as url:
        began = time.monotonic()
        _fill(url, options.urls)
        print(f"{options.urls} addresses made known in {time.monotonic() - began:.0f} s", flush=True)
        command = [sys.executable, "-m", "benchmarks.known_urls", "--look-up", url, "--urls", str(options.urls)]
        code = subprocess.run(command, check=False).returncode
    return 0 if options.postgresql else code


@contextmanager
def _database(folder: Path, *, postgresql: bool) -> Iterator[str]:
    """The URL of an empty database."""
    if not postgresql:
        yield f"sqlite:///{folder}/copydesk.db"
        return
    with postgres.server() as server, postgres.database(server) as url:
        yield url


def address(number: int) -> str:
    return f"https://www.coastherald.example/news/2026/03/01/what-the-harbour-council-decided-last-night-{number}.html"


def _fill(url: str, urls: int) -> None:
    with closing(session.connect(url)) as database:
        source = sources.add(database, name="coastherald", url="https://www.coastherald.example/", now=NOW)
        links.add(database, source.id, (Found(address(number)) for number in range(urls)), None, NOW)


def _batches(urls: int) -> Iterator[list[Found]]:
    """Listings from all over the years: nine known addresses, and one that is not, in turn."""
    step = max(urls // (BATCH * BATCHES), 1)
    numbers = count()
    for _ in range(BATCHES):
        batch = [next(numbers) for _ in range(BATCH)]
        yield [Found(address(n * step % urls if n % 10 else urls + n)) for n in batch]


def _look_up(url: str, urls: int) -> int:
    with closing(session.connect(url)) as database:
        source = sources.get(database, "coastherald")
        if source is None:
            raise SystemExit(f"{url} was not filled by this program")
        links.add(database, source.id, [Found(address(0))], None, NOW)
        before, cpu, new, taken = _memory(), time.process_time(), 0, []
        for batch in _batches(urls):
            began = time.perf_counter()
            new += links.add(database, source.id, batch, None, NOW)
            taken.append(time.perf_counter() - began)
        cpu, growth, asked = time.process_time() - cpu, _memory() - before, BATCH * BATCHES
        each = 1e6 * median(taken) / BATCH
        print(f"{asked} looked up in batches of {BATCH}, {new} of them not known before")
        print(f"{each:.1f} microseconds each (median of the batches; {1e6 * cpu / asked:.1f} of CPU)")
        print(f"memory grew by {growth:.1f} MiB")
        return 0 if growth <= MOST_GROWTH and each <= MOST_MICROSECONDS else 1


def _memory() -> float:
    """MiB that this process holds now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
