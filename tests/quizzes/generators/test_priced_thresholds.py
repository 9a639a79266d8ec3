"""The cheapest point of a curve, against brute force and scikit-learn over many seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import hypot, isclose
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import draws, number, numbers

# Names of the generators: the sizes of the validation set and of its positives, and the two costs.
NAMES = {
    "transfers_to_hold": ("transfers frauds", "hold loss"),
    "rooms_to_resell": ("bookings gone", "rebook empty"),
    "cheaper_inspections": ("wells failures", "after failure"),
    "offers_to_leavers": ("customers leavers", "offer loss"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One threshold, judged from labels and flags."""

    fp: int
    fn: int
    tp: int
    f1: float
    accuracy: float
    from_corner: float

    def cost(self, of_fp: float, of_fn: float) -> float:
        return of_fp * self.fp + of_fn * self.fn


def labels_and_scores(draw: Draw) -> tuple[Any, Any]:
    """A validation set with the counts of the draw: each case stands at the first threshold that
    flags it, or below all of them."""
    truth: list[int] = []
    score: list[float] = []
    before = {"tp": 0, "fp": 0}
    for point in draw.shown["points"]:
        for label, name in ((1, "tp"), (0, "fp")):
            truth += [label] * (point[name] - before[name])
            score += [point["threshold"]] * (point[name] - before[name])
        before = point
    rest = [1] * before["fn"] + [0] * before["tn"]
    return np.array(truth + rest), np.array(score + [0.0] * len(rest))


def judged(draw: Draw) -> dict[float, Judged]:
    """Every point by counting; the one at 0.5 by scikit-learn as well, which takes longer."""
    truth, score = labels_and_scores(draw)
    found = {}
    for point in draw.shown["points"]:
        flagged = score >= point["threshold"]
        tp, fp = (int((flagged & (truth == label)).sum()) for label in (1, 0))
        fn, tn = int(truth.sum()) - tp, int((truth == 0).sum()) - fp
        assert point == {"threshold": point["threshold"], "tp": tp, "fp": fp, "fn": fn, "tn": tn}
        one = found[point["threshold"]] = Judged(
            fp=fp,
            fn=fn,
            tp=tp,
            f1=2 * tp / (2 * tp + fp + fn),
            accuracy=(tp + tn) / len(truth),
            from_corner=hypot(fp / (fp + tn), fn / (fn + tp)),
        )
        if point["threshold"] == 0.5:
            assert confusion_matrix(truth, flagged).tolist() == [[tn, fp], [fn, tp]]
            assert isclose(one.f1, f1_score(truth, flagged))
            assert isclose(one.accuracy, accuracy_score(truth, flagged))
    return found


@cache
def judged_draws(name: str) -> list[tuple[Draw, dict[float, Judged]]]:
    """Two tests read them, and to judge every point takes seconds."""
    return [(draw, judged(draw)) for draw in draws(name)]


def best(found: dict[float, Judged], value: Callable[[Judged], float]) -> float:
    """The threshold with the highest value, which no other shares."""
    values = [value(one) for one in found.values()]
    assert values.count(max(values)) == 1
    return max(found, key=lambda threshold: value(found[threshold]))


@pytest.mark.parametrize("name", NAMES)
def test_cheapest_point_against_brute_force(name: str) -> None:
    sizes, costs_of = NAMES[name]
    for draw, found in judged_draws(name):
        truth, _ = labels_and_scores(draw)
        assert numbers(draw, sizes) == [len(truth), truth.sum()]
        of_fp, of_fn = numbers(draw, costs_of)
        assert (draw.shown["cost_fp"], draw.shown["cost_fn"]) == (of_fp, of_fn)
        costs = {threshold: one.cost(of_fp, of_fn) for threshold, one in found.items()}
        cheapest = min(costs, key=costs.__getitem__)
        assert draw.answer == list(costs).index(cheapest)
        assert 0 < draw.answer < len(costs) - 1
        assert sorted(costs.values())[1] >= 1.01 * costs[cheapest]
        assert number(draw, "cheapest") == cheapest
        assert number(draw, "cost") == costs[cheapest]
        assert numbers(draw, "alarms misses") == [found[cheapest].fp, found[cheapest].fn]
        assert number(draw, "alarms_cost") == of_fp * found[cheapest].fp
        assert number(draw, "misses_cost") == of_fn * found[cheapest].fn
        assert number(draw, "default_cost") == costs[0.5]
        shown = {*draw.parameters, *draw.worked}
        others = {0.5}
        if "f1_threshold" in shown:
            others.add(by_f1 := best(found, lambda one: one.f1))
            assert numbers(draw, "f1_threshold f1_cost") == [by_f1, costs[by_f1]]
            assert isclose(number(draw, "best_f1"), found[by_f1].f1)
        if "accuracy_threshold" in shown:
            others.add(by_accuracy := best(found, lambda one: one.accuracy))
            assert numbers(draw, "accuracy_threshold accuracy_cost") == [
                by_accuracy,
                costs[by_accuracy],
            ]
        if "corner_threshold" in shown:
            others.add(by_corner := best(found, lambda one: -one.from_corner))
            assert numbers(draw, "corner_threshold corner_cost") == [by_corner, costs[by_corner]]
        rules = 1 + sum(f"{rule}_threshold" in shown for rule in ("f1", "accuracy", "corner"))
        # Each habit is told by a point of its own, and costs more than what rounding explains.
        assert len(others) == rules
        assert cheapest not in others
        assert min(costs[other] for other in others) >= 1.05 * costs[cheapest]


def test_transfers_to_hold_as_it_is_explained() -> None:
    for draw, found in judged_draws("transfers_to_hold"):
        transfers, frauds = numbers(draw, "transfers frauds")
        cheapest, corner, by_accuracy = (
            found[number(draw, name)]
            for name in ("cheapest", "corner_threshold", "accuracy_threshold")
        )
        assert number(draw, "corner_threshold") < number(draw, "cheapest")
        assert 0.5 < number(draw, "cheapest") < number(draw, "accuracy_threshold")
        assert numbers(draw, "default_alarms default_misses") == [found[0.5].fp, found[0.5].fn]
        assert number(draw, "corner_held") == corner.fp
        assert number(draw, "accuracy_misses") == by_accuracy.fn
        for name, one in (("corner", corner), ("cheapest", cheapest)):
            assert isclose(number(draw, f"{name}_rate"), 100 * one.fp / (transfers - frauds))
            assert isclose(number(draw, f"{name}_recall"), 100 * one.tp / frauds)


def test_rooms_to_resell_as_it_is_explained() -> None:
    for draw, found in judged_draws("rooms_to_resell"):
        rebook, empty = numbers(draw, "rebook empty")
        by_formula, threshold = numbers(draw, "by_formula formula_threshold")
        assert isclose(by_formula, rebook / (rebook + empty))
        assert threshold == min(found, key=lambda one: abs(one - by_formula))
        assert number(draw, "formula_cost") == found[threshold].cost(rebook, empty)
        assert threshold < number(draw, "cheapest")
        cheapest, by_rule = found[number(draw, "cheapest")], found[threshold]
        gone, flagged = by_rule.tp - cheapest.tp, by_rule.fp - cheapest.fp
        assert numbers(draw, "between_gone between") == [gone, gone + flagged]
        assert isclose(number(draw, "between_share"), gone / (gone + flagged))
        assert cheapest.tp >= 0.15 * number(draw, "gone")
        # Far fewer of them stay away than their scores say.
        assert number(draw, "between_share") <= min(by_formula - 0.03, threshold)
        assert number(draw, "f1_threshold") < 0.5 < number(draw, "cheapest")
        assert numbers(draw, "default_alarms default_misses") == [found[0.5].fp, found[0.5].fn]


def test_cheaper_inspections_as_it_is_explained() -> None:
    for draw, found in judged_draws("cheaper_inspections"):
        before, after, failure = numbers(draw, "before after failure")
        costs = {threshold: one.cost(before, failure) for threshold, one in found.items()}
        assert min(costs, key=costs.__getitem__) == 0.5
        lower = min(0.5, *numbers(draw, "f1_threshold corner_threshold"))
        assert number(draw, "cheapest") < lower
        assert numbers(draw, "default_alarms default_misses") == [found[0.5].fp, found[0.5].fn]
        assert number(draw, "saved") == number(draw, "default_cost") - number(draw, "cost")
        assert number(draw, "times_before") * before == failure
        assert number(draw, "times_now") * after == failure


def test_offers_to_leavers_as_it_is_explained() -> None:
    for draw, found in judged_draws("offers_to_leavers"):
        offer, kept, value = numbers(draw, "offer kept value")
        assert isclose(number(draw, "gain"), kept * value / 100)
        assert number(draw, "loss") == number(draw, "gain") - offer
        assert max(0.5, number(draw, "f1_threshold")) < number(draw, "cheapest")
        assert number(draw, "cheapest") < number(draw, "accuracy_threshold")
        assert numbers(draw, "default_alarms default_misses") == [found[0.5].fp, found[0.5].fn]
        assert number(draw, "default_offers") == found[0.5].tp + found[0.5].fp
        accurate = found[number(draw, "accuracy_threshold")]
        assert number(draw, "accuracy_misses") == accurate.fn
