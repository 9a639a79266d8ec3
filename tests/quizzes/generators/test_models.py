"""Questions about models that learn from tables, against scikit-learn and NumPy."""

import warnings
from math import isclose

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
    silhouette_samples,
)
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers

type Floats = NDArray[np.float64]


def expit(z: Floats | float) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0, -np.asarray(z))))


def logit(p: Floats | float) -> Floats:
    return np.asarray(np.log(p) - np.log1p(-np.asarray(p)))


def right(draw: Draw) -> float:
    assert isinstance(draw.answer, int | float)
    return draw.answer


def fit(feature: Floats, target: Floats, *, intercept: bool = True) -> LinearRegression:
    return LinearRegression(fit_intercept=intercept).fit(feature.reshape(-1, 1), target)


def test_fitted_line_against_scikit_learn() -> None:
    sizes = np.array([2.0, 4, 6, 8])
    for draw in draws("fitted_line"):
        times = np.array(numbers(draw, "y_2 y_4 y_6 y_8"))
        line = fit(sizes, times)
        forecast = line.predict([[7]])[0]
        assert isclose(right(draw), forecast)
        assert isclose(number(draw, "slope"), line.coef_[0])
        assert isclose(number(draw, "intercept"), line.intercept_)
        ends = np.polyfit(sizes[[0, 3]], times[[0, 3]], 1)
        assert_equal(
            draw.distractors,
            {
                "ends-only": float(np.polyval(ends, 7)),
                "neighbours-only": np.interp(7, sizes, times),
                "no-intercept": forecast - line.intercept_,
                "mean-as-intercept": forecast - line.intercept_ + times.mean(),
                "through-origin": fit(sizes, times, intercept=False).predict([[7]])[0],
            },
        )
        assert np.allclose(numbers(draw, "d_2 d_4 d_6 d_8"), times - times.mean())
        assert np.isclose(np.sum(numbers(draw, "p_2 p_4 p_6 p_8")), number(draw, "total"))


def test_tilt_of_residuals_against_a_fit_to_them() -> None:
    loads: Floats = np.arange(1.0, 6)
    for draw in draws("tilt_of_residuals"):
        residuals = np.array(numbers(draw, "r_1 r_2 r_3 r_4 r_5"))
        assert residuals.sum() == 0
        slope = fit(loads, residuals).coef_[0]
        assert isclose(right(draw), slope)
        assert_equal(
            draw.distractors,
            {
                "zero-sum-is-enough": residuals.mean(),
                "sign-turned": fit(loads, -residuals).coef_[0],
                "spread-forgotten": float(loads @ residuals),
                "divided-by-rows": np.cov(loads, residuals, bias=True)[0, 1],
                "ends-only": np.polyfit(loads[[0, 4]], residuals[[0, 4]], 1)[0],
                "load-not-centred": fit(loads, residuals, intercept=False).coef_[0],
            },
        )
        assert draw.parameters["turn"] == ("steeper" if slope > 0 else "flatter")
        assert draw.parameters["trend"] == ("rise" if slope > 0 else "fall")
        assert draw.parameters["against"] != draw.parameters["turn"]
        assert np.isclose(np.sum(numbers(draw, "p_1 p_2 p_3 p_4 p_5")), number(draw, "total"))


def test_two_forecasters_differ_by_metric() -> None:
    nothing = np.zeros(5)
    for draw in draws("two_forecasters"):
        steady, jumpy = (
            np.array(
                [number(draw, f"{str(draw.parameters[role]).lower()}_{day}") for day in range(1, 6)]
            )
            for role in ("steady", "jumpy")
        )
        rmse = root_mean_squared_error(nothing, jumpy)
        assert isclose(right(draw), rmse)
        assert_equal(
            draw.distractors,
            {
                "mae-for-rmse": mean_absolute_error(nothing, jumpy),
                "root-forgotten": mean_squared_error(nothing, jumpy),
                "mean-after-root": np.linalg.norm(jumpy) / 5,
                "mean-forgotten": np.linalg.norm(jumpy),
                "errors-cancel": abs(jumpy.mean()),
            },
        )
        assert isclose(number(draw, "rmse_steady"), root_mean_squared_error(nothing, steady))
        assert number(draw, "rmse_steady") < 0.9 * rmse
        assert isclose(number(draw, "mae_steady"), mean_absolute_error(nothing, steady))
        assert number(draw, "mae_steady") > number(draw, "mae_jumpy")
        assert (np.abs(jumpy) < np.abs(steady)).sum() == 4
        assert number(draw, "squares_steady") == steady @ steady
        assert number(draw, "squares_jumpy") == jumpy @ jumpy


def test_r_squared_of_slice_against_scikit_learn() -> None:
    signs = np.tile([1.0, -1, 1, -1], 10)
    apart = np.tile([1.0, 1, -1, -1], 10)  # has nothing in common with the signs
    for draw in draws("r_squared_of_slice"):
        error, wide, narrow = numbers(draw, "error wide narrow")
        r2 = {
            spread: r2_score(spread * apart, spread * apart + error * signs)
            for spread in (wide, narrow)
        }
        assert isclose(right(draw), r2[narrow])
        assert isclose(number(draw, "of_all"), r2[wide])
        assert right(draw) < r2[wide]
        assert_equal(
            draw.distractors,
            {
                "r2-travels": r2[wide],
                "squares-forgotten": 1 - np.sqrt(1 - r2[narrow]),
                "share-left": 1 - r2[narrow],
                "scaled-with-spread": r2[wide] * narrow / wide,
            },
        )


def test_same_weight_three_users_against_a_logistic_function() -> None:
    for draw in draws("same_weight_three_users"):
        factor, weight = numbers(draw, "factor weight")
        before = np.array(numbers(draw, "a b c")) / 100
        after = expit(logit(before) + weight)
        assert np.allclose(after * 100, numbers(draw, "a_raised b_raised c_raised"))
        assert np.allclose((after - before) * 100, numbers(draw, "a_move b_move c_move"))
        low, middle, high = (
            "ABC".index(str(draw.parameters[role])) for role in ("low", "middle", "high")
        )
        assert before[low] < 0.1 < before[middle] < 0.9 < before[high]
        moves = after - before
        assert moves[middle] > max(moves[low], moves[high]) + 0.05
        assert np.argmax(after / before) == low
        assert isclose(right(draw), 100 * after[middle])
        chance = before[middle]
        assert_equal(
            draw.distractors,
            {
                "factor-on-probability": 100 * factor * chance,
                "odds-for-probability": 100 * float(np.exp(logit(chance) + weight)),
                "rest-divided": 100 * (1 - (1 - chance) / factor),
                "weight-added": 100 * (chance + weight),
                "share-instead-of-percent": after[middle],
            },
        )


def test_bold_and_cautious_against_scikit_learn() -> None:
    for draw in draws("bold_and_cautious"):
        happened = np.array(numbers(draw, "y_1 y_2 y_3 y_4"))
        said = {
            role: np.array(
                [
                    number(draw, f"{str(draw.parameters[role]).lower()}_{user}")
                    for user in range(1, 5)
                ]
            )
            for role in ("bold", "cautious")
        }
        loss = {role: log_loss(happened, chances) for role, chances in said.items()}
        assert isclose(right(draw), loss["bold"])
        assert isclose(number(draw, "cautious_loss"), loss["cautious"])
        assert loss["cautious"] < 0.8 * loss["bold"]
        for chances in said.values():
            assert accuracy_score(happened, chances > 0.5) == 0.75
        distances = {role: mean_absolute_error(happened, chances) for role, chances in said.items()}
        assert distances["bold"] < distances["cautious"]
        assert np.isclose(np.mean(numbers(draw, "loss_1 loss_2 loss_3 loss_4")), right(draw))
        assert isclose(number(draw, "total"), log_loss(happened, said["bold"], normalize=False))
        assert number(draw, "worst") == min(numbers(draw, "given_1 given_2 given_3 given_4"))
        assert isclose(np.exp(-number(draw, "worst_loss")), number(draw, "worst"))
        assert_equal(
            draw.distractors,
            {
                "yes-only": log_loss(np.ones(4), said["bold"], labels=[0, 1]),
                "decimal-logarithm": loss["bold"] * np.log10(np.e),
                "sum-for-mean": 4 * loss["bold"],
                "distance-for-loss": distances["bold"],
                "square-for-loss": brier_score_loss(happened, said["bold"]),
            },
        )


def test_balanced_back_against_bayes() -> None:
    for draw in draws("balanced_back"):
        base, shown, worth = (share / 100 for share in numbers(draw, "base shown worth"))
        # Of a half world with as many of both, thin each class out to its real number.
        yes, no = shown * base / 0.5, (1 - shown) * (1 - base) / 0.5
        real = yes / (yes + no)
        assert isclose(right(draw), 100 * real)
        assert number(draw, "real") == draw.answer
        assert real + 0.03 < worth < shown
        assert_equal(
            draw.distractors,
            {
                "weights-keep-probabilities": 100 * shown,
                "multiplied-with-base-rate": 100 * shown * base,
                "odds-for-probability": 100 * float(np.exp(logit(shown) + logit(base))),
                "divided-by-prior-odds": 100 * float(expit(logit(shown) - logit(base))),
                "scaled-by-both-shares": 100 * yes,
                "share-instead-of-percent": real,
            },
        )


def grown_stump(feature: Floats, labels: Floats) -> tuple[float, float, float]:
    """Impurity of the root, and of the sides where the feature is 1 and 0."""
    tree = DecisionTreeClassifier(max_depth=1).fit(feature.reshape(-1, 1), labels).tree_
    root, zero, one = tree.impurity
    return root, one, zero


def test_first_question_is_the_one_that_a_tree_asks() -> None:
    for draw in draws("first_question"):
        features, labels = [], (np.arange(40) < number(draw, "yes")).astype(float)
        gains, plain = {}, {}
        for letter in "ab":
            size, hits = numbers(draw, f"{letter}_in_rows {letter}_in_yes")
            others, missed = numbers(draw, f"{letter}_out_rows {letter}_out_yes")
            assert size + others == 40
            assert hits + missed == labels.sum()
            feature = np.zeros(40)
            feature[: int(hits)] = 1
            feature[40 - int(size - hits) :] = size > hits
            assert feature.sum() == size
            features.append(feature)
            root, inside, outside = grown_stump(feature, labels)
            assert isclose(number(draw, "root"), root)
            assert isclose(number(draw, f"{letter}_in_gini"), inside, abs_tol=1e-12)
            assert isclose(number(draw, f"{letter}_out_gini"), outside, abs_tol=1e-12)
            gains[letter] = root - float(np.average([inside, outside], weights=[size, others]))
            plain[letter] = root - (inside + outside) / 2
        best, pure = (str(draw.parameters[role]).lower() for role in ("best", "pure"))
        chosen = DecisionTreeClassifier(max_depth=1).fit(np.column_stack(features), labels)
        assert chosen.tree_.feature[0] == "ab".index(best)
        assert number(draw, f"{pure}_in_gini") == 0
        root = number(draw, "root")
        assert isclose(number(draw, "impurity_pure"), root - gains[pure])
        assert isclose(number(draw, "impurity_best"), root - gains[best])
        assert isclose(number(draw, "gain_pure"), gains[pure])
        assert isclose(right(draw), gains[best])
        assert_equal(
            draw.distractors,
            {
                "impurity-for-gain": root - gains[best],
                "other-question": gains[pure],
                "sides-not-weighted": plain[best],
                "factor-two-forgotten": gains[best] / 2,
                "one-side-only": root - number(draw, f"{best}_in_gini"),
            },
        )


def variance_of_mean(variance: float, alike: float, trees: int) -> float:
    """From the whole matrix of covariances."""
    covariances = np.full((trees, trees), alike * variance)
    np.fill_diagonal(covariances, variance)
    return float(covariances.mean())


def test_variance_of_forest_against_the_matrix_of_covariances() -> None:
    for draw in draws("variance_of_forest"):
        variance, alike, trees = numbers(draw, "variance alike trees")
        less_alike, worse, many = numbers(draw, "less_alike worse many")
        assert isclose(right(draw), variance_of_mean(variance, alike, int(trees)))
        more = variance_of_mean(variance, alike, int(many))
        other = variance_of_mean(worse, less_alike, int(trees))
        assert isclose(number(draw, "more"), more)
        assert isclose(number(draw, "other"), other)
        assert other < 0.8 * more < 0.8 * right(draw)
        assert worse > variance
        assert isclose(number(draw, "shared") + number(draw, "rest"), right(draw))
        assert isclose(number(draw, "rest_share"), 1 - alike)
        assert_equal(
            draw.distractors,
            {
                "trees-are-independent": variance_of_mean(variance, 0, int(trees)),
                "nothing-averages-away": variance_of_mean(variance, 1, int(trees)),
                "other-part-only": variance - alike * variance,
                "all-divided": alike * variance / trees + variance - alike * variance,
                "correlation-of-the-rest": right(draw) - alike * variance,
            },
        )


def read(listed: object) -> Floats:
    return np.array([float(one) for one in str(listed).replace("\N{MINUS SIGN}", "-").split(", ")])


def test_one_round_against_scikit_learn() -> None:
    rows = np.arange(1, 5).reshape(-1, 1)
    for draw in draws("one_round"):
        values = np.array(numbers(draw, "y_1 y_2 y_3 y_4"))
        rate = number(draw, "rate")
        model = GradientBoostingRegressor(n_estimators=1, max_depth=1, learning_rate=rate)
        predicted = model.fit(rows, values).predict(rows)
        whole = model.set_params(learning_rate=1.0).fit(rows, values).predict(rows)
        mean = values.mean()
        assert isclose(right(draw), predicted[3])
        assert isclose(number(draw, "start"), mean)
        assert isclose(number(draw, "leaf"), whole[3] - mean)
        assert isclose(number(draw, "step"), predicted[3] - mean)
        shown = draw.parameters
        assert np.allclose(read(shown["now"]), values - predicted, atol=0.006)
        assert np.allclose(read(shown["before"]), values - mean)
        assert np.allclose(read(shown["leaves"]), predicted - mean, atol=0.006)
        assert np.allclose(read(shown["whole_tree"]), values - whole)
        assert_equal(
            draw.distractors,
            {
                "rate-forgotten": whole[3],
                "own-residual": mean + rate * (values[3] - mean),
                "start-forgotten": predicted[3] - mean,
                "leaf-holds-target": mean + rate * whole[3],
                "wrong-side": predicted[0],
            },
        )


def test_share_left_by_going_through_the_trees() -> None:
    for draw in draws("share_left"):
        rate, small, divisor, trees = numbers(draw, "rate small divisor trees")
        assert isclose(small * divisor, rate)
        left = dict.fromkeys((rate, small), 100.0)
        for _ in range(int(trees)):
            left = {one: share - one * share for one, share in left.items()}
        assert isclose(right(draw), left[small])
        assert isclose(number(draw, "before"), left[rate])
        # As many times as many trees come to about the same place.
        assert abs((1 - small) ** number(draw, "needed") * 100 - left[rate]) < 2
        assert isclose(number(draw, "kept") + small, 1)
        assert isclose(number(draw, "kept_before") + rate, 1)
        assert_equal(
            draw.distractors,
            {
                "shares-added": 100 - 100 * small * trees,
                "closed-for-open": 100 - left[small],
                "old-rate": left[rate],
                "one-tree-only": 100 - 100 * small,
                "old-result-scaled": left[rate] * divisor,
                "share-instead-of-percent": left[small] / 100,
            },
        )


def test_shrunk_weight_against_ridge() -> None:
    for draw in draws("shrunk_weight"):
        spread, weight, noise, best, large = numbers(draw, "spread weight noise best large")
        feature = np.array([-1.0, 1]) * np.sqrt(spread / 2)

        def error(
            penalty: float,
            feature: Floats = feature,
            weight: float = weight,
            noise: float = noise,
        ) -> tuple[float, float]:
            """Squared bias and variance, since the estimate is linear in the target."""
            columns = feature.reshape(-1, 1)
            ridge = Ridge(alpha=penalty, fit_intercept=False)
            mean = ridge.fit(columns, weight * feature).coef_[0]
            pulls = np.array([ridge.fit(columns, unit).coef_[0] for unit in np.eye(2)])
            return float((mean - weight) ** 2), float(noise * pulls @ pulls)

        squared_bias, shrunk = error(best)
        assert isclose(right(draw), squared_bias + shrunk)
        assert isclose(number(draw, "bias_squared"), squared_bias)
        assert isclose(number(draw, "bias"), squared_bias**0.5)
        assert isclose(number(draw, "shrunk"), shrunk)
        _, variance = error(0)
        assert isclose(number(draw, "variance"), variance)
        assert isclose(number(draw, "error_large"), sum(error(large)))
        kept = number(draw, "kept")
        assert isclose(kept**2 * variance, shrunk)
        others = [sum(error(penalty)) for penalty in (0, 0.9 * best, 1.1 * best, large)]
        assert right(draw) < min(others)
        assert right(draw) < 0.85 * min(others[0], others[3])
        assert_equal(
            draw.distractors,
            {
                "unbiased-is-best": variance,
                "variance-not-shrunk": squared_bias + variance,
                "variance-shrunk-once": squared_bias + shrunk / kept,
                "bias-not-squared": squared_bias**0.5 + shrunk,
                "bias-forgotten": shrunk,
                "bias-only": squared_bias,
            },
        )


def test_five_forecasts_add_up() -> None:
    for draw in draws("five_forecasts"):
        truth = number(draw, "truth")
        forecasts = np.array(numbers(draw, "f_1 f_2 f_3 f_4 f_5"))
        truths = np.full(5, truth)
        total, variance = mean_squared_error(truths, forecasts), float(np.var(forecasts))
        assert isclose(right(draw), total - variance)
        assert right(draw) > 4 * variance
        assert isclose(number(draw, "mean"), forecasts.mean())
        assert isclose(number(draw, "bias"), (forecasts - truth).mean())
        assert isclose(number(draw, "variance"), variance)
        assert isclose(number(draw, "total"), total)
        # The mean of all five forecasts is no remedy: its squared error is nearly as large.
        assert mean_squared_error([truth], [forecasts.mean()]) > 0.8 * total
        assert_equal(
            draw.distractors,
            {
                "total-for-bias": total,
                "variance-for-bias": variance,
                "not-squared": abs(float((forecasts - truth).mean())),
                "one-model-only": mean_squared_error(truths[:1], forecasts[:1]),
            },
        )


def test_flat_learning_curve_has_met_above_the_noise() -> None:
    for draw in draws("flat_learning_curve"):
        training, held_out = numbers(draw, "t_1 t_2 t_3"), numbers(draw, "v_1 v_2 v_3")
        assert np.all(np.diff(training) > 0.1)
        assert np.all(np.diff(held_out) < -0.1)
        gap, above, noise = numbers(draw, "gap above noise")
        assert isclose(gap, held_out[2] - training[2])
        assert isclose(above, training[2] - noise)
        assert 0.15 < gap < 0.2 * above
        assert number(draw, "four_times") == 2 * number(draw, "twice") == 4 * number(draw, "rows")


def test_smoothed_code_is_a_mean_with_rows_added() -> None:
    for draw in draws("smoothed_code"):
        overall, extra, few, few_mean = numbers(draw, "overall extra few few_mean")
        many, many_mean = numbers(draw, "many many_mean")

        def code(rows: float, mean: float, added: float = extra, value: float = overall) -> float:
            return float(np.mean(np.repeat([mean, value], [int(rows), int(added)])))

        assert isclose(right(draw), code(few, few_mean))
        assert isclose(number(draw, "code_many"), code(many, many_mean))
        assert number(draw, "code_many") > right(draw) + 2
        assert few_mean > many_mean > overall
        assert number(draw, "few_and_extra") == few + extra
        assert number(draw, "many_and_extra") == many + extra
        assert_equal(
            draw.distractors,
            {
                "plain-mean": code(few, few_mean, added=0),
                "overall-mean": code(0, few_mean),
                "middle-of-both": code(1, few_mean, added=1),
                "weights-swapped": code(extra, few_mean, added=few),
                "pulled-to-zero": code(few, few_mean, value=0),
                "divided-by-rows": code(few, few_mean) * (few + extra) / few,
            },
        )


def test_far_from_the_median_against_numpy() -> None:
    for draw in draws("far_from_the_median"):
        values = np.array(numbers(draw, "x_1 x_2 x_3 x_4 x_5 x_6 x_7"))
        far, median = number(draw, "far"), float(np.median(values))
        assert far == values.max()
        distances = np.abs(values - median)
        unit = float(np.median(distances))
        assert isclose(right(draw), (far - median) / unit)
        assert right(draw) > 10
        (scaled,) = StandardScaler().fit_transform(values.reshape(-1, 1)).T
        assert isclose(number(draw, "in_deviations"), scaled.max())
        assert scaled.max() < np.sqrt(6) < 3
        assert isclose(number(draw, "mean"), values.mean())
        assert isclose(number(draw, "deviation"), values.std())
        assert number(draw, "median") == median
        assert number(draw, "unit") == unit
        worked = draw.worked
        assert np.array_equal(read(worked["sorted"]), np.sort(values))
        assert np.array_equal(read(worked["distances"]), np.sort(distances))
        assert_equal(
            draw.distractors,
            {
                "standard-deviations": scaled.max(),
                "not-in-units": far - median,
                "value-for-distance": far / unit,
                "mean-for-median": (far - values.mean()) / unit,
                "mean-distance": (far - median) / distances.mean(),
            },
        )


def test_centre_after_round_against_scikit_learn() -> None:
    for draw in draws("centre_after_round"):
        points = np.array(
            [numbers(draw, f"{name}_x {name}_y") for name in ("a", "b", "c", "d", "e")]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = KMeans(2, init=points[:2], n_init=1, max_iter=1).fit(points)
        distances = euclidean_distances(points, points[:2]) ** 2
        members = distances[:, 1] < distances[:, 0]
        centre = points[members].mean(axis=0)
        assert members.sum() == 3
        assert np.allclose(model.cluster_centers_[1], centre)
        assert isclose(right(draw), centre[0])
        for row, name in enumerate("cde", start=2):
            found = numbers(draw, f"{name}_to_a {name}_to_b")
            assert np.allclose(found, distances[row])
        letters = np.array(list("ABCDE"))
        assert draw.worked["members"] == ", ".join(letters[members])
        terms = str(draw.worked["terms"]).split(" + ")
        assert np.array_equal(np.array(terms, dtype=float), points[members, 0])
        without = members.copy()
        without[1] = False
        assert_equal(
            draw.distractors,
            {
                "centre-stays": points[1, 0],
                "centre-left-out": points[without, 0].mean(),
                "all-points": points[:, 0].mean(),
                "other-cluster": points[~members, 0].mean(),
                "other-coordinate": centre[1],
            },
        )


def silhouette_of_first(own: list[float], *others: list[float]) -> float:
    """The first row's, from distances to it alone. Those between other rows do not matter."""
    distances = np.zeros((1 + len(own) + sum(map(len, others)),) * 2)
    distances[0, 1:] = [*own, *(one for other in others for one in other)]
    labels = [0] * (1 + len(own)) + [k for k, one in enumerate(others, start=1) for _ in one]
    return float(silhouette_samples(distances + distances.T, labels, metric="precomputed")[0])


def test_misfiled_row_against_scikit_learn() -> None:
    for draw in draws("misfiled_row"):
        own, near, far = (
            numbers(draw, f"{place}_1 {place}_2 {place}_3") for place in ("own", "near", "far")
        )
        silhouette = silhouette_of_first(own, near, far)
        assert isclose(right(draw), silhouette)
        assert silhouette < -0.05
        a, b, c = (float(np.mean(one)) for one in (own, near, far))
        assert numbers(draw, "a b c difference") == [a, b, c, b - a]
        assert b < a < c
        assert_equal(
            draw.distractors,
            {
                "sign-turned": silhouette_of_first(near, own),
                "divided-by-b": 1 - a / b,
                "farther-cluster": silhouette_of_first(own, far),
                "not-divided": b - a,
                "row-counted-itself": silhouette_of_first([0, *own], near),
                "nearest-rows-only": silhouette_of_first([min(own)], [min(near)]),
            },
        )


def test_nearest_when_scaled_against_numpy() -> None:
    for draw in draws("nearest_when_scaled"):
        own = np.array(numbers(draw, "visits euros"))
        ada = np.array(numbers(draw, "ada_visits ada_euros"))
        ben = np.array(numbers(draw, "ben_visits ben_euros"))
        spreads = np.array(numbers(draw, "small large"))
        raw = euclidean_distances([own], [ada, ben])[0]
        scaled = euclidean_distances([own / spreads], [ada / spreads, ben / spreads])[0]
        assert raw[0] < 0.75 * raw[1]
        assert scaled[1] < 0.8 * scaled[0]
        assert np.allclose(numbers(draw, "raw_ada raw_ben"), raw)
        assert isclose(number(draw, "scaled_ada"), scaled[0])
        assert isclose(right(draw), scaled[1])
        steps = np.abs(ben - own) / spreads
        assert np.allclose(numbers(draw, "step_visits step_euros"), steps)
        assert_equal(
            draw.distractors,
            {
                "raw-distance": raw[1],
                "other-customer": scaled[0],
                "root-forgotten": scaled[1] ** 2,
                "steps-added": steps.sum(),
                "scaled-after-squaring": float(np.linalg.norm((ben - own) / np.sqrt(spreads))),
            },
        )
