"""Questions about vectors and matrices against NumPy and scikit-learn, over many seeds."""

from math import isclose

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from tests.quizzes.drawn import assert_equal, draws, number, numbers


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


def test_recipes_times_orders_against_numpy() -> None:
    for draw in draws("recipes_times_orders"):
        orders, recipes = (
            np.array([[number(draw, f"{name}_{i}{j}") for j in range(2)] for i in range(2)])
            for name in ("order", "recipe")
        )
        assert np.array_equal(np.array(draw.answer), orders @ recipes)
        known = {
            "other-order": recipes @ orders,
            "entry-by-entry": orders * recipes,
            "row-times-row": orders @ recipes.T,
        }
        assert draw.distractors.keys() == known.keys()
        for name, matrix in known.items():
            assert np.array_equal(np.array(draw.distractors[name]), matrix), name
            assert not np.array_equal(matrix, orders @ recipes)
        product = orders @ recipes
        assert (number(draw, "first"), number(draw, "last")) == (product[0, 0], product[1, 1])
