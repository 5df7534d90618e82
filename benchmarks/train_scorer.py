"""Trains the block scorer on the development pages: `python -m benchmarks.train_scorer [--bench DIR] [--folds DIR]`.

Each block of a page is labelled by the share of its four-word sequences that stand in the true text. Each page is
learned from twice, as it is and disguised: with class names that say nothing, as style tools make them. First the
scorer is cross-validated: five parts, split by site, each scored by a network that saw the other four; then it is
trained on all pages and written to `pipelines/scorer.json`. Needs numpy alone; takes some three minutes. `--folds DIR`
keeps the five networks for `benchmarks.cross_validated`.
"""

import argparse
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
import numpy as np
from lxml import etree
from numpy.typing import NDArray

from benchmarks.pages import BENCH, Row, read, site_of
from pipelines import content, structured
from pipelines.blocks import TextBlock, read_blocks
from pipelines.decode import decode
from pipelines.features import Columns, Matrix
from pipelines.prose import DENSE
from pipelines.scorer import RULES, WEIGHTS, Network
from pipelines.tree import parse

FOLDS = 5
SETS = ("fundus", "wcxb", "newspaper4k")
HIDDEN = 32
EPOCHS = 8
BATCH = 1024
RATE = 3e-3
DROPOUT = 0.2
DECAY = 1e-4
"""Of the network. 64 units, 16 epochs, a dropout of 0.4, a decay of 0.001 change no set by more than 0.3 points."""
_WORD = re.compile(rf"[{DENSE}]|[^\W_{DENSE}]+")
_TELLING = frozenset(["class", "id", "role", "itemprop", "rel", "data-component", "data-testid", "data-qa"])
_TELLING_TAGS = frozenset(
    ["article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "nav", "section"]
)
_SHORT = 60
"""Words of the shortest truth that is learned from: below, most development pages with such a truth are no articles."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One page's blocks."""

    set: str
    fold: int
    disguised: bool
    rows: Matrix
    kept: list[bool]
    texts: list[str]
    labels: Floats
    weights: Floats
    truth: list[str]


def words(text: str) -> list[str]:
    """Words in lower case; in scripts without spaces, characters."""
    return _WORD.findall(text.lower())


def sequences(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """The four-word sequences of a text; a shorter text is one."""
    return [tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3)) if tokens]


def shares(blocks: Sequence[TextBlock], truth: Sequence[str]) -> NDArray[np.float64]:
    """For each block the share of it that stands in the true text; of repeated blocks only as many as the truth has."""
    known = set(sequences(words("\n".join(truth))))
    lines = Counter(tuple(words(line)) for paragraph in truth for line in paragraph.split("\n"))
    all_words = words("\n".join(truth))
    pieces = {tuple(all_words[at : at + size]) for size in (1, 2, 3) for at in range(len(all_words) - size + 1)}
    found = np.zeros(len(blocks))
    unsure = []
    for at, block in enumerate(blocks):
        tokens = words(block.text)
        if len(tokens) >= 4:
            found[at] = np.mean([one in known for one in sequences(tokens)])
        elif tuple(tokens) in lines:
            found[at] = 1.0
        elif tuple(tokens) in pieces:
            unsure.append(at)
    for at in unsure:  # a few words that also occur inside sentences: the neighbours decide
        near = found[max(0, at - 1)], found[min(len(found) - 1, at + 1)]
        found[at] = float(min(near) > 0.5)
    _once(blocks, lines, found)
    return found


def _once(blocks: Sequence[TextBlock], lines: Counter[tuple[str, ...]], found: NDArray[np.float64]) -> None:
    """Of several blocks with one text those stay true that have the most true neighbours."""
    same: dict[tuple[str, ...], list[int]] = {}
    for at in np.flatnonzero(found > 0.5):
        same.setdefault(tuple(words(blocks[at].text)), []).append(int(at))
    for tokens, places in same.items():
        often = max(1, lines[tokens])
        if len(places) > often:
            places.sort(key=lambda at: -int((found[max(0, at - 4) : at + 5] > 0.5).sum()))
            found[places[often:]] = 0.0


def disguise(tree: lxml.html.HtmlElement, row: Row) -> None:
    """Takes the meaning out of a page's names, as tools that make class names do, and out of elements that say what
    they hold: what is left to learn from is shape."""
    for element in tree.iter(etree.Element):
        for name in _TELLING.intersection(element.attrib):
            said = f"{row.id} {element.attrib[name]}".encode()
            element.attrib[name] = f"x{zlib.crc32(said):08x}"
        if element.tag in _TELLING_TAGS:
            element.tag = "div"


def example(row: Row, *, disguised: bool) -> Example | None:
    """A page with its labels; None when it has no blocks."""
    page = row.page
    tree, _ = parse(decode(page.body, page.header("content-type"), page.encoding).utf8)
    if tree is None:
        return None
    declared = structured.read(tree, page.final_url)
    if disguised:
        disguise(tree, row)
    seen = content.examine(read_blocks(tree), declared, page.hints)
    if seen is None:
        return None
    blocks = seen.table.blocks
    chars = np.array([block.chars for block in blocks])
    truth, share = max(
        ((body, shares(blocks, body)) for body in row.truth["text"]), key=lambda pair: float(pair[1] @ chars)
    )
    size = np.array([len(words(block.text)) for block in blocks])
    labels = (share >= 0.5).astype(np.float32)
    whole = float(size @ labels)
    # A block counts what it changes of the page's score; less when only half of it is true.
    weights = np.minimum((size + 1.5) / max(whole, 30) * (np.abs(share - 0.5) * 2 + 0.05) * 100, 10)
    weights *= whole >= _SHORT
    return Example(
        set=row.set,
        fold=fold_of(row),
        disguised=disguised,
        rows=seen.rows(Columns(seen.table)),
        kept=seen.kept(),
        texts=[block.text for block in blocks],
        labels=labels,
        weights=weights.astype(np.float32),
        truth=truth,
    )


def fold_of(row: Row) -> int:
    """The part a page belongs to: all pages of a site are in one."""
    return zlib.crc32(site_of(row).encode()) % FOLDS


class Trainer:
    """Adam (Kingma and Ba, 2015) on the weighted cross-entropy, with dropout on the first layer."""

    def __init__(self, inputs: int) -> None:
        rng = np.random.default_rng(0)
        shapes = [(inputs, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)]
        self.rng = rng
        self.weights = [(rng.normal(size=s) * np.sqrt(1.5 / s[0])).astype(np.float32) for s in shapes]
        self.weights[-1] *= 0.1
        self.biases = [np.zeros(s[1], np.float32) for s in shapes]
        self.moments = [(np.zeros_like(p), np.zeros_like(p)) for p in (*self.weights, *self.biases)]

    def fit(self, rows: Floats, labels: Floats, weights: Floats) -> None:
        count = len(rows)
        steps = EPOCHS * -(-count // BATCH)
        step = 0
        for _ in range(EPOCHS):
            order = self.rng.permutation(count)
            for start in range(0, count, BATCH):
                at = order[start : start + BATCH]
                step += 1
                rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
                self._step(self._gradients(rows[at], labels[at], weights[at]), rate, step)

    def _gradients(self, rows: Floats, labels: Floats, weights: Floats) -> list[Floats]:
        (w1, w2, w3), (b1, b2, b3) = self.weights, self.biases
        kept = (self.rng.random((len(rows), HIDDEN), dtype=np.float32) > DROPOUT) / np.float32(1 - DROPOUT)
        first = np.maximum(rows @ w1 + b1, 0) * kept
        second = np.maximum(first @ w2 + b2, 0)
        odds = (second @ w3 + b3)[:, 0]
        error = ((1 / (1 + np.exp(-odds)) - labels) * weights / BATCH).astype(np.float32)[:, None]
        back2 = (error @ w3.T) * (second > 0)
        back1 = (back2 @ w2.T) * (first > 0) * kept
        slopes = [rows.T @ back1 + DECAY * w1, first.T @ back2 + DECAY * w2, second.T @ error + DECAY * w3]
        return [*slopes, back1.sum(0), back2.sum(0), error.sum(0)]

    def _step(self, slopes: Sequence[Floats], rate: float, step: int) -> None:
        for value, slope, (mean, square) in zip((*self.weights, *self.biases), slopes, self.moments, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            value -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The network, as `scorer.json` holds it."""
    rows = np.vstack([one.rows for one in examples])
    weights = np.concatenate([one.weights for one in examples])
    labels = np.concatenate([one.labels for one in examples])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    told = weights > 0
    trainer = Trainer(rows.shape[1])
    trainer.fit(np.clip((rows[told] - mean) / scale, -5, 5).astype(np.float32), labels[told], weights[told])
    layers = [
        {"weights": _rounded(w), "biases": _rounded(b)} for w, b in zip(trainer.weights, trainer.biases, strict=True)
    ]
    return {"mean": _rounded(mean), "scale": _rounded(scale), "layers": layers}


def _rounded(values: NDArray[Any]) -> Any:
    return [_rounded(one) for one in values] if values.ndim > 1 else [float(f"{one:.4g}") for one in values]


def score(examples: Sequence[Example], odds: Sequence[NDArray[Any]]) -> float:
    """F1 of four-word sequences in per cent: precision and recall are means over the pages."""
    found = [_page(one, above) for one, above in zip(examples, odds, strict=True)]
    precision, recall = np.mean(np.array(found), axis=0)
    return float(200 * precision * recall / (precision + recall))


def _page(one: Example, odds: NDArray[Any]) -> tuple[float, float]:
    true = Counter(sequences(words("\n".join(one.truth))))
    kept = Counter(sequences(words("\n".join(text for text, odd in zip(one.texts, odds, strict=True) if odd > 0))))
    common = sum((true & kept).values())
    return common / max(1, kept.total()), common / max(1, true.total())


def examples(bench: Path) -> Iterator[Example]:
    """All labelled pages, as they are and disguised."""
    for name in SETS:
        for row in read(bench, name):
            yield from filter(None, (example(row, disguised=False), example(row, disguised=True)))


def report(pages: Mapping[int, Example], odds: Mapping[int, Floats]) -> None:
    """Prints what the networks reach on pages that they have not seen."""
    disguised = any(page.disguised for page in pages.values())
    print(
        f"{'F1, disguised' if disguised else 'F1 of four-word sequences':28}" + "".join(f"{name:>14}" for name in SETS)
    )
    rules = {at: np.where(page.kept, RULES, -RULES) for at, page in pages.items()}
    for label, found in (
        ("rules alone", rules),
        ("network alone", odds),
        ("both", {at: odds[at] + rules[at] for at in pages}),
        ("labels (the most possible)", {at: page.labels - 0.5 for at, page in pages.items()}),
    ):
        of = {name: [at for at, page in pages.items() if page.set == name] for name in SETS}
        scores = (score([pages[at] for at in of[name]], [found[at] for at in of[name]]) for name in SETS)
        print(f"{label:28}" + "".join(f"{value:14.2f}" for value in scores))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=BENCH, help="the folder with the pages")
    parser.add_argument("--folds", type=Path, help="where to keep the networks of the cross-validation")
    arguments = parser.parse_args()
    pages = list(examples(arguments.bench))
    print(f"{len(pages)} pages, {sum(len(page.texts) for page in pages)} blocks, {pages[0].rows.shape[1]} features")
    odds: dict[int, Floats] = {}
    for fold in range(FOLDS):
        stored = train([page for page in pages if page.fold != fold])
        if arguments.folds:
            arguments.folds.mkdir(parents=True, exist_ok=True)
            (arguments.folds / f"{fold}.json").write_text(json.dumps(stored), encoding="utf-8")
        network = Network.of(stored)
        odds |= {at: network.log_odds(page.rows) for at, page in enumerate(pages) if page.fold == fold}
    for disguised in (False, True):
        report({at: page for at, page in enumerate(pages) if page.disguised is disguised}, odds)
    WEIGHTS.write_text(json.dumps(train(pages), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"written: {WEIGHTS.name}, {WEIGHTS.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
