"""Questions about the work with ML systems, and how to learn it."""

from collections.abc import Sequence
from math import ceil, log, prod
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import PERCENT_GAP, SHARE_GAP, are_apart, until_sound


@until_sound
def wrong_fill(random: Random) -> Draw | None:
    """What a value that is filled in otherwise than in training does to the predictions."""
    base, for_beds, for_guests = random.randint(8, 20), random.randint(3, 9), random.randint(2, 8)
    typical = random.choice((1.5, 1.8, 2, 2.2, 2.4, 2.5, 2.8, 3))
    share = random.choice((5, 8, 10, 12, 15, 20, 25, 30))
    rooms = random.randrange(2_000, 9_001, 500)
    each = for_guests * typical
    answer = each * share / 100
    distractors = {
        "unknown-rooms-only": each,
        "weight-left-out": typical * share / 100,
        "known-rooms-shifted": each * (100 - share) / 100,
        "base-lost-too": (base + each) * share / 100,
    }
    # So clear that one day's mean shows it.
    if answer < 1 or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    return Draw(
        parameters={
            "base": base,
            "for_beds": for_beds,
            "for_guests": for_guests,
            "typical": typical,
            "share": share,
            "rooms": rooms,
            "shift": answer,
        },
        worked={"each": each, "affected": rooms * share // 100, "in_all": rooms * answer / 60},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rows_of_a_parity_test(random: Random) -> Draw | None:
    """How likely a small parity test meets a row that is treated otherwise."""
    share, rows = random.choice((1, 2, 3, 4, 5, 6, 8, 10)), random.randint(5, 60)
    missed = (1 - share / 100) ** rows
    answer = 100 * (1 - missed)
    distractors = {
        "chances-added": share * rows,
        "chance-to-miss": 100 * missed,
        "share-of-rows": share,
        "none-can-hide": 100,
    }
    if not 15 <= answer <= 95 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"share": share, "rows": rows},
        worked={
            "same": round(1 - share / 100, 2),
            "missed": missed,
            "added": share * rows,
            "needed": ceil(log(0.01) / log(1 - share / 100)),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def answers_too_late(random: Random) -> Draw | None:
    """A mean latency that is fine, and users who never see an answer."""
    requests = random.randrange(4_000, 20_001, 1_000)
    slow_share = random.choice((2, 3, 4, 5, 6))
    fast, slow = random.randrange(30, 71, 5), random.randrange(900, 2_001, 100)
    limit = random.choice((250, 300, 400, 500))
    average = (fast * (100 - slow_share) + slow * slow_share) / 100
    if average > limit * 0.6 or average < 1.3 * fast:
        return None
    return Draw(
        parameters={
            "requests": requests,
            "limit": limit,
            "average": average,
            "slow_share": slow_share,
            "fast": fast,
            "slow": slow,
        },
        worked={
            "lost": requests * slow_share // 100,
            "answered": requests - requests * slow_share // 100,
            "fast_share": 100 - slow_share,
        },
    )


@until_sound
def chance_to_recall(random: Random) -> Draw | None:
    """The chance to recall after a question in between has doubled the half-life."""
    half_life = random.randint(2, 8)
    asked = random.randint(1, half_life + 2)
    later = asked + random.randint(4, 24)
    gap = later - asked
    answer = 100 * 2 ** (-gap / (2 * half_life))
    distractors = {
        "half-life-unchanged": 100 * 2 ** (-gap / half_life),
        "days-from-the-start": 100 * 2 ** (-later / (2 * half_life)),
        "question-without-effect": 100 * 2 ** (-later / half_life),
        "straight-line": 100 * (1 - gap / (4 * half_life)),
    }
    if not 20 <= answer <= 80 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"half_life": half_life, "asked": asked, "later": later},
        worked={
            "doubled": 2 * half_life,
            "gap": gap,
            "power": gap / (2 * half_life),
            "without": distractors["question-without-effect"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def estimate_of_a_concept(random: Random) -> Draw | None:
    """What the platform believes after five pieces of evidence."""
    events = [(random.choice(("question", "check")), random.random() < 0.6) for _ in range(5)]
    weights = [2 if source == "check" else 1 for source, _ in events]
    good = [float(right) for _, right in events]
    ages = (4, 3, 2, 1, 0)
    shares = [weight * 0.5 ** (age / 3) for weight, age in zip(weights, ages, strict=True)]
    answer = _believed(shares, good)
    distractors = {
        "nothing-fades": _believed(weights, good),
        "oldest-counts-most": _believed(
            [weight * 0.5 ** (age / 3) for weight, age in zip(weights, ages[::-1], strict=True)],
            good,
        ),
        "beginning-forgotten": sum(map(prod, zip(shares, good, strict=True))) / sum(shares),
        "check-as-question": _believed([0.5 ** (age / 3) for age in ages], good),
    }
    mixed = len(set(weights)) == 2 and 0 < sum(good) < 5
    if (
        not mixed
        or abs(answer - 0.75) < SHARE_GAP
        or not are_apart((answer, *distractors.values()), gap=SHARE_GAP)
    ):
        return None
    names = {
        ("question", True): "a question, answered right",
        ("question", False): "a question, answered wrong",
        ("check", True): "a project check, passed",
        ("check", False): "a project check, failed",
    }
    return Draw(
        parameters={f"e{k}": names[event] for k, event in enumerate(events, start=1)},
        worked={
            **{f"w{k}": share for k, share in enumerate(shares, start=1)},
            **{
                f"g{k}": share * right
                for k, (share, right) in enumerate(zip(shares, good, strict=True), start=1)
            },
            "weight": 2 + sum(shares),
            "successes": 1 + sum(map(prod, zip(shares, good, strict=True))),
            "verdict": "solid" if answer >= 0.75 else "not yet solid",
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def debt_in_runs(random: Random) -> Draw | None:
    """A step by hand, its cost as code, and how often it will be done."""
    minutes = random.choice((10, 12, 15, 20, 24, 25, 30, 40))
    hours = random.randint(3, 12)
    answer, rest = divmod(hours * 60, minutes)
    planned = random.randint(2, 8)
    distractors = {
        "hours-as-minutes": hours / minutes,
        "ratio-turned-round": minutes / hours,
        "planned-runs": planned,
        "hundred-minutes-an-hour": hours * 100 / minutes,
    }
    sound = not rest and planned * 2 <= answer
    if not sound or not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={
            "minutes": minutes,
            "hours": hours,
            "planned": planned,
            "by_hand": planned * minutes,
            "code": hours * 60,
        },
        worked={"runs": answer, "wasted": hours * 60 - planned * minutes},
        answer=answer,
        distractors=distractors,
    )


def _believed(shares: Sequence[float], good: Sequence[float]) -> float:
    """Success rate that begins with two questions, one of them right."""
    return (1 + sum(map(prod, zip(shares, good, strict=True)))) / (2 + sum(shares))


GENERATORS = (
    answers_too_late,
    chance_to_recall,
    debt_in_runs,
    estimate_of_a_concept,
    rows_of_a_parity_test,
    wrong_fill,
)
