"""Questions about the way to production: steps by hand, checks in order, and gates for models."""

from collections.abc import Sequence
from itertools import permutations
from math import ceil, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.model_costs import differ_by
from apps.quizzes.generators.soundness import PERCENT_GAP, are_apart, until_sound

Z = 1.96
CHECKS = ("types", "tests", "image")


@until_sound
def steps_that_are_left(random: Random) -> Draw | None:
    """How often a release goes right once some of its steps are done by a machine."""
    steps, fails = random.randint(8, 24), random.choice((1, 1.5, 2, 2.5, 3, 4, 5))
    automated = random.randint(3, steps - 3)
    left = steps - automated
    right = 1 - fails / 100
    answer = 100 * right**left
    distractors = {
        "shares-subtracted": 100 - left * fails,
        "machine-steps-counted": 100 * right**steps,
        "one-step": 100 * right,
        "removed-steps-counted": 100 * right**automated,
        "failures-for-successes": 100 - answer,
    }
    possible = distractors["shares-subtracted"] > 0
    if not possible or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"steps": steps, "automated": automated, "fails": fails},
        worked={
            "left": left,
            "right": round(right, 3),
            "before": 100 * right**steps,
            "one_in": 100 / (100 - answer),
        },
        answer=answer,
        distractors=distractors,
    )


def mean_seconds(checks: Sequence[tuple[int, int]]) -> float:
    """Of a push, for seconds and percent stopped of each check, in this order."""
    reached, total = 1.0, 0.0
    for seconds, stops in checks:
        total += reached * seconds
        reached *= 1 - stops / 100
    return total


@until_sound
def seconds_of_a_push(random: Random) -> Draw | None:
    """The mean time of a pipeline that stops at the first fault."""
    seconds = (
        random.randrange(10, 41, 5),
        random.randrange(50, 121, 10),
        random.randrange(200, 601, 20),
    )
    stops = random.randrange(10, 31, 5), random.randrange(10, 31, 5), random.randrange(5, 21, 5)
    checks = tuple(zip(seconds, stops, strict=True))
    first, second = 1 - stops[0] / 100, (1 - stops[0] / 100) * (1 - stops[1] / 100)
    answer = mean_seconds(checks)
    distractors = {
        "every-push-pays-all": sum(seconds),
        "own-share-only": sum(one * (1 - stop / 100) for one, stop in checks),
        "stopped-pays-nothing": second * (1 - stops[2] / 100) * sum(seconds),
        "last-share-only": seconds[0] + first * seconds[1] + (1 - stops[1] / 100) * seconds[2],
    }
    if not are_apart((answer, *distractors.values()), gap=5):
        return None
    return Draw(
        parameters={
            **{f"seconds_{n}": one for n, one in enumerate(seconds, start=1)},
            **{f"stops_{n}": one for n, one in enumerate(stops, start=1)},
        },
        worked={
            "first": first,
            "second": second,
            "of_second": first * seconds[1],
            "of_third": second * seconds[2],
            "reversed": mean_seconds(checks[::-1]),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def order_of_checks(random: Random) -> Draw | None:
    """Three checks of which neither the shortest nor the one that stops most should be first."""
    seconds = [random.randrange(10, 301, 10) for _ in CHECKS]
    stops = [random.randint(2, 35) for _ in CHECKS]
    ratios = [one / stop for one, stop in zip(seconds, stops, strict=True)]

    def ordered(keys: Sequence[float]) -> tuple[int, ...]:
        return tuple(sorted(range(len(CHECKS)), key=lambda place: keys[place]))

    def total(order: Sequence[int]) -> float:
        return mean_seconds([(seconds[place], stops[place]) for place in order])

    best = ordered(ratios)
    orders = {
        "best": best,
        "by_seconds": ordered(seconds),
        "by_stops": ordered([-stop for stop in stops]),
        "by_worst": best[::-1],
    }
    totals = {name: total(order) for name, order in orders.items()}
    if len(set(seconds)) < 3 or len(set(stops)) < 3 or len(set(orders.values())) < 4:
        return None
    others = [total(order) for order in permutations(range(3)) if order != best]
    if min(others) < totals["best"] + 3 or not differ_by(ratios, share=0.1):
        return None
    return Draw(
        parameters={
            **{f"{name}_seconds": one for name, one in zip(CHECKS, seconds, strict=True)},
            **{f"{name}_stops": one for name, one in zip(CHECKS, stops, strict=True)},
            **{name: ", ".join(CHECKS[place] for place in order) for name, order in orders.items()},
        },
        worked={
            **{f"{name}_ratio": one for name, one in zip(CHECKS, ratios, strict=True)},
            **{f"total_{name}": value for name, value in totals.items()},
        },
    )


@until_sound
def rows_until_promoted(random: Random) -> Draw | None:
    """How many rows a gate needs before a gain of this size is shown."""
    gain, spread = random.randint(20, 150) / 100, random.randint(60, 240) / 10
    rows = random.randrange(200, 801, 50)
    exact = (Z * spread / gain) ** 2
    answer = ceil(exact)
    margin = Z * spread / sqrt(rows)
    distractors = {
        "one-standard-error": (spread / gain) ** 2,
        "root-not-undone": Z * spread / gain,
        "rows-in-step-with-the-margin": rows * margin / gain,
        "margin-on-both-sides": 4 * exact,
    }
    # Now the interval holds 0, and by far more than rounding could change.
    if margin < 1.2 * gain or not differ_by((answer, *distractors.values()), share=0.05):
        return None
    return Draw(
        parameters={"gain": gain, "spread": spread, "rows": rows},
        worked={
            "error": spread / sqrt(rows),
            "margin": margin,
            "low": -gain - margin,
            "high": margin - gain,
            "times": margin / gain,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def verdict_of_a_gate(random: Random) -> Draw | None:
    """Two means whose intervals overlap, and whose difference is clear row by row."""
    rows = random.randrange(800, 4_001, 100)
    old, gain = random.randint(600, 1_500) / 100, random.randint(15, 90) / 100
    spread = old * random.randint(90, 160) / 100
    together = random.randint(90, 98) / 100
    new_spread = spread * random.randint(94, 99) / 100
    of_difference = sqrt(spread**2 + new_spread**2 - 2 * together * spread * new_spread)
    margins = [Z * one / sqrt(rows) for one in (spread, new_spread, of_difference)]
    new = round(old - gain, 2)
    # Each model's mean lies within the interval of the other, and 0 far outside of the third.
    if not 1.4 * margins[2] < gain < 0.8 * min(margins[:2]):
        return None
    return Draw(
        parameters={
            "rows": rows,
            "old": old,
            "new": new,
            "old_margin": margins[0],
            "new_margin": margins[1],
            "gain": gain,
            "of_difference": of_difference,
        },
        worked={
            "error": of_difference / sqrt(rows),
            "margin": margins[2],
            "low": -gain - margins[2],
            "high": margins[2] - gain,
        },
    )


@until_sound
def red_without_a_fault(random: Random) -> Draw | None:
    """What a red run still says once tests fail without a reason."""
    pushes, faulty, flaky = 1_000, random.randint(4, 25), random.randint(3, 20)
    real = pushes * faulty // 100
    false = (pushes - real) * flaky / 100
    answer = 100 * real / (real + false)
    distractors = {
        "share-of-faults": faulty,
        "rest-of-the-flaky": 100 - flaky,
        "shares-compared": 100 * faulty / (faulty + flaky),
        "false-ones": 100 - answer,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"faulty": faulty, "flaky": flaky},
        worked={
            "real": real,
            "sound": pushes - real,
            "false": false,
            "red": real + false,
            "red_share": (real + false) / 10,
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    order_of_checks,
    red_without_a_fault,
    rows_until_promoted,
    seconds_of_a_push,
    steps_that_are_left,
    verdict_of_a_gate,
)
