"""Questions about where to cut a list of scores."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from random import Random

import numpy as np

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import until_sound

THRESHOLDS = [percent / 100 for percent in range(90, 5, -5)]
DEFAULT = THRESHOLDS.index(0.5)

type Point = dict[str, int | float]


def points_of(
    positives: Sequence[float], negatives: Sequence[float], thresholds: Sequence[float]
) -> list[Point]:
    """Counts at each threshold; a case is flagged if its score reaches it."""
    positives, negatives = sorted(positives), sorted(negatives)
    points: list[Point] = []
    for threshold in thresholds:
        tp = len(positives) - bisect_left(positives, threshold)
        fp = len(negatives) - bisect_left(negatives, threshold)
        fn, tn = len(positives) - tp, len(negatives) - fp
        points.append({"threshold": threshold, "tp": tp, "fp": fp, "fn": fn, "tn": tn})
    return points


def scores(random: Random, count: int, *, mean: float, spread: float) -> list[float]:
    """Scores between 0 and 1 whose log-odds are normal."""
    log_odds = np.random.default_rng(random.getrandbits(64)).normal(mean, spread, count)
    scored: list[float] = (1 / (1 + np.exp(-log_odds))).tolist()
    return scored


@until_sound
def threshold_by_cost(random: Random) -> Draw | None:
    """A validation set on which cost, F1, accuracy and habit each choose another threshold."""
    weeks = random.randrange(600, 2_001, 50)
    failures = weeks * random.randint(6, 16) // 100
    spread = random.uniform(0.9, 1.2)
    points = points_of(
        scores(random, failures, mean=random.uniform(0, 0.6), spread=spread),
        scores(random, weeks - failures, mean=random.uniform(-1.9, -1.3), spread=spread),
        THRESHOLDS,
    )
    visit = random.randrange(60, 181, 20)  # what a visit costs that was not needed
    times = random.choice((4, 5, 6, 8, 10, 12))
    standstill = visit * times  # what a failure costs that a visit would have prevented
    costs = [int(visit * point["fp"] + standstill * point["fn"]) for point in points]
    cheapest = _only_best(points, lambda point: -visit * point["fp"] - standstill * point["fn"])
    by_f1 = _only_best(points, f1)
    by_accuracy = _only_best(points, lambda point: point["tp"] + point["tn"])
    if cheapest is None or by_f1 is None or by_accuracy is None:
        return None
    lowest, second = sorted(costs)[:2]
    best, by_formula = points[cheapest], visit / (visit + standstill)
    sound = (
        points[0]["tp"] + points[0]["fp"] >= 3
        and len({by_f1, by_accuracy, DEFAULT}) == 3
        # The explanation says that it lies below all of them, and above what the formula says.
        and cheapest > max(by_f1, by_accuracy, DEFAULT)
        and best["threshold"] >= by_formula + 0.1
        # The valley has two sides, and its bottom can be told.
        and cheapest < len(points) - 1
        and second * 100 >= lowest * 101
        and min(costs[by_f1], costs[by_accuracy], costs[DEFAULT]) * 100 >= lowest * 105
    )
    if not sound:
        return None
    return Draw(
        parameters={
            "weeks": weeks,
            "failures": failures,
            "visit": visit,
            "standstill": standstill,
        },
        worked={
            "times": times,
            "cheapest": best["threshold"],
            "wasted": best["fp"],
            "wasted_cost": visit * best["fp"],
            "missed": best["fn"],
            "missed_cost": standstill * best["fn"],
            "cost": lowest,
            "default_missed": points[DEFAULT]["fn"],
            "default_cost": costs[DEFAULT],
            "f1_threshold": points[by_f1]["threshold"],
            "best_f1": f1(points[by_f1]),
            "f1_cost": costs[by_f1],
            "accuracy_threshold": points[by_accuracy]["threshold"],
            "best_accuracy": 100 * (points[by_accuracy]["tp"] + points[by_accuracy]["tn"]) / weeks,
            "accuracy_missed": points[by_accuracy]["fn"],
            "accuracy_cost": costs[by_accuracy],
            "by_formula": by_formula,
        },
        answer=cheapest,
        shown={"points": points, "cost_fp": visit, "cost_fn": standstill},
    )


def f1(point: Point) -> float:
    return 2 * point["tp"] / (2 * point["tp"] + point["fp"] + point["fn"])


def _only_best(points: Sequence[Point], value: Callable[[Point], float]) -> int | None:
    """The place of the highest value, or None where two share it."""
    values = [value(point) for point in points]
    return values.index(max(values)) if values.count(max(values)) == 1 else None


GENERATORS = (threshold_by_cost,)
