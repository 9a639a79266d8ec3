"""Thresholds by cost, against brute force and scikit-learn over many seeds."""

from math import isclose
from random import Random
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, roc_curve

from apps.quizzes.draws import Draw
from apps.quizzes.generators.thresholds import points_of, scores
from tests.quizzes.drawn import SEEDS, draws, number, numbers


def cases(draw: Draw) -> tuple[Any, Any]:
    """Labels and scores of a validation set with the counts of the draw: each case stands at the
    first threshold at which it is flagged, or below all of them."""
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


def test_points_are_those_of_scikit_learn() -> None:
    for seed in SEEDS:
        random = Random(seed)
        positives = scores(random, random.randint(20, 80), mean=0.4, spread=1.1)
        negatives = scores(random, random.randint(100, 400), mean=-1.5, spread=1.1)
        truth = [1] * len(positives) + [0] * len(negatives)
        fpr, tpr, thresholds = roc_curve(truth, positives + negatives, drop_intermediate=False)
        tried = [float(one) for one in thresholds[1:]]  # the first one flags nothing
        points = points_of(positives, negatives, tried)
        assert [point["threshold"] for point in points] == tried
        for point, false_rate, true_rate in zip(points, fpr[1:], tpr[1:], strict=True):
            assert isclose(point["tp"] / (point["tp"] + point["fn"]), true_rate)
            assert isclose(point["fp"] / (point["fp"] + point["tn"]), false_rate)


def test_scores_lie_between_0_and_1() -> None:
    drawn = scores(Random(1), 2_000, mean=0, spread=1)
    assert 0 < min(drawn) < 0.1
    assert 0.9 < max(drawn) < 1
    assert abs(np.median(drawn) - 0.5) < 0.03


def test_threshold_by_cost_against_brute_force() -> None:
    for draw in draws("threshold_by_cost"):
        truth, score = cases(draw)
        visit, standstill = numbers(draw, "visit standstill")
        assert (len(truth), truth.sum()) == (number(draw, "weeks"), number(draw, "failures"))
        assert 300 <= len(truth) <= 2_000
        assert (draw.shown["cost_fp"], draw.shown["cost_fn"]) == (visit, standstill)
        costs, f1s, accuracies, misses = {}, {}, {}, {}
        for point in draw.shown["points"]:
            threshold = point["threshold"]
            flagged = score >= threshold
            (tn, fp), (fn, tp) = confusion_matrix(truth, flagged)
            assert point == {"threshold": threshold, "tp": tp, "fp": fp, "fn": fn, "tn": tn}
            costs[threshold] = visit * fp + standstill * fn
            f1s[threshold] = f1_score(truth, flagged)
            accuracies[threshold] = accuracy_score(truth, flagged)
            misses[threshold] = fn, fp
        cheapest = min(costs, key=costs.__getitem__)
        assert draw.answer == list(costs).index(cheapest)
        assert sorted(costs.values())[1] >= 1.01 * costs[cheapest]
        assert number(draw, "cheapest") == cheapest
        assert number(draw, "cost") == costs[cheapest]
        assert number(draw, "wasted_cost") + number(draw, "missed_cost") == costs[cheapest]
        assert (number(draw, "missed"), number(draw, "wasted")) == misses[cheapest]
        assert number(draw, "missed_cost") == number(draw, "missed") * standstill
        assert number(draw, "times") * visit == standstill

        by_f1, by_accuracy = (max(all_, key=all_.__getitem__) for all_ in (f1s, accuracies))
        assert number(draw, "f1_threshold") == by_f1
        assert isclose(number(draw, "best_f1"), f1s[by_f1])
        assert number(draw, "f1_cost") == costs[by_f1]
        assert number(draw, "accuracy_threshold") == by_accuracy
        assert isclose(number(draw, "best_accuracy"), 100 * accuracies[by_accuracy])
        assert number(draw, "accuracy_missed") == misses[by_accuracy][0]
        assert number(draw, "accuracy_cost") == costs[by_accuracy]
        assert number(draw, "default_cost") == costs[0.5]
        assert number(draw, "default_missed") == misses[0.5][0]
        # As the explanation says.
        assert cheapest < min(by_f1, by_accuracy, 0.5)
        assert len({by_f1, by_accuracy, 0.5}) == 3
        assert isclose(number(draw, "by_formula"), visit / (visit + standstill))
        assert cheapest > number(draw, "by_formula") + 0.09


def test_curve_of_the_draw_is_that_of_scikit_learn() -> None:
    for draw in draws("threshold_by_cost"):
        truth, score = cases(draw)
        fpr, tpr, thresholds = roc_curve(truth, score, drop_intermediate=False)
        rates = dict(zip(thresholds.tolist(), zip(fpr, tpr, strict=True), strict=True))
        for point in draw.shown["points"]:
            if point["threshold"] in rates:  # scikit-learn knows only thresholds that are scores
                false_rate, true_rate = rates[point["threshold"]]
                assert isclose(point["fp"] / (point["fp"] + point["tn"]), false_rate)
                assert isclose(point["tp"] / (point["tp"] + point["fn"]), true_rate)
