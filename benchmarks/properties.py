"""How often cleaning breaks what must hold of it: `python -m benchmarks.properties` on generated articles and on the
development pages (`--bench`). The properties are those of `tests/pipelines/properties.py`.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from benchmarks.pages import BENCH, read
from pipelines import process
from pipelines.clean import Cleaned, clean
from pipelines.process import process_page
from pipelines.records import Accepted, Page, replay
from pipelines.rules import Rulebook, load_rulebook
from tests.pipelines.properties import document, examples, offsets_broken, turned, violations

SETS: Final = ("fundus", "wcxb", "trafilatura", "newspaper4k")
GENERATED: Final = 10_000


def generated(count: int, rulebook: Rulebook) -> Counter[str]:
    """How often each property did not hold."""
    chance, other, texts = random.Random(4), turned(rulebook), examples(rulebook)  # noqa: S311  # the same on each run
    failed: Counter[str] = Counter()
    for _ in range(count):
        language = chance.choice((None, "en", "de", "da"))
        failed.update(violations(document(chance, texts), rulebook, other, language))
    return failed


def developed(pages: Iterator[Page], rulebook: Rulebook) -> tuple[int, Counter[str]]:
    """How many pages have an article, and how often each property did not hold of them."""
    other, count = turned(rulebook), 0
    failed: Counter[str] = Counter()
    done: list[tuple[tuple[Any, ...], Cleaned]] = []

    def noted(*said: Any) -> Cleaned:
        done.append((said, clean(*said)))
        return done[-1][1]

    for page in pages:
        done.clear()
        with patch.object(process, "clean", noted):
            outcome = process_page(page, rulebook)
        if not isinstance(outcome, Accepted):
            continue
        count += 1
        (_, *said), cleaned = done[-1]
        failed.update(offsets_broken(outcome.article.raw, outcome.article.removals))
        failed["replay"] += replay(outcome.article.raw, outcome.article.removals) != outcome.article.text
        failed["order"] += process_page(page, other) != outcome
        failed["idempotence"] += clean(cleaned.kept, *said).text != cleaned.text
    return count, failed


def row(name: str, count: int, failed: Counter[str]) -> None:
    counts = "".join(f"{failed[key]:13}" for key in ("replay", "offsets", "idempotence", "order"))
    print(f"{name:24}{count:8,}{counts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bench", type=Path, default=BENCH, help="the folder with the development pages")
    parser.add_argument("--generated", type=int, default=GENERATED, help="generated articles")
    given = parser.parse_args()
    rulebook = load_rulebook()
    print(f"{'':24}{'cases':>8}" + "".join(f"{name:>13}" for name in ("replay", "offsets", "idempotence", "order")))
    row("generated", given.generated, generated(given.generated, rulebook))
    for name in SETS if (given.bench / "pages").is_dir() else ():
        row(name, *developed((found.page for found in read(given.bench, name)), rulebook))


if __name__ == "__main__":
    main()
