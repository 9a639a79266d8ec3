"""Questions about chance: distributions, evidence, and intervals."""

from collections.abc import Iterable
from itertools import combinations
from math import sqrt
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def passes_per_photo(random: Random) -> Draw | None:
    """Few cases that run to a limit and make up much of an expectation."""
    two, rare = random.choice((10, 15, 20, 25)), random.randint(2, 5)  # percent
    one = 100 - two - rare
    limit = random.randint(12, 25)
    photos, cents = random.randrange(20_000, 90_001, 5_000), random.randint(2, 9)
    mean = (one + 2 * two + limit * rare) / 100
    each = photos * cents / 100  # euros, with one pass for each photo
    answer = each * mean
    distractors = {
        "most-common-value": each,
        "values-count-equally": each * (1 + 2 + limit) / 3,
        "rare-cases-left-out": each * (one + 2 * two) / 100,
        "cents-for-euros": 100 * answer,
    }
    saved = (limit - 2) * rare
    others = (two, 10 * mean, one / 5)  # what the other options of the decision save
    if saved < 1.3 * max(others) or not _are_far((answer, *distractors.values()), share=0.025):
        return None
    return Draw(
        parameters={
            "one": one,
            "two": two,
            "rare": rare,
            "limit": limit,
            "photos": photos,
            "cents": cents,
        },
        worked={
            "one_part": one / 100,
            "two_part": 2 * two / 100,
            "rare_part": limit * rare / 100,
            "mean": mean,
            "saved": saved / 100,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def jammed_picks(random: Random) -> Draw | None:
    """The standard deviation of a quantity with two values."""
    usual, jammed = random.randint(4, 9), random.randrange(40, 91, 2)
    share = random.choice((5, 8, 10, 12, 20))
    p = share / 100
    mean = (1 - p) * usual + p * jammed
    variance = (1 - p) * (usual - mean) ** 2 + p * (jammed - mean) ** 2
    answer = sqrt(variance)
    distractors = {
        "variance-for-deviation": variance,
        "values-count-equally": (jammed - usual) / 2,
        "mean-not-subtracted": sqrt(variance + mean**2),
        "plain-distance": 2 * p * (1 - p) * (jammed - usual),
        "rare-case-left-out": mean - usual,
    }
    if not _are_far((answer, *distractors.values()), share=0.045):
        return None
    return Draw(
        parameters={"usual": usual, "jammed": jammed, "share": share, "rest": 100 - share},
        worked={
            "mean": mean,
            "below": mean - usual,
            "above": jammed - mean,
            "variance": variance,
            "usual_part": (1 - p) * (mean - usual) ** 2,
            "jammed_part": p * (jammed - mean) ** 2,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def calls_in_a_day(random: Random) -> Draw | None:
    """How far a total of independent cases strays."""
    root = random.choice((10, 12, 15, 20, 25, 30))
    minutes = random.randint(4, 9)
    deviation = random.randint(3, minutes + 4)
    calls = root * root
    answer = 2 * root * deviation
    return Draw(
        parameters={"calls": calls, "minutes": minutes, "deviation": deviation},
        worked={"root": root, "expected": calls * minutes, "of_total": root * deviation},
        answer=answer,
        distractors={
            "deviations-add-up": 2 * calls * deviation,
            "as-for-one-call": 2 * deviation,
            "as-for-an-average": 2 * deviation / root,
            "one-deviation-only": root * deviation,
        },
    )


@until_sound
def callers_who_left(random: Random) -> Draw | None:
    """A share among those who left, and the one among those who called."""
    customers = random.randrange(8_000, 20_001, 1_000)
    left = random.randrange(200, 901, 20)
    called = random.randrange(60, 91, 5)  # percent of those who left
    both = left * called // 100
    callers = both + both * random.randint(25, 90) // 10
    answer = 100 * both / callers
    distractors = {
        "statement-turned-round": called,
        "all-customers-below-the-line": 100 * both / customers,
        "share-of-callers": 100 * callers / customers,
        "share-of-leavers": 100 * left / customers,
        "share-instead-of-percent": both / callers,
    }
    if callers > customers // 2 or not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    return Draw(
        parameters={"customers": customers, "left": left, "called": called, "callers": callers},
        worked={"both": both, "stayed": callers - both, "share": both / callers},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def second_plant(random: Random) -> Draw | None:
    """The same detector where what it looks for is rarer."""
    right = random.choice((75, 80, 84, 88, 90, 92, 95, 96))  # of 100 alarms, base rate one half
    per = random.choice((10, 11, 16, 20, 21, 25, 26, 31, 40, 41, 50, 51))  # one part in so many
    wrong, sound = 100 - right, per - 1
    answer = 100 * right / (right + wrong * sound)
    distractors = {
        "precision-travels": right,
        "scaled-with-the-share": right * 2 / per,
        "base-rate-only": 100 / per,
        "odds-for-probability": 100 * right / (wrong * sound),
        "share-instead-of-percent": answer / 100,
    }
    if answer > 85 or not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    return Draw(
        parameters={"right": right, "per": per},
        worked={
            "wrong": wrong,
            "sound": sound,
            "against": wrong * sound,
            "together": right + wrong * sound,
            "share": answer / 100,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def two_flags(random: Random) -> Draw | None:
    """Two tests that both say yes: odds times ratio times ratio."""
    caught, false = random.choice(
        ((80, 5), (90, 5), (80, 10), (90, 10), (60, 5), (75, 5), (80, 4), (90, 3), (60, 4), (70, 5))
    )
    per = random.choice((21, 26, 31, 41, 51, 61, 81, 101, 126, 201))
    ratio, against = caught // false, per - 1

    def percent(odds: float) -> float:
        return 100 * odds / (odds + against)

    answer = percent(ratio**2)
    distractors = {
        "second-flag-ignored": percent(ratio),
        "ratios-added": percent(2 * ratio),
        "base-rate-forgotten": 100 * ratio**2 / (ratio**2 + 1),
        "rates-multiplied": caught**2 / 100,
        "share-instead-of-percent": answer / 100,
    }
    if not 35 <= answer <= 96 or not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    return Draw(
        parameters={"caught": caught, "false": false, "per": per},
        worked={
            "ratio": ratio,
            "against": against,
            "squared": ratio**2,
            "after_one": distractors["second-flag-ignored"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def half_width(random: Random) -> Draw | None:
    """The plain 95 % interval of a share, and the cases that halve it."""
    cases = random.randrange(60, 401, 20)
    percent = random.randrange(60, 91, 5)
    deviation = sqrt(percent * (100 - percent) / cases)
    answer = 1.96 * deviation
    distractors = {
        "one-deviation-only": deviation,
        "root-forgotten": answer / sqrt(cases),
        "whole-width": 2 * answer,
        "share-instead-of-points": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=0.32):
        return None
    return Draw(
        parameters={
            "cases": cases,
            "good": cases * percent // 100,
            "twice": 2 * cases,
            "four": 4 * cases,
        },
        worked={
            "percent": percent,
            "deviation": deviation,
            "at_twice": answer / sqrt(2),
            "at_four": answer / 2,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def zero_faults(random: Random) -> Draw | None:
    """What a test without a fault leaves open."""
    tests = random.choice((200, 250, 300, 400, 500, 600, 750, 800, 1_000, 1_200, 1_500))
    volume = random.randrange(6_000, 30_001, 3_000)
    answer = 3 * volume / tests
    distractors = {
        "nothing-seen-nothing-there": 0,
        "one-fault-at-most": volume / tests,
        "faults-in-the-test": 3,
        "share-instead-of-number": 3 / tests,
    }
    if not _are_far((answer, *distractors.values()), share=0.13):
        return None
    return Draw(
        parameters={
            "tests": tests,
            "volume": volume,
            "needed": 3 * volume,
            "third": volume // 3,
        },
        worked={"percent": 300 / tests},
        answer=answer,
        distractors=distractors,
    )


def _are_far(values: Iterable[Number], *, share: float) -> bool:
    """Whether any two values differ by more than this share of the larger."""
    return all(
        abs(one - other) > share * max(abs(one), abs(other))
        for one, other in combinations(values, 2)
    )


GENERATORS = (
    callers_who_left,
    calls_in_a_day,
    half_width,
    jammed_picks,
    passes_per_photo,
    second_plant,
    two_flags,
    zero_faults,
)
