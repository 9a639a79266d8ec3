"""Questions about judging a model, against scikit-learn, NumPy, SciPy and brute force."""

from itertools import permutations
from math import isclose
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import (
    accuracy_score,
    auc,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    dcg_score,
    mean_absolute_error,
    ndcg_score,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier

from apps.quizzes.draws import Draw
from tests.quizzes.drawn import assert_equal, draws, number, numbers

type Values = NDArray[np.float64]


def falling(cases: int) -> Values:
    """Scores that leave so many cases in their order."""
    return np.arange(cases, 0, -1, dtype=float)


# Curves ------------------------------------------------------------------------------------------


def test_auc_of_ranking_against_scikit_learn() -> None:
    for draw in draws("auc_of_ranking"):
        truth = np.array([letter == "D" for letter in str(draw.parameters["row"]).split()])
        scores = falling(truth.size)
        assert truth.size == number(draw, "parts")
        area = roc_auc_score(truth, scores)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, area)
        wins = sum(bool(a) and not b for i, a in enumerate(truth) for b in truth[i + 1 :])
        assert wins == number(draw, "wins")
        assert_equal(
            draw.distractors,
            {
                "pairs-lost": roc_auc_score(truth, -scores),
                "average-precision-for-auc": average_precision_score(truth, scores),
                "all-pairs-below-the-line": 2 * wins / (truth.size * (truth.size - 1)),
                "precision-at-the-top": truth[: truth.sum()].mean(),
            },
        )


def test_ap_of_ranking_against_scikit_learn() -> None:
    for draw in draws("ap_of_ranking"):
        contracts = int(number(draw, "contracts"))
        places = np.array(numbers(draw, "first second third"), dtype=int)
        truth = np.isin(np.arange(1, contracts + 1), places)
        scores = falling(contracts)
        precisions = np.cumsum(truth) / np.arange(1, contracts + 1)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, average_precision_score(truth, scores))
        assert_equal(
            draw.distractors,
            {
                "precision-at-the-end": precisions[places[-1] - 1],
                "reciprocal-places": np.mean(1 / places),
                "every-place-counted": precisions[: places[-1]].mean(),
                "auc-for-average-precision": roc_auc_score(truth, scores),
            },
        )


def test_easy_negatives_against_pairs_of_a_ranking() -> None:
    for draw in draws("easy_negatives"):
        people, added, before = numbers(draw, "people added before")
        # One bot that beats this share of the people stands for all.
        lost = round(people * (1 - before))
        assert isclose(lost, people * (1 - before), abs_tol=0.51)
        truth = np.zeros(int(people + added) + 1, dtype=bool)
        truth[lost] = True
        area = roc_auc_score(truth, falling(truth.size))
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, area, abs_tol=0.0006)
        share = people / (people + added)
        assert_equal(
            draw.distractors,
            {
                "area-unmoved": before,
                "halfway-to-one": 1 - (1 - before) / 2,
                "new-pairs-not-won": before * share,
                "relative-to-the-old": before / share,
            },
        )
        assert isclose(draw.answer, 1 - number(draw, "lost_before") * number(draw, "share_old"))


def test_crossing_models_hold_together() -> None:
    for draw in draws("crossing_models"):
        claims, frauds, capacity = numbers(draw, "claims frauds capacity")
        honest = claims - frauds
        for name in ("even", "sharp"):
            hits, recall = numbers(draw, f"{name}_hits {name}_recall")
            fpr = [0, (capacity - hits) / honest, 0.1, 1]
            tpr = [0, hits / frauds, recall / 100, 1]
            assert np.all(np.diff(fpr) > 0)
            assert np.all(np.diff(tpr) > 0)
            assert isclose(number(draw, f"{name}_area"), auc(fpr, tpr))
        assert number(draw, "sharp_hits") > number(draw, "even_hits")
        assert number(draw, "even_area") > number(draw, "sharp_area")
        assert number(draw, "even_recall") > number(draw, "sharp_recall")
        nothing = accuracy_score(np.repeat([0, 1], [int(honest), int(frauds)]), [0] * int(claims))
        assert isclose(number(draw, "nothing"), 100 * nothing)


def test_cheapest_corner_is_the_cheapest_and_not_the_nearest() -> None:
    for draw in draws("cheapest_corner"):
        share, false_alarm, miss = numbers(draw, "share false_alarm miss")
        positives, negatives = numbers(draw, "positives negatives")
        assert isclose(positives, (positives + negatives) * share / 100)
        costs, nearness, sensitivity = {}, {}, {}
        for row in "abc":
            fpr, tpr = (number(draw, f"{row}_{rate}") / 100 for rate in ("fpr", "tpr"))
            costs[row.upper()] = false_alarm * fpr * negatives + miss * (1 - tpr) * positives
            nearness[row.upper()] = fpr**2 + (1 - tpr) ** 2
            sensitivity[row.upper()] = tpr
            assert isclose(number(draw, f"{row}_cost"), costs[row.upper()], rel_tol=0.01)
        role = draw.parameters
        assert role["cheapest"] == min(costs, key=costs.__getitem__)
        assert role["corner"] == min(nearness, key=nearness.__getitem__)
        assert role["sensitive"] == max(sensitivity, key=sensitivity.__getitem__)
        others = [cost for letter, cost in costs.items() if letter != role["cheapest"]]
        assert 1.1 * costs[str(role["cheapest"])] < min(*others, miss * positives)


def test_auc_of_labels_against_scikit_learn() -> None:
    for draw in draws("auc_of_labels"):
        ill, healthy, found, alarms = map(int, numbers(draw, "ill healthy found alarms"))
        truth = np.repeat([1, 0], [ill, healthy])
        flagged = np.repeat([1, 0, 1, 0], [found, ill - found, alarms, healthy - alarms])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, roc_auc_score(truth, flagged))
        assert isclose(draw.answer, balanced_accuracy_score(truth, flagged))
        recall = recall_score(truth, flagged)
        assert_equal(
            draw.distractors,
            {
                "accuracy-for-area": accuracy_score(truth, flagged),
                "recall-for-area": recall,
                "corner-as-rectangle": recall * recall_score(truth, flagged, pos_label=0),
                "precision-for-area": precision_score(truth, flagged),
            },
        )


# Metrics -----------------------------------------------------------------------------------------


def shown_minus(draw: Draw, name: str) -> float:
    """A number that was written out with separators and a minus sign."""
    text = {**draw.parameters, **draw.worked}[name]
    assert isinstance(text, str)
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def test_ndcg_of_places_against_scikit_learn() -> None:
    for draw in draws("ndcg_of_places"):
        shown, relevant = map(int, numbers(draw, "shown relevant"))
        row = [int(flag) for flag in str(draw.parameters["row"]).split()]
        hits = sum(row)
        assert len(row) == shown
        # What is relevant and was not shown stands below the visible places.
        truth = np.array([row + [1] * (relevant - hits) + [0] * 3])
        scores = falling(truth.size)[None, :]
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, ndcg_score(truth, scores, k=shown))
        only_shown = np.array([row + [0] * 3])
        assert_equal(
            draw.distractors,
            {
                "not-normalised": dcg_score(truth, scores, k=shown),
                "ideal-of-what-was-shown": ndcg_score(
                    only_shown, falling(only_shown.size)[None, :], k=shown
                ),
                "precision-for-ndcg": np.mean(row),
                "recall-for-ndcg": hits / relevant,
            },
        )


def test_mean_reciprocal_rank_over_a_hundred_queries() -> None:
    for draw in draws("mean_reciprocal_rank"):
        top, middle, low, near, far = numbers(draw, "top middle low near far")
        places = np.repeat([1.0, near, far], np.array([top, middle, low], dtype=int))
        all_places = np.concatenate([places, np.full(100 - places.size, np.inf)])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, np.mean(1 / all_places))
        assert_equal(
            draw.distractors,
            {
                "place-of-the-mean": 1 / places.mean(),
                "not-found-left-out": np.mean(1 / places),
                "found-at-all": np.mean(np.isfinite(all_places)),
                "first-place-only": np.mean(all_places == 1),
            },
        )


def test_offers_that_pay_break_even_at_the_answer() -> None:
    for draw in draws("offers_that_pay"):
        cost, value, kept = numbers(draw, "cost value kept")
        shares = np.arange(0, 100_001) / 1_000
        profits = shares / 100 * kept / 100 * value - cost
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, shares[np.argmin(np.abs(profits))], abs_tol=0.001)
        assert_equal(
            draw.distractors,
            {
                "everyone-is-kept": draw.answer * kept / 100,
                "share-on-the-wrong-side": draw.answer * (kept / 100) ** 2,
                "kept-as-the-limit": kept,
                "share-instead-of-percent": draw.answer / 100,
                "rest-of-the-leavers": draw.answer * kept / (100 - kept),
            },
        )


def test_tenths_to_call_earn_most_where_the_right_option_stops() -> None:
    for draw in draws("tenths_to_call"):
        cost, worth = numbers(draw, "cost worth")
        leavers = np.array([number(draw, f"n{place}") for place in range(1, 11)])
        totals = np.cumsum(worth * leavers - 1_000 * cost)
        best, so_far, above = map(int, numbers(draw, "best so_far above_average"))
        assert best == np.argmax(totals) + 1
        assert so_far == np.flatnonzero(totals > 0)[-1] + 1
        assert above == np.count_nonzero(leavers > leavers.mean())
        assert len({1, best, so_far, above}) == 4
        assert np.all(np.diff(leavers) < 0)
        assert [shown_minus(draw, f"t{place}") for place in range(1, 11)] == list(totals)
        assert isclose(number(draw, "lift"), leavers[0] / leavers.mean())
        for name, place in (("best", best), ("deep", so_far), ("average", above)):
            assert shown_minus(draw, f"{name}_total") == totals[place - 1]


def test_screening_figure_prefers_the_careful_test_by_benefit_only() -> None:
    for draw in draws("screening_figure"):
        ill, price = map(int, numbers(draw, "ill price"))
        benefits, accuracies, precisions = {}, {}, {}
        for name in ("careful", "strict"):
            found, alarms = map(int, numbers(draw, f"{name} {name}_alarms"))
            truth = np.repeat([1, 0], [ill, 10_000 - ill])
            flagged = np.repeat([1, 0, 1, 0], [found, ill - found, alarms, 10_000 - ill - alarms])
            odds = 1 / price  # p / (1 - p) at the lowest probability that is worth an examination
            benefits[name] = 10_000 * (found / 10_000 - alarms / 10_000 * odds)
            accuracies[name] = 100 * accuracy_score(truth, flagged)
            precisions[name] = 100 * precision_score(truth, flagged)
            assert isclose(number(draw, f"{name}_benefit"), benefits[name])
            assert isclose(number(draw, f"{name}_accuracy"), accuracies[name])
            assert isclose(number(draw, f"{name}_precision"), precisions[name])
        assert benefits["careful"] > benefits["strict"] + 1
        assert accuracies["strict"] > accuracies["careful"]
        assert precisions["strict"] > precisions["careful"]
        assert benefits["careful"] > shown_minus(draw, "everybody_benefit") + 1


def test_five_places_earn_more_with_the_other_system() -> None:
    for draw in draws("five_places"):
        visits, bought, margin = numbers(draw, "visits bought margin")
        for name in ("stars", "order"):
            per_visit = number(draw, f"{name}_hits") * bought / 100 * margin
            assert isclose(number(draw, f"{name}_money"), visits * per_visit)
            assert 0 < number(draw, f"{name}_hits") < 5
        assert number(draw, "order_money") > 1.4 * number(draw, "stars_money")
        assert number(draw, "stars_error") < number(draw, "order_error")
        assert number(draw, "stars_recall") > number(draw, "order_recall")
        assert number(draw, "stars_right") > number(draw, "order_right")


def test_heavy_users_one_by_one() -> None:
    for draw in draws("heavy_users"):
        heavy, light, many, few = map(int, numbers(draw, "heavy light many few"))
        good = np.repeat(numbers(draw, "heavy_good light_good"), [heavy, light])
        asked = np.repeat([many, few], [heavy, light])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, good.mean())
        assert_equal(
            draw.distractors,
            {
                "queries-for-users": np.average(good, weights=asked),
                "groups-weigh-alike": np.mean([good[0], good[-1]]),
                "light-users-only": good[-1],
                "weights-swapped": np.repeat([good[-1], good[0]], [heavy, light]).mean(),
            },
        )


def test_kept_by_the_calls_against_the_control_rate() -> None:
    for draw in draws("kept_by_the_calls"):
        called, left, control, left_control = numbers(draw, "called left control left_control")
        effect = left_control / control - left / called
        assert isinstance(draw.answer, int)
        assert isclose(draw.answer, called * effect)
        assert_equal(
            draw.distractors,
            {
                "everyone-who-stayed": called * (1 - left / called),
                "counts-subtracted": left - left_control,
                "counted-on-the-control": control * effect,
                "points-for-customers": 100 * effect,
                "expected-leavers": called * left_control / control,
            },
        )
        assert 0.2 < left_control / control < 0.45


# Splits ------------------------------------------------------------------------------------------


def test_mean_of_folds_against_scikit_learn() -> None:
    for draw in draws("mean_of_folds"):
        values = np.array(numbers(draw, "a b c d e f"))
        columns = np.zeros((6, 1))
        errors = -cross_val_score(
            DummyRegressor(), columns, values, cv=KFold(3), scoring="neg_mean_absolute_error"
        )
        assert isinstance(draw.answer, int | float)
        assert isclose(draw.answer, errors.mean())
        fitted = DummyRegressor().fit(columns, values).predict(columns)
        itself = np.repeat(values.reshape(3, 2).mean(axis=1), 2)
        assert_equal(
            draw.distractors,
            {
                "judged-on-its-own-rows": mean_absolute_error(values, fitted),
                "fold-predicts-itself": mean_absolute_error(values, itself),
                "errors-added": errors.sum(),
                "best-fold-only": errors.min(),
            },
        )
        assert np.allclose(numbers(draw, "error_1 error_2 error_3"), errors)


class Counted(DummyRegressor):  # type: ignore[misc]  # scikit-learn has no types
    """Counts how often any of its copies is trained."""

    trained = 0

    def __init__(self, quantile: float = 0.5) -> None:
        super().__init__(strategy="quantile", quantile=quantile)

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        Counted.trained += 1
        return super().fit(*args, **kwargs)


def test_trainings_of_a_search_are_counted() -> None:
    for seed, draw in enumerate(draws("trainings_of_a_search")):
        outer, inner, settings = map(int, numbers(draw, "outer inner settings"))
        if seed < 2:
            Counted.trained = 0
            search = GridSearchCV(
                Counted(), {"quantile": np.linspace(0.1, 0.9, settings).tolist()}, cv=KFold(inner)
            )
            cross_val_score(search, np.zeros((40, 1)), np.arange(40.0), cv=KFold(outer))
            assert draw.answer == Counted.trained
        calls = [
            (fold, setting, part)
            for fold in range(outer)
            for setting in range(settings)
            for part in range(inner)
        ]
        assert draw.answer == len(calls) + outer
        assert_equal(
            draw.distractors,
            {
                "one-search-only": len(calls) / outer,
                "winner-not-trained-again": len(calls),
                "inner-folds-forgotten": len(calls) / inner,
                "folds-added": settings * outer + settings * inner,
                "one-refit-in-all": len(calls) + 1,
            },
        )


def test_sorted_positives_against_scikit_learn() -> None:
    for draw in draws("sorted_positives"):
        rows, positives, folds = map(int, numbers(draw, "rows positives folds"))
        labels = np.repeat([0, 1], [rows - positives, positives])
        found = np.array([labels[test].sum() for _, test in KFold(folds).split(labels)])
        assert draw.answer == np.count_nonzero(found == 0)
        full = np.array([labels[test].all() for _, test in KFold(folds).split(labels)])
        stratified = StratifiedKFold(folds).split(labels[:, None], labels)
        assert_equal(
            draw.distractors,
            {
                "shuffled-by-itself": sum(labels[test].sum() == 0 for _, test in stratified),
                "folds-that-have-some": int(np.count_nonzero(found)),
                "last-fold-left-out": int(np.count_nonzero(~full)),
                "every-fold-lacks-some": folds,
            },
        )


def test_neighbour_by_machine_against_scikit_learn() -> None:
    for draw in draws("neighbour_by_machine"):
        values = np.array([[number(draw, f"x{n}")] for n in range(1, 9)])
        fails = np.array([draw.parameters[f"y{n}"] == "yes" for n in range(1, 9)])
        machines = np.repeat(np.arange(4), 2)
        nearest = KNeighborsClassifier(n_neighbors=1)
        guesses = cross_val_predict(nearest, values, fails, cv=GroupKFold(4), groups=machines)
        assert draw.answer == np.count_nonzero(guesses == fails)
        distances = np.abs(values - values.T) + 1_000 * np.eye(8)
        by_row = fails[distances.argmin(axis=1)]
        assert_equal(
            draw.distractors,
            {
                "neighbour-on-the-same-machine": int(np.count_nonzero(by_row == fails)),
                "wrong-for-right": int(np.count_nonzero(guesses != fails)),
            },
        )
        said = [draw.worked[f"said{n}"] == "yes" for n in range(1, 9)]
        assert said == list(guesses)


# Probabilities -----------------------------------------------------------------------------------


def test_brier_of_two_scores_against_scikit_learn() -> None:
    for draw in draws("brier_of_two_scores"):
        low, high = numbers(draw, "low high")
        few, many, low_hits, high_hits = map(int, numbers(draw, "few many low_hits high_hits"))
        scores = np.repeat(
            [low, low, high, high], [low_hits, few - low_hits, high_hits, many - high_hits]
        )
        truth = np.repeat([1, 0, 1, 0], [low_hits, few - low_hits, high_hits, many - high_hits])
        brier = brier_score_loss(truth, scores)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, brier)
        in_bins = np.where(scores == low, low_hits / few, high_hits / many)
        assert_equal(
            draw.distractors,
            {
                "root-taken": np.linalg.norm(scores - truth) / np.sqrt(truth.size),
                "plain-distances": mean_absolute_error(truth, scores),
                "bins-for-cases": np.mean((scores - in_bins) ** 2),
                "constant-for-model": brier_score_loss(truth, np.full(truth.size, truth.mean())),
                "wrong-at-one-half": 1 - accuracy_score(truth, scores >= 0.5),
            },
        )
        # The three parts of the lesson.
        resolution = np.mean((in_bins - truth.mean()) ** 2)
        parts = truth.var() - resolution + draw.distractors["bins-for-cases"]
        assert isclose(brier, parts)


def test_money_set_aside_case_by_case() -> None:
    for draw in draws("money_set_aside"):
        amount = number(draw, "amount")
        sizes = np.array(numbers(draw, "n1 n2 n3"), dtype=int)
        said, real = (
            np.array(numbers(draw, "said1 said2 said3")),
            np.array(numbers(draw, "real1 real2 real3")),
        )
        scores = np.repeat(said, sizes)
        fails = np.concatenate(
            [np.arange(size) < round(size * share) for size, share in zip(sizes, real, strict=True)]
        )
        assert isclose(float(np.mean(fails)), float(np.average(real, weights=sizes)))
        assert isinstance(draw.answer, int | float)
        assert isclose(draw.answer, amount * (scores.sum() - fails.sum()))
        assert_equal(
            draw.distractors,
            {
                "promise-for-gap": amount * scores.sum(),
                "loss-for-gap": amount * float(fails.sum()),
                "gaps-without-sign": amount * float(sizes @ np.abs(said - real)),
                "bins-weigh-alike": amount * float(sizes.sum() * (said - real).mean()),
                "top-bin-only": amount * float(sizes[2] * (said - real)[2]),
            },
        )
        assert real[0] > said[0]
        assert real[2] < said[2]


def test_odds_converted_by_reweighting_a_thousand_cases() -> None:
    for draw in draws("odds_converted"):
        score, share = number(draw, "score"), number(draw, "share") / 100
        # Balanced training saw each class with weight one half; give back the true weights.
        positive, negative = score / 0.5 * share, (1 - score) / 0.5 * (1 - share)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, positive / (positive + negative))
        turned = score / share / (score / share + (1 - score) / (1 - share))
        assert_equal(
            draw.distractors,
            {
                "score-as-it-is": score,
                "score-times-share": score * share,
                "score-times-twice-share": 2 * score * share,
                "odds-for-probability": positive / negative,
                "odds-times-share": score / (1 - score) * share,
                "weights-turned-round": turned,
            },
        )


def test_skill_of_rare_events_against_a_constant() -> None:
    for draw in draws("skill_of_rare_events"):
        rate, people, brier = numbers(draw, "rate people brier")
        events = int(number(draw, "events"))
        assert isclose(events, people * rate / 100)
        truth = np.repeat([1, 0], [events, int(people) - events])
        constant = brier_score_loss(truth, np.full(truth.size, rate / 100))
        assert isclose(constant, number(draw, "constant"))
        assert round(100 * (1 - brier / constant)) == number(draw, "skill") <= 6
        assert brier < constant < 0.25


def test_shifted_odds_moves_all_bins_by_one_factor() -> None:
    for draw in draws("shifted_odds"):
        said = np.array(numbers(draw, "s1 s2 s3 s4 s5"))
        happened = np.array(numbers(draw, "h1 h2 h3 h4 h5"))
        shift = np.log(happened / (1 - happened)) - np.log(said / (1 - said))
        assert np.allclose(shift, np.log(number(draw, "factor")), atol=0.2)
        # All on one side of the diagonal, so neither too flat nor too steep a line.
        assert len(set(np.sign(shift))) == 1
        assert np.abs(happened - said).min() >= 0.02
        assert np.all(np.diff(happened) > 0)
        deviation = np.sqrt(happened[2] * (1 - happened[2]) / number(draw, "cases"))
        assert isclose(number(draw, "error"), 100 * deviation)


# Choice of a model -------------------------------------------------------------------------------


def test_draws_for_a_good_one_by_trying_one_after_the_other() -> None:
    for draw in draws("draws_for_a_good_one"):
        good, chance = (number(draw, name) / 100 for name in ("good", "chance"))

        def needed(goal: float, good: float = good) -> int:
            hit, tries = 0.0, 0
            while hit < goal:
                hit, tries = hit + (1 - hit) * good, tries + 1
            return tries

        assert draw.answer == needed(chance)
        assert_equal(
            draw.distractors,
            {
                "shares-added": int(np.ceil(round(chance / good, 9))),
                "one-expected": 1 / good,
                "rounded-down": needed(chance) - 1,
                "half-a-chance": needed(0.5),
            },
        )
        before, now = numbers(draw, "chance_before chance_now")
        assert before < 100 * chance < now


def test_rows_for_a_difference_give_that_standard_error() -> None:
    for draw in draws("rows_for_a_difference"):
        share, error = number(draw, "hits") / 100, number(draw, "points") / 100
        assert isinstance(draw.answer, float)
        hit_or_not = np.repeat([1.0, 0.0], [round(100 * share), round(100 - 100 * share)])
        assert isclose(hit_or_not.std() / np.sqrt(draw.answer), error)
        assert_equal(
            draw.distractors,
            {
                "root-not-undone": hit_or_not.std() / error,
                "worst-case-spread": (0.5 / error) ** 2,
                "errors-left-out": hit_or_not.mean() / error**2,
                "one-row-for-each-step": 1 / error,
            },
        )


def test_luck_of_the_best_against_the_integral() -> None:
    grid = np.linspace(-8, 8, 16_001)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))])
    for draw in draws("luck_of_the_best"):
        settings, truth, rows = numbers(draw, "settings truth rows")
        best = np.trapezoid(grid * settings * density * below ** (settings - 1), grid)
        assert isclose(best, number(draw, "best_of"), abs_tol=0.006)
        hit_or_not = np.repeat([100.0, 0.0], [int(truth), 100 - int(truth)])
        error = hit_or_not.std() / np.sqrt(rows)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, truth + best * error, abs_tol=0.02)
        luck = number(draw, "best_of") * error
        assert_equal(
            draw.distractors,
            {
                "validation-is-honest": truth,
                "one-standard-error": truth + error,
                "luck-taken-off": truth - luck,
                "luck-averages-out": truth + luck / np.sqrt(settings),
            },
        )


def test_share_of_log_draws_against_an_even_grid_of_exponents() -> None:
    for draw in draws("share_of_log_draws"):
        low, high, limit = (float(draw.parameters[name]) for name in ("low", "high", "limit"))
        values = np.geomspace(low, high, 200_001)
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * np.mean(values < limit), abs_tol=0.002)
        even = np.linspace(low, high, 200_001)
        ends = np.log10([low, high])
        powers = np.arange(round(ends[0]), round(ends[1]) + 1)
        assert isclose(draw.distractors["even-scale"], 100 * np.mean(even < limit), abs_tol=0.002)
        assert isclose(
            draw.distractors["draws-above"], 100 * np.mean(values >= limit), abs_tol=0.002
        )
        reached = np.count_nonzero(10.0**powers <= limit * 1.000_001)
        assert isclose(draw.distractors["exponents-only"], 100 * reached / powers.size)
        assert draw.distractors["half-below-anything"] == 50
        assert isclose(float(draw.worked["middle"]), np.median(values), rel_tol=0.05)


def test_worth_of_a_better_model_breaks_even_at_the_answer() -> None:
    for draw in draws("worth_of_a_better_model"):
        leavers, points, kept, value = numbers(draw, "leavers points kept value")
        days, rate = numbers(draw, "days rate")

        def gain(
            leavers: float, points: float = points, kept: float = kept, value: float = value
        ) -> float:
            return leavers * points / 100 * kept / 100 * value

        cost = number(draw, "cost")
        assert cost == days * rate
        assert isclose(number(draw, "gain"), gain(leavers))
        assert isclose(number(draw, "naive"), gain(leavers, kept=100))
        assert gain(leavers) < 0.75 * cost < cost < number(draw, "naive")
        assert isinstance(draw.answer, float)
        assert isclose(gain(draw.answer), cost)
        assert isclose(gain(draw.distractors["everyone-found-is-kept"], kept=100), cost)
        assert isclose(gain(draw.distractors["found-for-leavers"], points=100), cost)
        assert isclose(draw.distractors["ratio-turned-round"] * draw.answer, leavers**2)
        assert isclose(gain(draw.distractors["one-day-only"]), rate)
        assert draw.answer > leavers


# Reasons and intervals ---------------------------------------------------------------------------


def test_shapley_of_two_over_all_orders() -> None:
    for draw in draws("shapley_of_two"):
        base, late, night, both = numbers(draw, "base late night both")
        risk = {"": base, "l": late, "n": night, "ln": both}
        added: dict[str, list[float]] = {"l": [], "n": []}
        for order in permutations("ln"):
            known = ""
            for column in order:
                more = "".join(sorted(known + column))
                added[column].append(risk[more] - risk[known])
                known = more
        value, other = np.mean(added["l"]), np.mean(added["n"])
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, value)
        assert isclose(number(draw, "other"), other)
        assert isclose(base + value + other, both)
        first, last = sorted(added["l"], key=lambda one: one != late - base)
        assert_equal(
            draw.distractors,
            {
                "first-only": first,
                "last-only": last,
                "shared-in-halves": (both - base) / 2,
                "shared-in-proportion": (both - base) / (late + night - 2 * base) * (late - base),
                "levels-for-differences": (late + both) / 2,
            },
        )


def test_contribution_of_age_against_a_fitted_linear_model() -> None:
    for draw in draws("contribution_of_age"):
        average, for_size, for_age = numbers(draw, "average for_size for_age")
        typical = np.array(numbers(draw, "mean_size mean_age"))
        flat = np.array(numbers(draw, "size age"))
        flats = typical + np.array([[5.0, 1], [-5, 1], [0, -2], [0, 0]])
        weights = np.array([for_size, -for_age])
        model = LinearRegression().fit(flats, average + (flats - typical) @ weights)
        aged = np.array(
            [[typical[0], flat[1]], [flat[0], typical[1]], flat, typical, [typical[0], 0]]
        )
        by_age, by_size, whole, nothing, new = model.predict(aged)
        assert isinstance(draw.answer, int)
        assert isclose(draw.answer, by_age - nothing, abs_tol=1e-6)
        assert isclose(number(draw, "rent"), whole)
        assert isclose(whole, by_age + by_size - nothing)
        assert np.allclose(
            [
                draw.distractors[name]
                for name in ("average-forgotten", "sign-lost", "years-for-euros", "all-columns")
            ],
            [by_age - new, nothing - by_age, flat[1] - typical[1], whole - nothing],
        )
        assert shown_minus(draw, "by_age") == draw.answer


def test_importance_by_hand_against_the_errors() -> None:
    for draw in draws("importance_by_hand"):
        factor = number(draw, "factor")
        loads, hours, shuffled = (
            np.array([number(draw, f"{name}{k}") for k in range(1, 5)]) for name in "xyz"
        )
        assert sorted(loads) == sorted(shuffled)
        model = LinearRegression(fit_intercept=False).fit(loads[:, None], factor * loads)
        before = mean_absolute_error(hours, model.predict(loads[:, None]))
        after = mean_absolute_error(hours, model.predict(shuffled[:, None]))
        assert isinstance(draw.answer, int | float)
        assert isclose(draw.answer, after - before, abs_tol=1e-9)
        assert np.allclose(
            [
                draw.distractors[name]
                for name in (
                    "error-for-importance",
                    "ratio-for-difference",
                    "column-moved",
                    "signs-cancel",
                )
            ],
            [
                after,
                after / before,
                np.abs(loads - shuffled).mean(),
                (hours - factor * shuffled).mean(),
            ],
        )


def test_spread_of_resampled_means_against_a_bootstrap() -> None:
    rng = np.random.default_rng(7)
    for seed, draw in enumerate(draws("spread_of_resampled_means")):
        days, centre, variance = numbers(draw, "days centre variance")
        values = rng.normal(size=int(days))
        values = (values - values.mean()) / values.std() * np.sqrt(variance) + centre
        assert isinstance(draw.answer, float)
        if seed < 20:
            means = rng.choice(values, size=(4_000, int(days))).mean(axis=1)
            assert isclose(means.std(), draw.answer, rel_tol=0.05)
        assert isclose(draw.answer, values.std() / np.sqrt(days))
        assert_equal(
            draw.distractors,
            {
                "spread-of-days": values.std(),
                "root-forgotten": values.var() / days,
                "divided-by-days": values.std() / days,
                "half-an-interval": 2 * values.std() / np.sqrt(days),
            },
        )


def test_paired_intervals_come_from_totals_that_move_together() -> None:
    rng = np.random.default_rng(7)
    for seed, draw in enumerate(draws("paired_intervals")):
        old, new, gain = numbers(draw, "old new gain")
        assert gain == new - old
        ends = {
            name: number(draw, name)
            for name in ("old_low", "old_high", "new_low", "new_high", "gain_low", "gain_high")
        }
        assert ends["old_low"] < ends["new_low"] < ends["old_high"] < ends["new_high"]
        assert ends["gain_low"] > 0
        assert ends["old_low"] > 0
        assert (
            number(draw, "overlap")
            == ends["old_high"] - ends["new_low"]
            == -shown_minus(draw, "far_low")
        )
        assert number(draw, "far_high") == ends["new_high"] - ends["old_low"]
        if seed < 20:
            one, other = (ends["old_high"] - old) / 1.96, (ends["new_high"] - new) / 1.96
            shared = number(draw, "together") * one * other
            totals = rng.multivariate_normal(
                [old, new], [[one**2, shared], [shared, other**2]], 20_000
            )
            low, high = np.quantile(totals[:, 1] - totals[:, 0], [0.025, 0.975])
            assert isclose(low, ends["gain_low"], abs_tol=0.05 * gain)
            assert isclose(high, ends["gain_high"], abs_tol=0.05 * gain)


# The job, and how to learn it --------------------------------------------------------------------


def test_wrong_fill_room_by_room() -> None:
    rng = np.random.default_rng(7)
    for draw in draws("wrong_fill"):
        base, for_beds, for_guests, typical, share = numbers(
            draw, "base for_beds for_guests typical share"
        )
        rooms = int(number(draw, "rooms"))
        beds, guests = rng.integers(1, 4, rooms), rng.poisson(typical, rooms)
        unknown = np.arange(rooms) < rooms * share / 100
        notebook, service = (
            base + for_beds * beds + for_guests * np.where(unknown, fill, guests)
            for fill in (typical, 0)
        )
        difference = notebook - service
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, difference.mean())
        assert draw.answer == number(draw, "shift")
        assert isclose(number(draw, "in_all"), difference.sum() / 60)
        assert np.count_nonzero(difference) == number(draw, "affected")
        each = difference[unknown].mean()
        lost = np.where(unknown, base + each, 0)
        assert_equal(
            draw.distractors,
            {
                "unknown-rooms-only": each,
                "weight-left-out": np.where(unknown, typical, 0).mean(),
                "known-rooms-shifted": each * (1 - unknown.mean()),
                "base-lost-too": lost.mean(),
            },
        )


def test_rows_of_a_parity_test_one_row_after_the_other() -> None:
    for draw in draws("rows_of_a_parity_test"):
        share, rows = numbers(draw, "share rows")
        found = 0.0
        for _ in range(int(rows)):
            found += (1 - found) * share / 100
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, 100 * found)
        needed = int(number(draw, "needed"))
        assert (1 - share / 100) ** needed <= 0.01 < (1 - share / 100) ** (needed - 1)
        assert_equal(
            draw.distractors,
            {
                "chances-added": share * rows,
                "chance-to-miss": 100 - 100 * found,
                "share-of-rows": share,
                "none-can-hide": 100,
            },
        )


def test_answers_too_late_request_by_request() -> None:
    for draw in draws("answers_too_late"):
        requests, limit, slow_share, fast, slow = numbers(
            draw, "requests limit slow_share fast slow"
        )
        late = np.arange(int(requests)) < requests * slow_share / 100
        took = np.where(late, slow, fast)
        assert isclose(took.mean(), number(draw, "average"))
        assert np.count_nonzero(took > limit) == number(draw, "lost")
        assert np.count_nonzero(took <= limit) == number(draw, "answered")
        assert took.mean() < limit
        assert np.quantile(took, 0.99) > limit


def test_chance_to_recall_day_by_day() -> None:
    for draw in draws("chance_to_recall"):
        half_life, asked, later = map(int, numbers(draw, "half_life asked later"))

        def left(days: int, half_life: float) -> float:
            chance = 100.0
            for _ in range(days):
                chance *= 0.5 ** (1 / half_life)
            return chance

        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, left(later - asked, 2 * half_life))
        assert_equal(
            draw.distractors,
            {
                "half-life-unchanged": left(later - asked, half_life),
                "days-from-the-start": left(later, 2 * half_life),
                "question-without-effect": left(later, half_life),
                # A line that loses half in one half-life.
                "straight-line": float(
                    np.interp(later - asked, [0, 2 * half_life, 20 * half_life], [100, 50, -400])
                ),
            },
        )


def test_estimate_of_a_concept_as_the_lesson_computes_it() -> None:
    def estimate(events: list[str], *, weight: float = 2, fading: bool = True) -> float:
        seen, successes = 2.0, 1.0
        for age, event in enumerate(events):
            share = (weight if "check" in event else 1) * (0.5 ** (age / 3) if fading else 1)
            seen += share
            successes += share * ("right" in event or "passed" in event)
        return successes / seen

    for draw in draws("estimate_of_a_concept"):
        oldest_first = [str(draw.parameters[f"e{k}"]) for k in range(1, 6)]
        events = oldest_first[::-1]
        assert isinstance(draw.answer, float)
        assert isclose(draw.answer, estimate(events))
        weight, successes = numbers(draw, "weight successes")
        assert_equal(
            draw.distractors,
            {
                "nothing-fades": estimate(events, fading=False),
                "oldest-counts-most": estimate(oldest_first),
                "beginning-forgotten": (successes - 1) / (weight - 2),
                "check-as-question": estimate(events, weight=1),
            },
        )
        assert (draw.worked["verdict"] == "solid") == (estimate(events) >= 0.75)
        assert abs(estimate(events) - 0.75) > 1e-9


def test_debt_in_runs_by_doing_them() -> None:
    for draw in draws("debt_in_runs"):
        minutes, hours, planned = numbers(draw, "minutes hours planned")
        spent, runs = 0.0, 0
        while spent < 60 * hours:
            spent, runs = spent + minutes, runs + 1
        assert spent == 60 * hours
        assert draw.answer == runs
        assert number(draw, "by_hand") * 2 <= number(draw, "code")
        assert_equal(
            draw.distractors,
            {
                "hours-as-minutes": runs / 60,
                "ratio-turned-round": 60 / runs,
                "planned-runs": planned,
                "hundred-minutes-an-hour": runs / 0.6,
            },
        )
