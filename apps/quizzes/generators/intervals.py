"""Questions about reasons of a score and how sure a figure is."""

from itertools import pairwise
from math import sqrt
from random import Random
from statistics import mean

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound
from apps.quizzes.numbers import shown_grouped


@until_sound
def shapley_of_two(random: Random) -> Draw | None:
    """The mean over both orders of what a column adds."""
    base = random.randint(4, 15)
    late = base + random.randint(2, 15)
    night = base + random.randint(2, 15)
    both = max(late, night) + random.randint(3, 25)
    alone, last = late - base, both - night
    answer = (alone + last) / 2
    distractors = {
        "first-only": alone,
        "last-only": last,
        "shared-in-halves": (both - base) / 2,
        "shared-in-proportion": (both - base) * alone / (alone + night - base),
        "levels-for-differences": (late + both) / 2,
    }
    if not are_apart((answer, *distractors.values()), gap=0.4):
        return None
    return Draw(
        parameters={"base": base, "late": late, "night": night, "both": both},
        worked={
            "alone": alone,
            "last": last,
            "night_alone": night - base,
            "night_last": both - late,
            "other": (night - base + both - late) / 2,
            "total": both - base,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def contribution_of_age(random: Random) -> Draw | None:
    """What one column adds to one prediction of a linear model, against the average."""
    average = random.randrange(40, 91, 5) * 10
    for_size, for_age = random.randint(7, 14), random.randint(2, 7)
    mean_size, mean_age = random.randrange(50, 81, 5), random.randrange(20, 41, 5)
    size = mean_size + random.choice((-1, 1)) * random.randint(6, 30)
    age = mean_age + random.choice((-1, 1)) * random.randint(5, 18)
    by_size, answer = for_size * (size - mean_size), -for_age * (age - mean_age)
    rent = average + by_size + answer
    distractors = {
        "average-forgotten": -for_age * age,
        "sign-lost": -answer,
        "years-for-euros": age - mean_age,
        "all-columns": by_size + answer,
    }
    if rent < 200 or not are_apart((answer, *distractors.values()), gap=4):
        return None
    return Draw(
        parameters={
            "average": average,
            "for_size": for_size,
            "for_age": for_age,
            "mean_size": mean_size,
            "mean_age": mean_age,
            "size": size,
            "age": age,
        },
        worked={
            "above_size": shown_grouped(size - mean_size),
            "above_age": shown_grouped(age - mean_age),
            "by_size": shown_grouped(by_size),
            "by_age": shown_grouped(answer),
            "rent": rent,
            "from_zero": shown_grouped(distractors["average-forgotten"]),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def importance_by_hand(random: Random) -> Draw | None:
    """What a model loses when one column is shuffled."""
    factor = random.randint(2, 9)
    loads = random.sample(range(1, 13), 4)
    hours = [factor * load + random.choice((-2, -1, 0, 1, 2)) for load in loads]
    shuffled = random.sample(loads, 4)
    before, after = (
        mean(abs(factor * load - hour) for load, hour in zip(used, hours, strict=True))
        for used in (loads, shuffled)
    )
    answer = after - before
    distractors = {
        "error-for-importance": after,
        "ratio-for-difference": after / before if before else 0,
        "column-moved": mean(abs(one - other) for one, other in zip(loads, shuffled, strict=True)),
        "signs-cancel": sum(hours) / 4 - factor * sum(loads) / 4,
    }
    moved = all(one != other for one, other in zip(loads, shuffled, strict=True))
    if not before or not moved or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    return Draw(
        parameters={
            "factor": factor,
            **{f"x{k}": load for k, load in enumerate(loads, start=1)},
            **{f"y{k}": hour for k, hour in enumerate(hours, start=1)},
            **{f"z{k}": load for k, load in enumerate(shuffled, start=1)},
        },
        worked={
            **{f"p{k}": factor * load for k, load in enumerate(loads, start=1)},
            **{f"q{k}": factor * load for k, load in enumerate(shuffled, start=1)},
            "before": before,
            "after": after,
            "moved": distractors["column-moved"],
            "ratio": distractors["ratio-for-difference"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def spread_of_resampled_means(random: Random) -> Draw | None:
    """The standard deviation of bootstrap means, from the variance of the values."""
    days = random.randint(30, 150)
    centre, variance = random.randint(20, 90) / 10, random.randint(20, 400) / 10
    answer = sqrt(variance / days)
    distractors = {
        "spread-of-days": sqrt(variance),
        "root-forgotten": variance / days,
        "divided-by-days": sqrt(variance) / days,
        "half-an-interval": 2 * answer,
    }
    values = sorted((answer, *distractors.values()))
    if any(high - low <= 0.09 * high + 0.013 for low, high in pairwise(values)):
        return None
    return Draw(
        parameters={"days": days, "centre": centre, "variance": variance},
        worked={
            "spread": sqrt(variance),
            "ratio": variance / days,
            "low": shown_grouped(round(centre - 2 * answer, 1)),
            "high": shown_grouped(round(centre + 2 * answer, 1)),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def paired_intervals(random: Random) -> Draw | None:
    """Two intervals that overlap, and a difference that is clear of zero."""
    old = random.randint(60, 200)  # hundred euros
    gain = random.randint(25, 60)
    old_half, new_half = random.randint(35, 50), random.randint(35, 55)
    gain_half = random.randint(10, 20)
    new = old + gain
    ends = {
        "old_low": old - old_half,
        "old_high": old + old_half,
        "new_low": new - new_half,
        "new_high": new + new_half,
        "gain_low": gain - gain_half,
        "gain_high": gain + gain_half,
    }
    spreads = [half / 1.96 for half in (old_half, new_half, gain_half)]
    # How strongly both totals move together, from the variance of their difference.
    together = (spreads[0] ** 2 + spreads[1] ** 2 - spreads[2] ** 2) / (2 * spreads[0] * spreads[1])
    sound = (
        ends["new_low"] < ends["old_high"] - 10
        and ends["gain_low"] >= 10
        and 0.7 <= together <= 0.99
    )
    if not sound:
        return None
    return Draw(
        parameters={
            "resamples": random.choice((1_000, 2_000, 5_000)),
            "old": 100 * old,
            "new": 100 * new,
            "gain": 100 * gain,
            **{name: 100 * end for name, end in ends.items()},
            "far_low": f"\N{MINUS SIGN}{100 * (ends['old_high'] - ends['new_low']):,}",
            "far_high": 100 * (ends["new_high"] - ends["old_low"]),
        },
        worked={"overlap": 100 * (ends["old_high"] - ends["new_low"]), "together": together},
    )


GENERATORS = (
    contribution_of_age,
    importance_by_hand,
    paired_intervals,
    shapley_of_two,
    spread_of_resampled_means,
)
