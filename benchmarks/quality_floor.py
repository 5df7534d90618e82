"""Holds the quality of the records: `python -m benchmarks.quality_floor [--bench DIR] [--folds DIR]`.

Every development page is read with networks that have not seen its site, scored by the pages' own scorer and compared
with `floor.json`. Exits with 1 and a line for each figure that fell below. `--pin REASON` writes today's figures as the
new floor; one that is lower only with `--lower`, and the file's history keeps what was lowered and why.
"""

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.pages import BENCH
from benchmarks.train_scorer import FOLDS, examples, train

FLOOR = Path(__file__).parent / "floor.json"
SETS = ("fundus", "wcxb", "trafilatura", "newspaper4k")
_BAD = frozenset(("without", "empty"))
"""Figures of which less is better."""

Figures = dict[str, dict[str, float]]
"""Set -> metric -> per cent."""


def train_folds(bench: Path, folder: Path) -> None:
    """Trains the networks of the cross-validation and leaves them in a folder, as `train_scorer --folds` does."""
    pages = list(examples(bench))
    for fold in range(FOLDS):
        stored = train([page for page in pages if page.fold != fold])
        (folder / f"{fold}.json").write_text(json.dumps(stored), encoding="utf-8")


def measure(bench: Path, folds: Path) -> Figures:
    """Every figure that the scorer prints, rounded to a tenth to its bad side. Raises: SystemExit when it fails."""
    with tempfile.TemporaryDirectory() as saved:
        extractor = (sys.executable, "-m", "benchmarks.cross_validated", str(folds.resolve()))
        options = ("--sets", ",".join(SETS), "--save", saved)
        done = subprocess.run((sys.executable, str(bench / "quality.py"), *options, "--", *extractor), check=False)
        if done.returncode:
            raise SystemExit(f"{bench / 'quality.py'} ended with {done.returncode}")
        lines = {name: Path(saved, f"{name}.jsonl").read_text("utf-8").splitlines() for name in SETS}
    sys.path.insert(0, str(bench))
    import quality  # type: ignore[import-not-found]  # the scorer, which lies beside the pages

    found: Figures = {}
    for name in SETS:
        summary = quality.summarise([json.loads(line)["scores"] for line in lines[name]])
        found[name] = {metric: _rounded(metric, summary[metric][0]) for metric in quality.COLUMNS[name]}
    return found


def _rounded(metric: str, value: float) -> float:
    tenths = 1000 * value
    return (math.ceil(tenths - 1e-6) if metric in _BAD else math.floor(tenths + 1e-6)) / 10


def fallen(floor: Mapping[str, Mapping[str, float]], found: Figures) -> dict[str, tuple[float, float]]:
    """`set metric` -> floor and figure, for each figure that is worse than its floor."""
    worse = {}
    for name, pinned in floor.items():
        for metric, least in pinned.items():
            value = found[name][metric]
            if value > least if metric in _BAD else value < least:
                worse[f"{name} {metric}"] = least, value
    return worse


def corpus(bench: Path, sets: Iterable[str] = SETS) -> dict[str, str]:
    """The SHA-256 of each set's file. Raises: OSError when one is missing."""
    return {name: hashlib.sha256((bench / "pages" / f"{name}.jsonl.xz").read_bytes()).hexdigest() for name in sets}


def pinned(stored: Mapping[str, Any], hashes: dict[str, str], found: Figures, reason: str) -> dict[str, Any]:
    """The file with these figures as the floor, and the change at the end of its history."""
    lowered = {name: list(pair) for name, pair in fallen(stored.get("floor", {}), found).items()}
    change = {"date": datetime.now(UTC).date().isoformat(), "reason": reason, "lowered": lowered}
    return {"corpus": hashes, "floor": found, "history": [*stored.get("history", ()), change]}


def main() -> int:
    """Print what fell. The exit code: 1 when something did, 2 when the pages are others than the floor's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=BENCH, help="the folder with pages and scorer")
    parser.add_argument("--folds", type=Path, help="networks of `train_scorer --folds`; without: they are trained")
    parser.add_argument("--pin", metavar="REASON", help="write the figures as the new floor")
    parser.add_argument("--lower", action="store_true", help="with --pin: also those that fell")
    arguments = parser.parse_args()
    stored = json.loads(FLOOR.read_text("utf-8")) if FLOOR.exists() else {}
    hashes = corpus(arguments.bench)
    others = [name for name in SETS if stored.get("corpus", hashes).get(name) != hashes[name]]
    if others and not (arguments.pin and arguments.lower):
        print(f"Other pages than the floor was pinned on: {', '.join(others)}. Nothing to compare: bring these back,")
        print("or pin on the new ones: --pin REASON --lower")
        return 2
    with tempfile.TemporaryDirectory() as trained:
        if arguments.folds is None:
            train_folds(arguments.bench, Path(trained))
        found = measure(arguments.bench, arguments.folds or Path(trained))
    worse = fallen(stored.get("floor", {}), found)
    for name, (least, value) in worse.items():
        print(f"FELL {name}: floor {least:.1f}, found {value:.1f}, {value - least:+.1f}")
    if arguments.pin and (arguments.lower or not worse):
        text = json.dumps(pinned(stored, hashes, found, arguments.pin), indent=1)
        FLOOR.write_text(text + "\n", encoding="utf-8")
        print(f"written: {FLOOR.name}")
        return 0
    print(f"{len(worse)} of {sum(map(len, found.values()))} figures fell" if worse else "nothing fell")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
