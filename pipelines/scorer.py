"""How likely each block is the article's text: a small network over `features`, which the benchmarks train."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.features import Matrix

WEIGHTS = Path(__file__).parent / "scorer.json"
RULES = 1.5
"""What the rules' verdict counts beside the network, in log-odds. Measured on the development pages, each scored by a
network that had not seen its site: 0.5 to 2.5 differ by 0.3 points of F1; the network alone and the rules alone are
both 0.3 to 0.7 below."""
_ROWS = 50
"""Rows that are multiplied at a time: products of more than 262,144 terms OpenBLAS splits over threads, which on a busy
machine costs seven times what it saves."""
_CLIP = 5.0
"""Standard deviations beyond which a feature says nothing more."""


@dataclass(frozen=True, slots=True)
class Network:
    """Two layers of rectified units and a linear one; the inputs are standardised."""

    mean: Matrix
    scale: Matrix
    layers: tuple[tuple[Matrix, Matrix], ...]
    """Weights and biases; those of the last layer give one column."""

    @staticmethod
    def of(stored: dict[str, Any]) -> "Network":
        """The network as `scorer.json` holds it. Raises: KeyError, ValueError for another shape."""
        layers = tuple((_array(layer["weights"]), _array(layer["biases"])) for layer in stored["layers"])
        return Network(_array(stored["mean"]), _array(stored["scale"]), layers)

    def log_odds(self, rows: Matrix) -> NDArray[np.float32]:
        """For each row of features the log-odds that the block is the article's text."""
        parts = [self._log_odds(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]
        return np.concatenate(parts)

    def _log_odds(self, rows: Matrix) -> NDArray[np.float32]:
        values = np.clip((rows - self.mean) / self.scale, -_CLIP, _CLIP)
        for weights, biases in self.layers[:-1]:
            values = np.maximum(values @ weights + biases, 0)
        weights, biases = self.layers[-1]
        odds: NDArray[np.float32] = (values @ weights + biases)[:, 0]
        return odds


def log_odds(rows: Matrix) -> NDArray[np.float32]:
    """For each block the log-odds that it is the article's text, without a word of the rules. Raises: nothing."""
    return NETWORK.log_odds(rows)


def load(path: Path = WEIGHTS) -> Network:
    """The network stored in a file. Raises: OSError, KeyError, ValueError for a file that holds none."""
    return Network.of(json.loads(path.read_text(encoding="utf-8")))


def _array(values: Any) -> Matrix:
    return np.array(values, dtype=np.float32)


NETWORK = load()
"""The network in force: `benchmarks/cross_validated.py` puts another in its place for each page."""
