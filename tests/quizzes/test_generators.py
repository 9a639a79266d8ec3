"""Every answer and every typical wrong answer against an oracle, over hundreds of seeds."""

from collections.abc import Iterable, Mapping
from math import isclose

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    jaccard_score,
    precision_score,
    recall_score,
)
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from apps.quizzes.draws import Draw
from apps.quizzes.generators import GENERATORS

SEEDS = range(200)
type Flags = NDArray[np.int64]


def draws(name: str) -> Iterable[Draw]:
    return (GENERATORS[name](seed) for seed in SEEDS)


def number(draw: Draw, name: str) -> float:
    value = {**draw.parameters, **draw.worked}[name]
    assert not isinstance(value, str)
    return value


def numbers(draw: Draw, names: str) -> list[float]:
    return [number(draw, name) for name in names.split()]


def labels(*, tn: float, fp: float, fn: float, tp: float) -> tuple[Flags, Flags]:
    """Truth and prediction of so many cases."""
    counts = [int(tn), int(fp), int(fn), int(tp)]
    return np.repeat([0, 0, 1, 1], counts), np.repeat([0, 1, 0, 1], counts)


def assert_equal(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert isclose(found[name], value, rel_tol=1e-9), name


# Of every generator ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GENERATORS)
def test_same_seed_gives_the_same_draw(name: str) -> None:
    assert [GENERATORS[name](seed) for seed in SEEDS] == [GENERATORS[name](seed) for seed in SEEDS]


@pytest.mark.parametrize("name", GENERATORS)
def test_seeds_give_many_different_draws(name: str) -> None:
    shown = {tuple(draw.parameters.items()) for draw in draws(name)}
    assert len(shown) > len(SEEDS) // 4


@pytest.mark.parametrize("name", GENERATORS)
def test_every_draw_has_the_same_names(name: str) -> None:
    names = {
        (frozenset(draw.parameters), frozenset(draw.worked), frozenset(draw.distractors))
        for draw in draws(name)
    }
    assert len(names) == 1
    ((parameters, worked, _),) = names
    assert not parameters & worked


# Metrics -----------------------------------------------------------------------------------------


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


# Linear algebra ----------------------------------------------------------------------------------


def test_price_difference_against_numpy() -> None:
    for draw in draws("price_difference"):
        flat = np.array(numbers(draw, "size floor centre"))
        weights = np.array(numbers(draw, "for_size for_floor for_centre"))
        assert draw.answer == flat @ weights
        assert_equal(
            draw.distractors,
            {
                "signs-ignored": float(np.abs(flat) @ np.abs(weights)),
                "sums-multiplied": np.outer(flat, weights).sum(),
                "everything-added": (flat + weights).sum(),
                "mean-for-sum": (flat * weights).mean(),
                "matched-in-reverse": flat @ weights[::-1],
            },
        )


def test_cosine_of_baskets_against_scikit_learn() -> None:
    for draw in draws("cosine_of_baskets"):
        baskets = np.array(
            [numbers(draw, f"{who}_tea {who}_bread {who}_fruit") for who in ("first", "second")]
        )
        dot, (first, second) = baskets[0] @ baskets[1], np.linalg.norm(baskets, axis=1)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, cosine_similarity(baskets)[0, 1])
        assert_equal(
            draw.distractors,
            {
                "lengths-left-in": dot,
                "one-length-only": dot / first,
                "other-length-only": dot / second,
                "roots-forgotten": dot / (first**2 * second**2),
                "sums-as-lengths": dot / np.prod(np.linalg.norm(baskets, ord=1, axis=1)),
                "distance-for-cosine": euclidean_distances(baskets)[0, 1],
            },
        )
        assert numbers(draw, "first_length second_length") == [first, second]


def test_nearest_article_is_first_by_the_measure_of_its_name() -> None:
    for draw in draws("nearest_article"):
        query = np.array([numbers(draw, "query_x query_y")])
        articles = np.array([numbers(draw, f"{row}_x {row}_y") for row in "abcd"])
        cosines = cosine_similarity(query, articles)[0]
        distances = euclidean_distances(query, articles)[0]
        dots = (articles @ query.T).ravel()
        first = {
            "by_cosine": cosines.argmax(),
            "by_dot": dots.argmax(),
            "by_distance": distances.argmin(),
            "opposite": cosines.argmin(),
        }
        assert {name: draw.parameters[name] for name in first} == {
            name: "ABCD"[place] for name, place in first.items()
        }
        assert isclose(cosines.max(), 1)
        assert isclose(cosines.min(), -1)
        assert np.sort(cosines)[-2] < 0.985
        lengths = np.linalg.norm(articles, axis=1)
        assert first["by_dot"] == lengths.argmax()
        np.testing.assert_allclose(number(draw, "longer") * articles[first["by_cosine"]], query[0])
        for row, cosine, distance in zip("abcd", cosines, distances, strict=True):
            shown = str(draw.worked[f"{row}_cosine"]).replace("\N{MINUS SIGN}", "-")
            assert isclose(float(shown), cosine, abs_tol=0.0051)
            assert isclose(number(draw, f"{row}_distance"), distance)


def test_numbers_in_the_result_against_numpy() -> None:
    for draw in draws("numbers_in_the_result"):
        rows, features, units = map(int, numbers(draw, "rows features units"))
        batch, weights, bias = np.ones((rows, features)), np.ones((features, units)), np.ones(units)
        result = batch @ weights + bias
        assert draw.answer == result.size
        assert_equal(
            draw.distractors,
            {
                "size-of-the-weights": weights.size,
                "weights-and-bias": weights.size + bias.size,
                "size-of-the-input": batch.size,
                "inner-size-kept": (batch[:, :, None] * weights).size,
                "sizes-added": batch.size + weights.size,
                "bias-added-as-numbers": result.size + bias.size,
            },
        )


def test_entry_of_product_against_numpy() -> None:
    for draw in draws("entry_of_product"):
        sold = np.array([numbers(draw, f"shop_{i}0 shop_{i}1 shop_{i}2") for i in range(2)])
        items = np.array([numbers(draw, f"item_{i}0 item_{i}1 item_{i}2") for i in range(3)])
        column = int(number(draw, "column"))
        result = sold @ items
        assert draw.answer == result[1, column]
        assert_equal(
            draw.distractors,
            {
                "row-times-row": (sold @ items.T)[1, column],
                "entry-by-entry": (sold * items[:2])[1, column],
                "counted-from-one": result[0, column - 1],
                "other-shop": result[0, column],
                "sums-multiplied": sold[1].sum() * items[:, column].sum(),
                "sum-of-column": items[:, column].sum(),
            },
        )
        assert (items[:, 0] > items[:, 1]).all()  # nobody sells below what it cost


def test_price_of_house_against_numpy() -> None:
    for draw in draws("price_of_house"):
        house = np.array(numbers(draw, "size state"))
        first = np.array([numbers(draw, "w_00 w_01"), numbers(draw, "w_10 w_11")])
        bias, second = np.array(numbers(draw, "b_0 b_1")), np.array(numbers(draw, "v_0 v_1"))
        base = number(draw, "base")
        before = house @ first + bias
        hidden = np.maximum(before, 0)
        assert draw.answer == hidden @ second + base
        assert (hidden == 0).sum() == 1
        assert 100 <= hidden @ second + base <= 900
        assert_equal(
            draw.distractors,
            {
                "relu-left-out": before @ second + base,
                "relu-as-absolute-value": np.abs(before) @ second + base,
                "hidden-bias-forgotten": np.maximum(house @ first, 0) @ second + base,
                "weights-sideways": np.maximum(house @ first.T + bias, 0) @ second + base,
                "output-bias-forgotten": hidden @ second,
            },
        )


def test_column_minus_flat_shows_the_rmse_that_numpy_gives() -> None:
    source = np.random.default_rng(7)
    for draw in draws("column_minus_flat"):
        rows, spread, miss = map(int, numbers(draw, "rows spread miss"))
        prices = source.normal(size=rows)
        prices = 300 + spread * (prices - prices.mean()) / prices.std()
        predictions = (prices + source.normal(0, miss, size=rows)).reshape(-1, 1)
        # All pairs: the mean square is the sum of both variances and the squared gap of the means.
        all_pairs = np.sqrt(
            predictions.var() + prices.var() + (predictions.mean() - prices.mean()) ** 2
        )
        assert isclose(all_pairs, number(draw, "rmse"), rel_tol=0.03)
        errors = predictions[:20] - prices[:20]
        assert errors.shape == (20, 20)
        assert (predictions[:20].ravel() - prices[:20]).shape == (20,)
        assert (predictions[:20] - prices[:20].T).shape == (20, 20)
        assert number(draw, "pairs") == rows**2
        assert number(draw, "megabytes") == np.empty((rows, rows)).nbytes / 1e6


def test_weights_from_pytorch_fit_or_fail_as_the_question_says() -> None:
    source = np.random.default_rng(7)
    for draw in draws("weights_from_pytorch"):
        rows, features, units = map(int, numbers(draw, "rows features units"))
        batch = source.normal(size=(rows, features))
        weights, bias = source.normal(size=(units, features)), source.normal(size=units)
        expected = np.einsum("rf,uf->ru", batch, weights) + bias
        np.testing.assert_allclose(batch @ weights.T + bias, expected, atol=1e-9)
        dealt_anew = batch @ weights.reshape(features, units) + bias
        assert dealt_anew.shape == expected.shape
        assert not np.isclose(dealt_anew, expected, rtol=0.01).all(axis=0).any()
        message = f"size {units} is different from {features}"
        with pytest.raises(ValueError, match=message):
            batch @ weights
        with pytest.raises(ValueError, match="could not be broadcast"):
            weights @ batch.T + bias
        with pytest.raises(ValueError, match="could not be broadcast"):
            batch * weights


def test_twin_columns_predict_the_same_in_both_months() -> None:
    hours = np.array([0.25, 1, 2, 7.5])
    table = np.column_stack([hours, 60 * hours])
    assert np.linalg.matrix_rank(table) == 1
    for draw in draws("twin_columns"):
        rate, minute = numbers(draw, "rate minute")
        june = table @ [rate, 0]
        np.testing.assert_allclose(table @ [draw.answer, -minute], june)
        assert_equal(
            draw.distractors,
            {
                "each-weight-stands-alone": rate,
                "sign-turned": rate - 60 * minute,
                "units-ignored": rate + minute,
                "factor-turned-round": rate + minute / 60,
                "rate-left-out": 60 * minute,
            },
        )
        assert all(
            not np.allclose(table @ [wrong, -minute], june) for wrong in draw.distractors.values()
        )
