"""Questions about the choice of a model and what its freedom costs."""

from itertools import pairwise
from math import ceil, log, log10, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import PERCENT_GAP, are_apart, until_sound

# Expected largest of so many independent draws, in standard errors above the mean.
BEST_OF = {20: 1.87, 50: 2.25, 100: 2.51, 200: 2.75, 500: 3.04, 1_000: 3.24}


@until_sound
def draws_for_a_good_one(random: Random) -> Draw | None:
    """How many random settings give a good chance of one among the best."""
    good, chance = random.randint(2, 15), random.choice((75, 80, 85, 90, 95, 98, 99))
    exact = log(1 - chance / 100) / log(1 - good / 100)
    answer = ceil(exact)
    distractors = {
        "shares-added": ceil(chance / good),
        "one-expected": 100 / good,
        "rounded-down": answer - 1,
        "half-a-chance": ceil(log(0.5) / log(1 - good / 100)),
    }
    if not 0.1 < exact % 1 < 0.9 or not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={"good": good, "chance": chance},
        worked={
            "miss": round(1 - good / 100, 2),
            "left": round(1 - chance / 100, 2),
            "exact": exact,
            "before": answer - 1,
            "chance_before": 100 * (1 - (1 - good / 100) ** (answer - 1)),
            "chance_now": 100 * (1 - (1 - good / 100) ** answer),
            "added": distractors["shares-added"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rows_for_a_difference(random: Random) -> Draw | None:
    """How large a test set has to be for a standard error of so many points."""
    hits = random.randrange(70, 97)
    points = random.choice((0.4, 0.5, 0.8, 1, 1.25, 1.5, 2))
    share, error = hits / 100, points / 100
    answer = share * (1 - share) / error**2
    distractors = {
        "root-not-undone": sqrt(share * (1 - share)) / error,
        "worst-case-spread": 0.25 / error**2,
        "errors-left-out": share / error**2,
        "one-row-for-each-step": 1 / error,
    }
    values = sorted((answer, *distractors.values()))
    if any(high - low <= 0.05 * high for low, high in pairwise(values)):
        return None
    return Draw(
        parameters={"hits": hits, "points": points},
        worked={
            "share": share,
            "rest": round(1 - share, 2),
            "error": error,
            "spread": share * (1 - share),
            "root": distractors["root-not-undone"],
            "worst": distractors["worst-case-spread"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def luck_of_the_best(random: Random) -> Draw | None:
    """What the best of many equally good settings shows on its validation rows."""
    settings = random.choice(sorted(BEST_OF))
    truth, rows = random.randint(70, 94), random.choice((200, 250, 400, 500, 600, 800, 1_000))
    error = sqrt(truth * (100 - truth) / rows)
    luck = BEST_OF[settings] * error
    answer = truth + luck
    distractors = {
        "validation-is-honest": truth,
        "one-standard-error": truth + error,
        "luck-taken-off": truth - luck,
        "luck-averages-out": truth + luck / sqrt(settings),
    }
    if answer > 97 or not are_apart((answer, *distractors.values()), gap=0.25):
        return None
    return Draw(
        parameters={
            "settings": settings,
            "truth": truth,
            "rows": rows,
            "best_of": BEST_OF[settings],
        },
        worked={"error": error, "luck": luck, "share": truth / 100, "rest": 1 - truth / 100},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def share_of_log_draws(random: Random) -> Draw | None:
    """How many draws on a logarithmic scale fall below a value."""
    low, high = random.randint(-5, -3), random.randint(-1, 2)
    digit, exponent = random.choice((1, 2, 3, 5)), random.randint(low + 1, high - 1)
    limit = digit * 10**exponent
    answer = 100 * (log10(digit) + exponent - low) / (high - low)
    linear = 100 * (limit - 10**low) / (10**high - 10**low)
    distractors = {
        "even-scale": linear,
        "draws-above": 100 - answer,
        "exponents-only": 100 * (exponent + 1 - low) / (high - low + 1),
        "half-below-anything": 50,
    }
    if not 10 < answer < 90 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "low": f"{10.0**low:.5f}".rstrip("0"),
            "high": f"{10.0**high:g}",
            "limit": f"{limit:.5f}".rstrip("0").rstrip("."),
        },
        worked={
            "decades": high - low,
            "climbed": log10(digit) + exponent - low,
            "linear": linear,
            "above": 100 - answer,
            "middle": f"{10.0 ** ((low + high) / 2):.2g}",
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def worth_of_a_better_model(random: Random) -> Draw | None:
    """A gain in recall, turned into money and held against what it costs."""
    leavers = random.randrange(300, 1_501, 100)
    points = random.randint(2, 6)
    kept = random.choice((20, 25, 30, 40))
    value = random.randrange(40, 121, 10)
    days, rate = random.randint(2, 4), random.choice((400, 450, 500, 600))
    cost = days * rate
    more = leavers * points / 100
    naive, gain = more * value, more * value * kept / 100
    answer = cost / (points / 100 * kept / 100 * value)
    distractors = {
        "everyone-found-is-kept": cost / (points / 100 * value),
        "found-for-leavers": cost / (kept / 100 * value),
        "ratio-turned-round": leavers * gain / cost,
        "one-day-only": answer / days,
    }
    values = sorted((answer, *distractors.values()))
    apart = all(high - low > 0.05 * high for low, high in pairwise(values))
    whole = not gain % 1 and not naive % 1
    if not apart or not whole or not gain <= 0.7 * cost or naive <= 1.2 * cost:
        return None
    return Draw(
        parameters={
            "leavers": leavers,
            "points": points,
            "kept": kept,
            "value": value,
            "days": days,
            "rate": rate,
            "cost": cost,
            "more": int(more),
            "naive": int(naive),
            "gain": int(gain),
        },
        worked={
            "for_each": points / 100 * kept / 100 * value,
            "break_even": answer,
            "found_needed": distractors["found-for-leavers"],
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    draws_for_a_good_one,
    luck_of_the_best,
    rows_for_a_difference,
    share_of_log_draws,
    worth_of_a_better_model,
)
