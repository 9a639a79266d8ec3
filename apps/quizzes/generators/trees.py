"""Questions about trees, forests and boosting."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound
from apps.quizzes.numbers import shown_list


@until_sound
def first_question(random: Random) -> Draw | None:
    """Two splits of forty rows: one with a small pure side, one that separates better."""
    rows, yes = 40, random.randint(14, 22)
    pure = random.randint(3, 6)
    left, hits = random.randint(14, 24), random.randint(9, 18)
    sides = {
        "pure": ((pure, pure), (rows - pure, yes - pure)),
        "best": ((left, hits), (rows - left, yes - hits)),
    }
    sound = 0 < hits < left and 0 < yes - hits < rows - left and hits / left >= 0.6
    if not sound:
        return None

    def gini(size: int, positive: int) -> float:
        return 2 * positive / size * (1 - positive / size)

    root = gini(rows, yes)
    left_over = {
        role: sum(size / rows * gini(size, positive) for size, positive in both)
        for role, both in sides.items()
    }
    gains = {role: root - impurity for role, impurity in left_over.items()}
    plain = root - sum(gini(*side) for side in sides["best"]) / 2
    answer = gains["best"]
    distractors = {
        "impurity-for-gain": left_over["best"],
        "other-question": gains["pure"],
        "sides-not-weighted": plain,
        "factor-two-forgotten": answer / 2,
        "one-side-only": root - gini(*sides["best"][0]),
    }
    clear = answer >= 1.3 * gains["pure"] and are_apart((answer, *distractors.values()), gap=0.009)
    if not clear:
        return None
    letters = dict(zip(random.sample(sorted(sides), 2), "AB", strict=True))
    return Draw(
        parameters={
            "yes": yes,
            **letters,
            **{
                f"{letter.lower()}_{place}_{what}": value
                for role, letter in letters.items()
                for place, side in zip(("in", "out"), sides[role], strict=True)
                for what, value in zip(("rows", "yes"), side, strict=True)
            },
        },
        worked={
            "root": root,
            **{
                f"{letter.lower()}_{place}_gini": gini(*side)
                for role, letter in letters.items()
                for place, side in zip(("in", "out"), sides[role], strict=True)
            },
            "impurity_best": left_over["best"],
            "impurity_pure": left_over["pure"],
            "gain_pure": gains["pure"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def variance_of_forest(random: Random) -> Draw | None:
    """What is left of a tree's variance in the mean of many trees that are alike."""
    variance = random.choice((20, 40, 50, 60, 80, 100))
    alike, less_alike = random.choice((0.5, 0.6, 0.7, 0.8)), random.choice((0.2, 0.3, 0.4))
    trees = random.choice((10, 20, 25, 40, 50))
    worse = variance * random.choice((1.1, 1.2))
    shared = alike * variance
    answer = shared + (1 - alike) / trees * variance
    more = shared + (1 - alike) / (10 * trees) * variance
    other = less_alike * worse + (1 - less_alike) / trees * worse
    distractors = {
        "trees-are-independent": variance / trees,
        "nothing-averages-away": variance,
        "other-part-only": (1 - alike) * variance,
        "all-divided": shared / trees + (1 - alike) * variance,
        "correlation-of-the-rest": (1 - alike) * variance / trees,
    }
    clear = other <= 0.75 * more and are_apart((answer, *distractors.values()), gap=0.25)
    if not clear:
        return None
    return Draw(
        parameters={
            "variance": variance,
            "alike": alike,
            "trees": trees,
            "many": 10 * trees,
            "less_alike": less_alike,
            "worse": round(worse, 6),
        },
        worked={
            "rest_share": round(1 - alike, 6),
            "shared": shared,
            "rest": (1 - alike) / trees * variance,
            "more": more,
            "other": other,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def one_round(random: Random) -> Draw | None:
    """Four rows, their mean, one stump after the second row, and a part of it added."""
    low, high = random.randint(6, 30), random.randint(34, 70)
    values = [
        low - (one := random.randint(1, 5)),
        low + one,
        high - (other := random.randint(1, 6)),
        high + other,
    ]
    start = sum(values) / 4
    rate = random.choice((0.1, 0.2, 0.25, 0.4, 0.5))
    residuals = [value - start for value in values]
    leaf = high - start
    answer = start + rate * leaf
    distractors = {
        "rate-forgotten": high,
        "own-residual": start + rate * residuals[3],
        "start-forgotten": rate * leaf,
        "leaf-holds-target": start + rate * high,
        "wrong-side": start - rate * leaf,
    }
    # What each cut takes off the sum of squares: the one in the middle has to be the best by far.
    alone = max(4 / 3 * residuals[row] ** 2 for row in (0, 3))
    sound = start % 1 == 0 and 4 * leaf**2 >= 1.1 * alone
    if not sound or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    step = rate * leaf
    left = [residual + (step if row < 2 else -step) for row, residual in enumerate(residuals)]
    return Draw(
        parameters={
            **{f"y_{row}": value for row, value in enumerate(values, start=1)},
            "rate": rate,
            "now": shown_list(left),
            "before": shown_list(residuals),
            "leaves": shown_list([-step, -step, step, step]),
            "whole_tree": shown_list([-one, one, -other, other]),
        },
        worked={"start": start, "leaf": leaf, "step": step},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def share_left(random: Random) -> Draw | None:
    """How much of the error is open, where each tree closes the same share of it."""
    rate = random.choice((0.1, 0.15, 0.2, 0.25))
    divisor = random.choice((4, 5, 8, 10))
    small = rate / divisor
    trees = random.randint(12, 60)
    before, answer = 100 * (1 - rate) ** trees, 100 * (1 - small) ** trees
    distractors = {
        "shares-added": 100 * (1 - trees * small),
        "closed-for-open": 100 - answer,
        "old-rate": before,
        "one-tree-only": 100 * (1 - small),
        "old-result-scaled": before * divisor,
        "share-instead-of-percent": answer / 100,
    }
    clear = before <= 8 and 25 <= answer <= 80
    if not clear or not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    return Draw(
        parameters={
            "rate": rate,
            "small": round(small, 6),
            "divisor": divisor,
            "trees": trees,
            "before": before,
            "needed": divisor * trees,
        },
        worked={"kept": round(1 - small, 6), "kept_before": round(1 - rate, 6)},
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    first_question,
    variance_of_forest,
    one_round,
    share_left,
)
