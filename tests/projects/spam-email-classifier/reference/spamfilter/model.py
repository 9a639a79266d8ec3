"""A weight for each word and each sender: what a logistic regression comes to."""

import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Model:
    intercept: float
    weights: dict[str, float]

    def probability(self, features: Collection[str]) -> float:
        # In a fixed order, so that the sum is always the same one.
        log_odds = self.intercept + sum(self.weights.get(name, 0.0) for name in sorted(features))
        return 1 / (1 + math.exp(-log_odds))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"intercept": self.intercept, "weights": self.weights}))


def load(path: Path) -> Model:
    return Model(**json.loads(path.read_text()))
