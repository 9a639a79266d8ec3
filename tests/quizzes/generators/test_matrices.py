"""Questions that are answered by a matrix, against NumPy, SciPy, scikit-learn and slopes by finite
differences, over many seeds."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import convolve2d, correlate2d
from scipy.special import expit, softmax
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import draws, number, numbers

type Array = NDArray[np.float64]

# Names of the generators, and the tolerance of a cell in the question.
TOLERANCES = {
    "centred_across": 0,
    "hidden_of_a_batch": 0,
    "map_of_four_windows": 0,
    "means_with_gaps": 0.05,
    "shares_by_row": 0.006,
    "slopes_of_a_layer": 0,
    "softmax_of_two_rows": 0.006,
    "tariffs_after_two_months": 0.005,
    "weights_behind_a_mask": 0.006,
    "weights_of_two_tokens": 0.006,
}

# Questions that recognise the answer lying across.
TURNED_TOO = {
    "centred_across",
    "hidden_of_a_batch",
    "map_of_four_windows",
    "means_with_gaps",
    "slopes_of_a_layer",
    "tariffs_after_two_months",
}


def matrix(draw: Draw, name: str, shape: tuple[int, int] = (2, 2)) -> Array:
    rows, columns = shape
    return np.array([[number(draw, f"{name}{i}{j}") for j in range(columns)] for i in range(rows)])


def answer(draw: Draw) -> Array:
    assert isinstance(draw.answer, list)
    return np.array(draw.answer, dtype=float)


def assert_matrices(draw: Draw, expected: Any, **distractors: Any) -> None:
    """Distractors are named with underscores."""
    assert np.allclose(answer(draw), expected)
    assert draw.distractors.keys() == {name.replace("_", "-") for name in distractors}
    for name, value in distractors.items():
        assert np.allclose(np.array(draw.distractors[name.replace("_", "-")]), value), name


@pytest.mark.parametrize("name", TOLERANCES)
def test_no_two_matrices_are_taken_for_each_other(name: str) -> None:
    for draw in draws(name):
        known = [answer(draw), *map(np.array, draw.distractors.values())]
        if name in TURNED_TOO:
            known.append(answer(draw).T)
        for one, other in combinations(known, 2):
            assert np.isfinite(one).all()
            assert np.abs(one - other).max() > 2 * TOLERANCES[name]


def test_weights_of_two_tokens_against_scipy() -> None:
    for draw in draws("weights_of_two_tokens"):
        queries, keys = (matrix(draw, name, (2, 4)) for name in "qk")
        scores = queries @ keys.T
        weights = softmax(scores / np.sqrt(4), axis=1)
        assert_matrices(
            draw,
            weights,
            division_left_out=softmax(scores, axis=1),
            divided_by_the_length=softmax(scores / 4, axis=1),
            softmax_down_the_columns=softmax(scores / 2, axis=0),
            keys_ask_queries=softmax(keys @ queries.T / 2, axis=1),
            scores_for_weights=scores / 2,
        )
        assert np.allclose(weights.sum(axis=1), 1)
        assert np.array_equal(matrix(draw, "score_"), scores)
        assert np.array_equal(matrix(draw, "scaled_"), scores / 2)
        assert np.allclose(matrix(draw, "power_"), np.exp(scores / 2))
        assert np.allclose(numbers(draw, "powers_0 powers_1"), np.exp(scores / 2).sum(axis=1))
        assert np.allclose(matrix(draw, "weight_"), weights)


def test_weights_behind_a_mask_against_scipy() -> None:
    future = np.triu(np.ones((3, 3), dtype=bool), k=1)
    past = np.tril(np.ones((3, 3), dtype=bool), k=-1)
    for draw in draws("weights_behind_a_mask"):
        scores = matrix(draw, "score_", (3, 3))
        weights = softmax(np.where(future, -np.inf, scores), axis=1)
        unmasked = softmax(scores, axis=1)
        assert_matrices(
            draw,
            weights,
            mask_forgotten=unmasked,
            weights_cut_afterwards=np.where(future, 0, unmasked),
            zero_score_hides=softmax(np.where(future, 0, scores), axis=1),
            past_hidden=softmax(np.where(past, -np.inf, scores), axis=1),
        )
        assert scores[future].all()
        powers = np.where(future, 0, np.exp(scores))
        assert np.allclose(numbers(draw, "power_10 power_11"), powers[1, :2])
        assert np.allclose(numbers(draw, "power_20 power_21 power_22"), powers[2])
        assert np.allclose(numbers(draw, "powers_1 powers_2"), powers.sum(axis=1)[1:])
        assert np.allclose(numbers(draw, "weight_10 weight_11"), weights[1, :2])
        assert np.allclose(numbers(draw, "weight_20 weight_21 weight_22"), weights[2])
        assert np.isclose(number(draw, "cut_sum"), unmasked[1, :2].sum())
        assert number(draw, "cut_sum") < 0.99  # the explanation shows two decimals


def test_softmax_of_two_rows_against_scipy() -> None:
    for draw in draws("softmax_of_two_rows"):
        logits = matrix(draw, "logit_", (2, 3))
        shares = softmax(logits, axis=1)
        assert_matrices(
            draw,
            shares,
            softmax_down_the_columns=softmax(logits, axis=0),
            sigmoid_for_each=expit(logits),
            share_of_the_logits=logits / logits.sum(axis=1, keepdims=True),
            all_to_the_largest=logits == logits.max(axis=1, keepdims=True),
        )
        assert (logits.min(axis=1) < 0).any()
        assert np.allclose(matrix(draw, "power_", (2, 3)), np.exp(logits))
        assert np.allclose(numbers(draw, "powers_0 powers_1"), np.exp(logits).sum(axis=1))
        assert np.allclose(matrix(draw, "share_", (2, 3)), shares)


def test_hidden_of_a_batch_against_numpy() -> None:
    for draw in draws("hidden_of_a_batch"):
        rows, weights = matrix(draw, "x_"), matrix(draw, "w_")
        bias = np.array(numbers(draw, "bias_0 bias_1"))
        sums = rows @ weights + bias
        assert_matrices(
            draw,
            np.maximum(sums, 0),
            relu_left_out=sums,
            relu_before_the_bias=np.maximum(rows @ weights, 0) + bias,
            bias_by_row=np.maximum(rows @ weights + bias[:, None], 0),
            weights_turned=np.maximum(rows @ weights.T + bias, 0),
        )
        assert (sums < 0).any()
        assert sums.all()
        assert np.array_equal(matrix(draw, "sum_"), sums)
        assert np.array_equal(matrix(draw, "out_"), np.maximum(sums, 0))
        assert_terms(draw, rows @ weights)


def test_slopes_of_a_layer_against_finite_differences() -> None:
    nudge = 1e-6
    for draw in draws("slopes_of_a_layer"):
        rows, weights, arriving = (matrix(draw, f"{name}_") for name in "xwg")

        def loss(rows: Array, weights: Array, arriving: Array = arriving) -> float:
            """Any loss whose slope by the outputs is what arrives."""
            return float((arriving * np.maximum(rows @ weights, 0)).sum())

        by_weights, by_inputs = np.empty((2, 2)), np.empty((2, 2))
        for place in np.ndindex(2, 2):
            step = np.zeros((2, 2))
            step[place] = nudge
            up, down = loss(rows, weights + step), loss(rows, weights - step)
            by_weights[place] = (up - down) / (2 * nudge)
            up, down = loss(rows + step, weights), loss(rows - step, weights)
            by_inputs[place] = (up - down) / (2 * nudge)
        sums = rows @ weights
        passed = np.where(sums > 0, arriving, 0)
        assert np.abs(sums).min() >= 1  # the kink of ReLU is far from every difference
        assert_matrices(
            draw,
            np.round(by_weights, 6),
            relu_passes_all=rows.T @ arriving,
            rows_not_turned=rows @ passed,
            mean_over_the_rows=by_weights / 2,
            slopes_of_the_inputs=np.round(by_inputs, 6),
            sign_turned=-by_weights,
        )
        assert (sums < 0).sum() == 1
        assert np.array_equal(matrix(draw, "sum_"), sums)
        assert np.array_equal(matrix(draw, "passed_"), passed)
        assert np.allclose(matrix(draw, "slope_"), by_weights)
        assert_terms(draw, by_weights)


def test_map_of_four_windows_against_scipy() -> None:
    for draw in draws("map_of_four_windows"):
        picture, kernel = matrix(draw, "p_", (4, 4)), matrix(draw, "k_")
        at_each_pixel = correlate2d(picture, kernel, mode="valid")
        assert_matrices(
            draw,
            at_each_pixel[::2, ::2],
            stride_of_one=at_each_pixel[:2, :2],
            kernel_turned_round=convolve2d(picture, kernel, mode="valid")[::2, ::2],
            kernel_across=correlate2d(picture, kernel.T, mode="valid")[::2, ::2],
            largest_of_the_window=picture.reshape(2, 2, 2, 2).max(axis=(1, 3)),
        )
        assert number(draw, "one_further") == at_each_pixel[0, 1]
        assert np.array_equal(matrix(draw, "out_"), at_each_pixel[::2, ::2])
        assert_terms(draw, at_each_pixel[::2, ::2])


def test_tariffs_after_two_months_against_numpy() -> None:
    for draw in draws("tariffs_after_two_months"):
        month = matrix(draw, "now_")
        assert np.allclose(month.sum(axis=1), 1)
        leave = month - np.eye(2)
        assert_matrices(
            draw,
            np.linalg.matrix_power(month, 2),
            squared_entry_by_entry=month**2,
            one_month_only=month,
            nobody_comes_back=np.eye(2) + 2 * leave,
        )
        assert np.allclose(matrix(draw, "then_"), month @ month)
        assert np.isclose(number(draw, "both_stay"), month[0, 0] ** 2)
        assert np.isclose(number(draw, "away_and_back"), month[0, 1] * month[1, 0])
        customers = np.array(numbers(draw, "basic premium"))
        assert np.isclose(number(draw, "later"), (customers @ month @ month)[1])


def test_shares_by_row_against_scikit_learn() -> None:
    for draw in draws("shares_by_row"):
        counts = matrix(draw, "n_", (3, 3)).astype(int)
        cells = [(i, j) for i, j in np.ndindex(3, 3) for _ in range(counts[i, j])]
        truth, predicted = zip(*cells, strict=True)
        shares = confusion_matrix(truth, predicted, normalize="true")
        assert_matrices(
            draw,
            shares,
            shares_by_column=confusion_matrix(truth, predicted, normalize="pred"),
            shares_of_all=confusion_matrix(truth, predicted, normalize="all"),
        )
        assert counts.min() >= 1
        assert np.array_equal(numbers(draw, "total_0 total_1 total_2"), counts.sum(axis=1))
        assert np.allclose(matrix(draw, "s_", (3, 3)), shares)
        assert (number(draw, "all"), number(draw, "right")) == (counts.sum(), counts.trace())
        assert np.isclose(number(draw, "accuracy"), accuracy_score(truth, predicted))
        assert np.isclose(
            number(draw, "mean_recall"), recall_score(truth, predicted, average="macro")
        )
        assert number(draw, "flagged") == counts[:, 2].sum()
        precision = precision_score(truth, predicted, labels=[2], average="macro")
        assert np.isclose(number(draw, "rare_precision"), precision)
        # As the explanation says.
        assert shares[2, 2] == shares.diagonal().min()
        assert number(draw, "accuracy") > 0.8
        assert shares[2, 2] <= 0.6


def test_centred_across_against_numpy() -> None:
    for draw in draws("centred_across"):
        array = matrix(draw, "x_", (3, 3))
        assert_matrices(
            draw,
            array - array.mean(axis=1),
            each_row_gets_its_own=array - array.mean(axis=1, keepdims=True),
            means_of_the_columns=array - array.mean(axis=0),
            one_mean_for_all=array - array.mean(),
        )
        assert np.allclose(numbers(draw, "mean_0 mean_1 mean_2"), array.mean(axis=1))
        assert np.allclose(numbers(draw, "got_0 got_1 got_2"), answer(draw)[0])
        meant = (array - array.mean(axis=1, keepdims=True))[0]
        assert np.allclose(numbers(draw, "meant_0 meant_1 meant_2"), meant)
        assert number(draw, "sum_of_first") == answer(draw)[0].sum()


def test_means_with_gaps_against_numpy() -> None:
    # Graz by day and by night, Linz by day and by night.
    group_of_row = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 3])
    for draw in draws("means_with_gaps"):
        values = np.array([float(draw.parameters[f"v_{row}"]) for row in range(10)])
        groups = [values[group_of_row == group] for group in range(4)]
        means = np.array([np.nanmean(group) for group in groups])
        sums = np.array([np.nansum(group) for group in groups])
        known = np.array([np.isfinite(group).sum() for group in groups])
        as_zero = np.array([np.nan_to_num(group).mean() for group in groups])
        assert_matrices(
            draw,
            means.reshape(2, 2),
            gap_counts_as_zero=as_zero.reshape(2, 2),
            sum_for_mean=sums.reshape(2, 2),
            rows_counted=known.reshape(2, 2),
        )
        assert np.isnan(values).sum() == 2
        assert known.min() >= 1
        for name, expected in {"sum": sums, "known": known, "mean": means}.items():
            names = " ".join(f"{name}_{place}" for place in range(4))
            assert np.array_equal(numbers(draw, names), expected)
        gap = next(place for place, group in enumerate(groups) if np.isnan(group).any())
        assert numbers(draw, "gap_sum gap_rows") == [sums[gap], len(groups[gap])]
        assert np.allclose(numbers(draw, "as_zero gap_mean"), [as_zero[gap], means[gap]])


def assert_terms(draw: Draw, expected: Array) -> None:
    """The written products of each entry add up to it."""
    for i, j in np.ndindex(2, 2):
        written = str(draw.worked[f"terms_{i}{j}"])
        products = written.replace("\N{MINUS SIGN}", "-").split(" + ")
        total = sum(
            float(one.strip("()")) * float(other.strip("()"))
            for one, other in (product.split(" · ") for product in products)
        )
        assert np.isclose(total, expected[i, j])
