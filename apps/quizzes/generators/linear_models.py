"""Questions about lines, odds, penalties and what they weigh."""

from math import log, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def fitted_line(random: Random) -> Draw | None:
    """A least-squares line through four points, and its forecast between two of them."""
    sizes = (2, 4, 6, 8)
    base, slope = random.randint(4, 20), random.randint(2, 9)
    times = [base + slope * size + random.randint(-4, 4) for size in sizes]
    mean = sum(times) / 4
    from_mean = [time - mean for time in times]
    products = [(size - 5) * time for size, time in zip(sizes, from_mean, strict=True)]
    fitted = sum(products) / 20
    intercept = mean - 5 * fitted
    answer = intercept + 7 * fitted
    distractors = {
        "ends-only": times[0] + (times[3] - times[0]) * 5 / 6,
        "neighbours-only": (times[2] + times[3]) / 2,
        "no-intercept": 7 * fitted,
        "mean-as-intercept": mean + 7 * fitted,
        "through-origin": 7 * sum(map(int.__mul__, sizes, times)) / 120,
    }
    neat = sum(times) % 4 == 0 and sum(products) % 10 == 0 and fitted > 0 and intercept >= 2
    if not neat or not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={f"y_{size}": time for size, time in zip(sizes, times, strict=True)},
        worked={
            "mean": mean,
            **{f"d_{size}": one for size, one in zip(sizes, from_mean, strict=True)},
            **{f"p_{size}": one for size, one in zip(sizes, products, strict=True)},
            "total": sum(products),
            "slope": fitted,
            "intercept": intercept,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def tilt_of_residuals(random: Random) -> Draw | None:
    """Residuals that add up to zero and still follow the feature."""
    residuals = [random.randint(-9, 9) for _ in range(5)]
    products = [(load - 3) * one for load, one in zip(range(1, 6), residuals, strict=True)]
    total = sum(products)
    answer = total / 10
    distractors = {
        "zero-sum-is-enough": 0,
        "sign-turned": -answer,
        "spread-forgotten": total,
        "divided-by-rows": total / 5,
        "ends-only": (residuals[4] - residuals[0]) / 4,
        "load-not-centred": total / 55,
    }
    sound = sum(residuals) == 0 and 0 not in residuals and abs(total) >= 12
    # One that rises all the way would be a line of its own; the ends have to agree with the trend.
    ends_agree = (residuals[4] - residuals[0]) * total > 0
    if not sound or not ends_agree or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    turn, against = ("steeper", "flatter") if total > 0 else ("flatter", "steeper")
    return Draw(
        parameters={
            **{f"r_{load}": one for load, one in enumerate(residuals, start=1)},
            "turn": turn,
            "against": against,
            "trend": "rise" if total > 0 else "fall",
        },
        worked={
            **{f"p_{load}": one for load, one in enumerate(products, start=1)},
            "total": total,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def two_forecasters(random: Random) -> Draw | None:
    """A model that misses by a little each day, and one that misses by much on one day."""
    steady = [random.choice((-1, 1)) * random.randint(4, 7) for _ in range(5)]
    jumpy = [random.choice((-1, 1)) * random.randint(1, 3) for _ in range(4)]
    jumpy.append(random.choice((-1, 1)) * random.randint(12, 18))
    random.shuffle(jumpy)
    sum_of = {"steady": sum(map(abs, steady)), "jumpy": sum(map(abs, jumpy))}
    squares = {"steady": sum(e * e for e in steady), "jumpy": sum(e * e for e in jumpy)}
    answer = sqrt(squares["jumpy"] / 5)
    distractors = {
        "mae-for-rmse": sum_of["jumpy"] / 5,
        "root-forgotten": squares["jumpy"] / 5,
        "mean-after-root": sqrt(squares["jumpy"]) / 5,
        "mean-forgotten": sqrt(squares["jumpy"]),
        "errors-cancel": abs(sum(jumpy)) / 5,
    }
    sound = sum_of["jumpy"] + 3 <= sum_of["steady"] and squares["steady"] * 13 <= (
        squares["jumpy"] * 10
    )
    if not sound or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    errors = {"steady": steady, "jumpy": jumpy}
    letters = dict(zip(random.sample(sorted(errors), 2), "AB", strict=True))
    return Draw(
        parameters={
            **letters,
            **{
                f"{letter.lower()}_{day}": error
                for role, letter in letters.items()
                for day, error in enumerate(errors[role], start=1)
            },
        },
        worked={
            "mae_steady": sum_of["steady"] / 5,
            "mae_jumpy": sum_of["jumpy"] / 5,
            "squares_steady": squares["steady"],
            "squares_jumpy": squares["jumpy"],
            "rmse_steady": sqrt(squares["steady"] / 5),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def r_squared_of_slice(random: Random) -> Draw | None:
    """The same error beside a smaller spread."""
    error = random.randint(4, 12)
    narrow = random.randint(error * 12 // 10 + 1, error * 2)
    wide = random.randint(narrow * 13 // 10 + 1, narrow * 3)
    answer, of_all = 1 - (error / narrow) ** 2, 1 - (error / wide) ** 2
    distractors = {
        "r2-travels": of_all,
        "squares-forgotten": 1 - error / narrow,
        "share-left": (error / narrow) ** 2,
        "scaled-with-spread": of_all * narrow / wide,
    }
    if of_all > 0.95 or not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    return Draw(
        parameters={"error": error, "wide": wide, "narrow": narrow, "of_all": of_all},
        worked={
            "error_squared": error**2,
            "narrow_squared": narrow**2,
            "left": (error / narrow) ** 2,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def same_weight_three_users(random: Random) -> Draw | None:
    """One factor on the odds of someone unlikely, someone in the middle and someone likely."""
    chances = {
        "low": random.choice((2, 3, 4, 5)),
        "middle": random.choice((20, 25, 30, 40, 50)),
        "high": random.choice((94, 95, 96, 97, 98)),
    }
    factor = random.choice((2, 3, 4))
    raised = {role: 100 * factor * p / (factor * p + 100 - p) for role, p in chances.items()}
    middle, answer = chances["middle"], raised["middle"]
    distractors = {
        "factor-on-probability": factor * middle,
        "odds-for-probability": 100 * factor * middle / (100 - middle),
        "rest-divided": 100 - (100 - middle) / factor,
        "weight-added": middle + 100 * log(factor),
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    letters = dict(zip(random.sample(sorted(chances), 3), "ABC", strict=True))
    rows = {letter.lower(): role for role, letter in letters.items()}
    return Draw(
        parameters={
            "factor": factor,
            "weight": log(factor),
            **letters,
            **{row: chances[role] for row, role in rows.items()},
        },
        worked={
            **{f"{row}_raised": raised[role] for row, role in rows.items()},
            **{f"{row}_move": raised[role] - chances[role] for row, role in rows.items()},
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def bold_and_cautious(random: Random) -> Draw | None:
    """Log loss of a model that is sure and once wrong, beside one that is never sure."""
    happened = [1, 0, random.choice((0, 1)), random.choice((0, 1))]
    random.shuffle(happened)
    bold = [random.choice((90, 93, 95, 97)) for _ in range(4)]
    cautious = [random.choice((65, 70, 75)) for _ in range(4)]
    blunder, doubt = random.sample(range(4), 2)
    bold[blunder] = random.choice((1, 2, 3, 4))
    cautious[doubt] = random.choice((40, 45))
    given = {"bold": [p / 100 for p in bold], "cautious": [p / 100 for p in cautious]}
    loss = {role: -sum(map(log, shares)) / 4 for role, shares in given.items()}
    said = {
        role: [p if yes else 1 - p for p, yes in zip(shares, happened, strict=True)]
        for role, shares in given.items()
    }
    answer = loss["bold"]
    distractors = {
        "yes-only": -sum(map(log, said["bold"])) / 4,
        "decimal-logarithm": answer / log(10),
        "sum-for-mean": 4 * answer,
        "distance-for-loss": sum(1 - p for p in given["bold"]) / 4,
        "square-for-loss": sum((1 - p) ** 2 for p in given["bold"]) / 4,
    }
    if loss["cautious"] > 0.75 * answer or not are_apart(
        (answer, *distractors.values()), gap=0.021
    ):
        return None
    letters = dict(zip(random.sample(sorted(given), 2), "AB", strict=True))
    return Draw(
        parameters={
            **letters,
            **{f"y_{user}": yes for user, yes in enumerate(happened, start=1)},
            **{
                f"{letter.lower()}_{user}": round(p, 2)
                for role, letter in letters.items()
                for user, p in enumerate(said[role], start=1)
            },
        },
        worked={
            **{f"given_{user}": p for user, p in enumerate(given["bold"], start=1)},
            **{f"loss_{user}": -log(p) for user, p in enumerate(given["bold"], start=1)},
            "total": 4 * answer,
            "worst": given["bold"][blunder],
            "worst_loss": -log(given["bold"][blunder]),
            "cautious_loss": loss["cautious"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def balanced_back(random: Random) -> Draw | None:
    """A probability of a model with balanced classes, turned back by the odds of the base rate."""
    base = random.choice((3, 4, 5, 6, 8, 10, 12, 15, 20))
    shown = random.choice((50, 60, 70, 75, 80))
    worth = random.choice((20, 25, 30, 40, 45))
    odds, prior = shown / (100 - shown), base / (100 - base)
    answer = 100 * odds * prior / (1 + odds * prior)
    distractors = {
        "weights-keep-probabilities": shown,
        "multiplied-with-base-rate": shown * base / 100,
        "odds-for-probability": 100 * odds * prior,
        "divided-by-prior-odds": 100 * odds / (odds + prior),
        "scaled-by-both-shares": shown * base / 50,
        "share-instead-of-percent": answer / 100,
    }
    pays = answer + 4 <= worth <= shown - 5
    if not pays or not are_apart((answer, *distractors.values()), gap=0.65):
        return None
    return Draw(
        parameters={"base": base, "shown": shown, "worth": worth, "real": answer},
        worked={
            "rest": 100 - shown,
            "others": 100 - base,
            "odds": odds,
            "prior": prior,
            "product": odds * prior,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def shrunk_weight(random: Random) -> Draw | None:
    """Bias and variance of one weight under a ridge penalty, the best one and two others."""
    spread = random.choice((8, 10, 12, 20, 25, 40))  # sum of squares of the feature
    weight = random.choice((2, 3, 4, 5))
    ratio = random.choice((0.5, 1, 1.5, 2, 3))  # of variance to squared weight
    variance = ratio * weight**2
    best = spread * ratio
    kept = 1 / (1 + ratio)

    def error(penalty: float) -> float:
        share = spread / (spread + penalty)
        return share**2 * variance + (1 - share) ** 2 * weight**2

    bias = (1 - kept) * weight
    answer = error(best)
    distractors = {
        "unbiased-is-best": variance,
        "variance-not-shrunk": bias**2 + variance,
        "variance-shrunk-once": bias**2 + kept * variance,
        "bias-not-squared": bias + kept**2 * variance,
        "bias-forgotten": kept**2 * variance,
        "bias-only": bias**2,
    }
    whole = best % 1 == 0 and (variance * spread) % 1 == 0
    if not whole or not are_apart((answer, *distractors.values()), gap=0.06):
        return None
    return Draw(
        parameters={
            "spread": spread,
            "weight": weight,
            "noise": round(variance * spread),
            "best": round(best),
            "large": round(10 * best),
            "variance": variance,
        },
        worked={
            "kept": kept,
            "bias": bias,
            "bias_squared": bias**2,
            "shrunk": kept**2 * variance,
            "error_large": error(10 * best),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def five_forecasts(random: Random) -> Draw | None:
    """Forecasts of models from five samples: alike, and all wrong."""
    truth = random.randint(60, 140)
    side = random.choice((-1, 1))
    forecasts = [truth + side * random.randint(6, 20) for _ in range(5)]
    mean = sum(forecasts) / 5
    variance = sum((one - mean) ** 2 for one in forecasts) / 5
    total = sum((one - truth) ** 2 for one in forecasts) / 5
    answer = (mean - truth) ** 2
    distractors = {
        "total-for-bias": total,
        "variance-for-bias": variance,
        "not-squared": abs(mean - truth),
        "one-model-only": (forecasts[0] - truth) ** 2,
    }
    sound = mean % 1 == 0 and variance >= 2 and answer >= 5 * variance
    if not sound or len(set(forecasts)) < 4:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={
            "truth": truth,
            **{f"f_{model}": one for model, one in enumerate(forecasts, start=1)},
        },
        worked={
            "mean": round(mean),
            "bias": round(mean - truth),
            "variance": variance,
            "total": total,
        },
        answer=round(answer),
        distractors=distractors,
    )


@until_sound
def flat_learning_curve(random: Random) -> Draw | None:
    """Errors that have met well above the noise."""
    rows = random.choice((1_000, 1_500, 2_000, 2_500, 3_000, 4_000))
    noise = random.randint(3, 9)
    level = noise + random.randint(6, 14)
    gaps = [random.randint(24, 36) / 10, random.randint(12, 18) / 10, random.randint(3, 8) / 10]
    training = [level - gap / 2 for gap in gaps]
    held_out = [level + gap / 2 for gap in gaps]
    shown = [round(error, 1) for error in (*training, *held_out)]
    gap = round(shown[5] - shown[2], 1)
    return Draw(
        parameters={
            "rows": rows,
            "twice": 2 * rows,
            "four_times": 4 * rows,
            "price": 4 * rows * random.choice((2, 3, 5)),
            "noise": noise,
            **{f"t_{step}": error for step, error in enumerate(shown[:3], start=1)},
            **{f"v_{step}": error for step, error in enumerate(shown[3:], start=1)},
        },
        worked={"gap": gap, "above": round(shown[2] - noise, 1)},
    )


GENERATORS = (
    fitted_line,
    tilt_of_residuals,
    two_forecasters,
    r_squared_of_slice,
    same_weight_three_users,
    bold_and_cautious,
    balanced_back,
    shrunk_weight,
    five_forecasts,
    flat_learning_curve,
)
