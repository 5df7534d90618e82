"""What each part of the extraction gains: `python -m benchmarks.ablation [--bench DIR] [PART OF A NAME ...]`.

Prints a line for each part that is left out: the F1 of the body on every set of development pages, in per cent, each
page read with networks that have not seen its site. Where a part is what the networks read, they are trained without
it. Takes a quarter of an hour on two cores.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import BENCH, Row, read
from benchmarks.train_scorer import FOLDS, SETS, example, fold_of, train
from pipelines import features, scorer
from pipelines.blocks import BlockTable
from pipelines.declared import Declared
from pipelines.process import process_page
from pipelines.records import Accepted
from pipelines.rules import load_rulebook

MEASURES = {"fundus": "shF1", "wcxb": "wF1", "trafilatura": "sF1", "newspaper4k": "shF1"}
_LEAD_COUNTS = ("fundus", "wcxb")
"""Sets whose true bodies hold the lead, which a record holds apart."""
_JUDGED = ("text", "with", "without")


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and what stands in its place when it is left out."""

    name: str
    patches: dict[str, Any] = field(default_factory=dict)
    trained: bool = False
    """Whether the networks are trained without it."""
    phrases: bool = True


def _columns(*helpers: str) -> dict[str, Any]:
    """The columns that these helpers make, all zero."""
    return {f"pipelines.features.{name}": _blank(getattr(features, name)) for name in helpers}


def _blank(helper: Callable[..., Any]) -> Callable[..., NDArray[np.float64]]:
    return lambda *given: np.zeros_like(np.asarray(helper(*given), dtype=np.float64))


_read_columns = features.Columns.__init__


def _read_nameless(page: features.Columns, table: BlockTable) -> None:
    """Columns of a page whose elements say nothing by tag and name."""
    _read_columns(page, table)
    page.inside = np.zeros_like(page.inside)


_NO_NAMES = {"pipelines.features.Columns.__init__": _read_nameless}
_NO_FURNITURE = {"pipelines.named_furniture.NamedFurniture.drop": lambda *_: None}
_RULES_WEIGH_ALIKE = {"pipelines.content._AGAINST": {}}
_NOTHING_DECLARED = {"pipelines.content.Declared.of": lambda *_: Declared((), ())}

PARTS = (
    Part("nothing (the whole)"),
    Part("network", {"pipelines.content.log_odds": lambda rows: np.zeros(len(rows), np.float32)}),
    Part(
        "rules beside the network",
        _RULES_WEIGH_ALIKE | {"pipelines.content.RULES": 0.0, "pipelines.content._NAMED": 0.0},
    ),
    Part("what each rule weighs: all alike", _RULES_WEIGH_ALIKE),
    Part("what keeps a body whole", {"pipelines.content._BODY": 2.0}),
    Part("second reading of little text", {"pipelines.content._LITTLE": 0}),
    Part("columns: what the words show", _columns("_texts"), trained=True),
    Part("columns: elements around", _columns("_around"), trained=True),
    Part("columns: blocks that look alike", _columns("_looks"), trained=True),
    Part("columns: neighbours, windows", _columns("_neighbours", "_windows"), trained=True),
    Part("columns: tags and names around", _NO_NAMES, trained=True),
    Part("rules: named furniture", _NO_FURNITURE),
    Part("tags and names, columns and rules", _NO_NAMES | _NO_FURNITURE, trained=True),
    Part("declared title, description, body", _NOTHING_DECLARED, trained=True),
    Part("script state", {"pipelines.embedded.find": lambda *_: None}),
    Part("phrases", phrases=False),
    Part("refusal of what is no article", {"pipelines.quality.judge": lambda *_: None}),
)

ROWS: list[Row] = []
WHOLE: list[scorer.Network] = []
"""The pages and the networks with all parts: filled once, before the processes part."""


def networks() -> Iterator[scorer.Network]:
    """Those of the cross-validation, as the parts in force make them."""
    pages = [found for row in ROWS if row.set in SETS and (found := example(row))]
    for fold in range(FOLDS):
        yield scorer.Network.of(train([page for page in pages if page.fold != fold]))


def figures(number: int) -> dict[str, float]:
    """Set -> F1 of the body without the part of that number in `PARTS`, in per cent."""
    import quality  # type: ignore[import-not-found]  # the scorer, which lies beside the pages

    part = PARTS[number]
    scores: dict[str, list[Any]] = {name: [] for name in MEASURES}
    with ExitStack() as changed:
        changed.enter_context(mock.patch("quality.rouge_lsum", return_value=(0.0,) * 3))  # slow, and not asked for
        for target, value in part.patches.items():
            changed.enter_context(mock.patch(target, value))
        trained = list(networks()) if part.trained else WHOLE
        for row, answer in zip(ROWS, _answers(trained, part.phrases), strict=True):
            truth = {key: row.truth[key] for key in _JUDGED if key in row.truth}
            scores[row.set].append(quality.page_scores(truth, answer, row.set in _LEAD_COUNTS))
    return {name: 100 * quality.summarise(scores[name])[metric][0] for name, metric in MEASURES.items()}


def _answers(trained: list[scorer.Network], phrases: bool) -> Iterator[dict[str, str | None]]:
    rulebook = load_rulebook()
    rulebook = rulebook if phrases else replace(rulebook, packs={}, _matchers={})
    for row in ROWS:
        scorer.NETWORK = trained[fold_of(row)]
        outcome = process_page(row.page, rulebook.for_page(row.page))
        found = outcome.article if isinstance(outcome, Accepted) else None
        yield {"text": found.text, "standfirst": found.standfirst} if found else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=BENCH, help="the folder with pages and scorer")
    parser.add_argument("names", nargs="*", help="leave out the parts with one of these in their names; all if none")
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.bench))
    ROWS.extend(row for name in MEASURES for row in read(arguments.bench, name))
    WHOLE.extend(networks())
    asked = [at for at, part in enumerate(PARTS) if any(name in part.name for name in arguments.names or [""])]
    print("| left out | " + " | ".join(f"{name} {metric}" for name, metric in MEASURES.items()) + " |")
    print("| --- |" + " --- |" * len(MEASURES))
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for at, found in zip(asked, pool.imap(figures, asked), strict=True):
            print(f"| {PARTS[at].name} | " + " | ".join(f"{value:.1f}" for value in found.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
