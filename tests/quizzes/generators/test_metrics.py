"""Questions about errors of classifiers, against scikit-learn over many seeds."""

from collections.abc import Mapping
from math import isclose

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    jaccard_score,
    precision_score,
    recall_score,
)

from tests.quizzes.drawn import assert_equal, draws, number, numbers

type Flags = NDArray[np.int64]


def labels(*, tn: float, fp: float, fn: float, tp: float) -> tuple[Flags, Flags]:
    """Truth and prediction of so many cases."""
    counts = [int(tn), int(fp), int(fn), int(tp)]
    return np.repeat([0, 0, 1, 1], counts), np.repeat([0, 1, 0, 1], counts)


def test_report_in_words_is_the_matrix_of_its_customers() -> None:
    for draw in draws("report_in_words"):
        customers, warned, hits, left = map(int, numbers(draw, "customers warned hits left"))
        has_left = np.arange(customers) < left
        # The first of those who left are the hits; the other warnings went to those who stayed.
        was_warned = np.zeros(customers, dtype=bool)
        was_warned[:hits] = True
        was_warned[left : left + warned - hits] = True
        (tn, fp), (fn, tp) = confusion_matrix(has_left, was_warned)
        assert draw.answer == {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
        assert fp != fn
        assert number(draw, "stayed") == customers - left
        assert 0.02 < left / customers < 0.15


def test_vendor_accuracy_fits_a_perfect_and_a_blind_classifier() -> None:
    for draw in draws("vendor_accuracy"):
        tickets, outages, wrong = numbers(draw, "tickets outages wrong")
        finds_all = labels(tn=tickets - outages - wrong, fp=wrong, fn=0, tp=outages)
        finds_none = labels(tn=tickets - wrong, fp=number(draw, "alarms"), fn=outages, tp=0)
        accuracy = number(draw, "accuracy") / 100
        assert isclose(accuracy_score(*finds_all), accuracy)
        assert isclose(accuracy_score(*finds_none), accuracy)
        assert isclose(precision_score(*finds_all), number(draw, "worth") / 100)
        nothing = np.zeros_like(finds_all[0])
        assert isclose(accuracy_score(finds_all[0], nothing), number(draw, "baseline") / 100)
        assert accuracy < number(draw, "baseline") / 100
        assert 100 - number(draw, "accuracy") < number(draw, "few")
        assert isclose(number(draw, "missed"), outages * (1 - accuracy), abs_tol=0.51)
        assert finds_all[0].sum() == outages


def test_alerts_opened_against_scikit_learn() -> None:
    for draw in draws("alerts_opened"):
        payments, alerts, frauds, complaints = numbers(draw, "payments alerts frauds complaints")
        truth, flagged = labels(
            tn=payments - alerts - complaints, fp=alerts - frauds, fn=complaints, tp=frauds
        )
        precision = precision_score(truth, flagged)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * precision)
        assert_equal(
            draw.distractors,
            {
                "recall-for-precision": 100 * recall_score(truth, flagged),
                "share-of-false-alarms": 100 * (1 - precision),
                "everything-below-the-line": 100 * jaccard_score(truth, flagged),
                "accuracy-for-precision": 100 * accuracy_score(truth, flagged),
                "share-instead-of-percent": precision,
            },
        )
        assert truth.mean() < 0.05


def test_late_labels_against_scikit_learn() -> None:
    for draw in draws("late_labels"):
        alerts, caught, reported, share = numbers(draw, "alerts caught reported reported_share")
        missed = number(draw, "missed")
        assert missed * share == 100 * reported
        in_the_end = labels(tn=10_000, fp=alerts - caught, fn=missed, tp=caught)
        on_monday = labels(tn=10_000, fp=alerts - caught, fn=reported, tp=caught)
        recall, seen = recall_score(*in_the_end), recall_score(*on_monday)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * recall)
        assert_equal(
            draw.distractors,
            {
                "unreported-is-honest": 100 * seen,
                "precision-for-recall": 100 * precision_score(*in_the_end),
                "recall-shrinks-with-reports": share * seen,
                "share-instead-of-percent": recall,
            },
        )


def test_rates_to_counts_gives_back_the_rates_on_the_slide() -> None:
    for draw in draws("rates_to_counts"):
        assert isinstance(draw.answer, Mapping)
        truth, flagged = labels(**draw.answer)
        assert len(truth) == number(draw, "patients")
        assert isclose(100 * truth.mean(), number(draw, "rate"))
        assert isclose(100 * recall_score(truth, flagged), number(draw, "recall"))
        assert isclose(100 * precision_score(truth, flagged), number(draw, "precision"))
        assert flagged.sum() == number(draw, "flagged")
        assert draw.answer["fp"] != draw.answer["fn"]
        assert all(number(draw, name) == count for name, count in draw.answer.items())


def test_f1_from_matrix_against_scikit_learn() -> None:
    for draw in draws("f1_from_matrix"):
        tn, fp, fn, tp = numbers(draw, "tn fp fn tp")
        truth, predicted = labels(tn=tn, fp=fp, fn=fn, tp=tp)
        printed = str(confusion_matrix(truth, predicted))
        assert printed == f"[[{tn:>3} {fp:>3}]\n [{fn:>3} {tp:>3}]]"
        f1 = f1_score(truth, predicted)
        precision, recall = precision_score(truth, predicted), recall_score(truth, predicted)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, f1)
        assert_equal(
            draw.distractors,
            {
                "arithmetic-mean": (precision + recall) / 2,
                "class-of-good-ones": f1_score(truth, predicted, pos_label=0),
                "mean-over-classes": f1_score(truth, predicted, average="macro"),
                "accuracy-for-f1": f1_score(truth, predicted, average="micro"),
                "two-forgotten": precision * recall / (precision + recall),
                "true-positives-once": jaccard_score(truth, predicted),
                "plain-product": precision * recall,
            },
        )


def test_live_precision_against_scikit_learn() -> None:
    for draw in draws("live_precision"):
        recall, rate, share = numbers(draw, "recall false_alarm_rate share")
        caught, false_alarms = numbers(draw, "caught false_alarms")
        frauds, honest = 100 * share, 10_000 - 100 * share
        truth, flagged = labels(
            tn=honest - false_alarms, fp=false_alarms, fn=frauds - caught, tp=caught
        )
        assert isclose(100 * recall_score(truth, flagged), recall)
        specificity = 100 * recall_score(truth, flagged, pos_label=0)
        assert isclose(specificity, 100 - rate)
        balanced = labels(tn=100 - rate, fp=rate, fn=100 - recall, tp=recall)
        notebook = 100 * precision_score(*balanced)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * precision_score(truth, flagged))
        assert_equal(
            draw.distractors,
            {
                "precision-travels": notebook,
                "recall-for-precision": recall,
                "specificity-for-precision": specificity,
                "rates-scaled-down": notebook * share / 100,
                "share-instead-of-percent": precision_score(truth, flagged),
            },
        )


def test_cheapest_threshold_is_the_cheapest_of_all() -> None:
    # 1,000 listings for each score; of those with score p, the share p is a scam.
    scores = np.arange(1_001) / 1_000
    scams, honest = 1_000 * scores, 1_000 * (1 - scores)
    for draw in draws("cheapest_threshold"):
        false_alarm, miss = numbers(draw, "false_alarm miss")
        thresholds = np.arange(1, 1_000) / 1_000
        costs = [
            false_alarm * honest[scores >= threshold].sum() + miss * scams[scores < threshold].sum()
            for threshold in thresholds
        ]
        assert isinstance(draw.answer, float)
        # At the threshold itself both choices cost the same, so the next one is as cheap.
        assert abs(thresholds[np.argmin(costs)] - draw.answer) < 0.0011
        assert_equal(
            draw.distractors,
            {
                "one-half-is-neutral": 0.5,
                "costs-swapped": 1 - draw.answer,
                "ratio-of-costs": draw.answer / (1 - draw.answer),
                "percent-instead-of-share": 100 * draw.answer,
            },
        )
        assert number(draw, "cost_if_hidden") > number(draw, "cost_if_left") > 0
        assert number(draw, "below") < draw.answer


def test_model_to_ship_has_the_lowest_cost_and_not_the_best_metrics() -> None:
    for draw in draws("model_to_ship"):
        batches, bad, scrap, claim = numbers(draw, "batches bad scrap claim")
        costs, accuracies, f1s, misses = {}, {}, {}, {}
        for row in "abc":
            caught, missed, scrapped = (
                number(draw, f"{row}_{what}") for what in ("caught", "missed", "scrapped")
            )
            assert caught + missed == bad
            truth, thrown = labels(tn=batches - bad - scrapped, fp=scrapped, fn=missed, tp=caught)
            (_, fp), (fn, _) = confusion_matrix(truth, thrown)
            letter = row.upper()
            costs[letter] = scrap * fp + claim * fn
            accuracies[letter] = accuracy_score(truth, thrown)
            f1s[letter] = f1_score(truth, thrown)
            misses[letter] = fn
            assert number(draw, f"{row}_cost") == costs[letter]
        role = draw.parameters
        cheapest, careless = str(role["cheapest"]), str(role["fewest_errors"])
        assert cheapest == min(costs, key=costs.__getitem__)
        assert careless == max(accuracies, key=accuracies.__getitem__)
        assert careless == max(f1s, key=f1s.__getitem__)
        assert role["fewest_missed"] == min(misses, key=misses.__getitem__)
        assert 1.1 * costs[cheapest] < min(cost for one, cost in costs.items() if one != cheapest)
        assert max(costs.values()) < number(draw, "without_cost") == claim * bad
        assert accuracies[cheapest] < 1 - bad / batches
        assert isclose(100 * (1 - bad / batches), number(draw, "without_accuracy"))
        for name, letter in (("cheapest", cheapest), ("fewest_errors", careless)):
            assert isclose(number(draw, f"{name}_accuracy"), 100 * accuracies[letter])
            assert isclose(number(draw, f"{name}_f1"), f1s[letter])
