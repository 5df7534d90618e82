"""What trouble at any moment costs: `python -m benchmarks.faults [PART OF A NAME ...]` prints a line for each kind.

Kills (-9) at random moments of a crawl, each with a rerun; overlapping runs; writers that share a database; PostgreSQL
restarted while crawls run; a disk that is full after so many bytes. The exit code is 1 when an article was lost or
doubled, a database damaged, or anything else was not as promised. `tests/faults` takes the same in small doses.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests import postgres
from tests.faults import endurance

KILLS = 50
OVERLAPS = 20
WRITERS, TRANSACTIONS = 4, 10_000
RESTARTS = 10
LOCKED, UNAVAILABLE = 75, 69
PROMISED_SECONDS = 2.0
"""In which a second run is to give way."""


def main() -> int:
    """Run each kind and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(KINDS)}; without any, all")
    names = parser.parse_args().names
    well = True
    for name, kind in KINDS.items():
        if not names or any(part in name for part in names):
            with tempfile.TemporaryDirectory(prefix="copydesk-faults-") as folder:
                began = time.monotonic()
                kept, told = kind(Path(folder))
            well &= kept
            print(f"{name:12}{'ok' if kept else 'FAILED':8}{told} ({time.monotonic() - began:.0f} s)", flush=True)
    return 0 if well else 1


def kills(folder: Path) -> tuple[bool, str]:
    found = list(endurance.killed(folder, KILLS))
    lost, doubled, sound = (
        sum(one.lost for one in found),
        sum(one.doubled for one in found),
        all(f.sound for f in found),
    )
    again = sum(one.refetched for one in found)
    told = f"{len(found)} kills: {lost} lost, {doubled} doubled, {again} asked for again, databases "
    return not lost and not doubled and sound, told + ("sound" if sound else "DAMAGED")


def overlaps(folder: Path) -> tuple[bool, str]:
    *others, (code, _) = endurance.overlapping(folder, OVERLAPS)
    codes = Counter(second for second, _ in others)
    slowest = max(seconds for _, seconds in others)
    kept = codes == {LOCKED: OVERLAPS} and slowest <= PROMISED_SECONDS and code == 0
    return kept, f"exit codes {dict(codes)}, the slowest after {slowest:.1f} s; the first run ended with {code}"


def writers(folder: Path) -> tuple[bool, str]:
    return _written(f"sqlite:///{folder}/copydesk.db")


def writers_postgresql(_: Path) -> tuple[bool, str]:
    with postgres.server() as server, postgres.database(server) as url:
        return _written(url)


def _written(url: str) -> tuple[bool, str]:
    began = time.monotonic()
    results = endurance.written(url, WRITERS, TRANSACTIONS)
    rate = TRANSACTIONS / (time.monotonic() - began)
    errors = ", ".join(f"{n} x {error}" for error, n in results.items() if error != "done") or "no errors"
    return results == {
        "done": TRANSACTIONS
    }, f"{WRITERS} writers, {results['done']} done, {errors}; {rate:.0f} a second"


def restarts(folder: Path) -> tuple[bool, str]:
    crawls, found = endurance.restarted(folder, RESTARTS)
    told = f"PostgreSQL restarted {RESTARTS} times: {found.lost} lost, {found.doubled} doubled, {crawls} crawls"
    return not found.lost and not found.doubled, told


def disk(folder: Path) -> tuple[bool, str]:
    kept, told = True, []
    for code, said, there, found in endurance.full_disk(folder, rooms=(0, 250_000, 500_000, 1_000_000, 2_000_000)):
        kept &= code in (0, UNAVAILABLE) and len(said.splitlines()) == 1 and "Traceback" not in said
        kept &= (found.lost, found.doubled, found.sound) == (0, 0, True)
        told.append(f"{there} of 16 there (exit {code})")
    return kept, "; ".join(told) + "; after a rerun all"


KINDS: dict[str, Callable[[Path], tuple[bool, str]]] = {
    "kills": kills,
    "overlaps": overlaps,
    "writers": writers,
    "writers-pg": writers_postgresql,
    "restarts": restarts,
    "disk": disk,
}

if __name__ == "__main__":
    sys.exit(main())
