"""Questions about prompts, and how well an application built on them holds."""

from collections.abc import Iterable
from itertools import pairwise
from math import comb
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question in whole per cent (0.6).
PERCENT_GAP = 1.3


@until_sound
def sign_test(random: Random) -> Draw | None:
    """How often two equal prompts differ as much as these two."""
    total = random.randrange(60, 161, 5)
    decided = random.randint(8, 15)
    better = random.randint(decided // 2 + 2, decided - 1)
    worse = decided - better
    ways = sum(comb(decided, heads) for heads in range(better, decided + 1))
    answer = 100 * 2 * ways / 2**decided
    distractors = {
        "one-side-only": answer / 2,
        "exactly-this-split": 100 * 2 * comb(decided, better) / 2**decided,
        "share-of-worse": 100 * worse / decided,
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=0.45) or answer < 2:
        return None
    return Draw(
        parameters={
            "total": total,
            "agreed": total - decided,
            "better": better,
            "worse": worse,
        },
        worked={
            "decided": decided,
            "ways": ways,
            "throws": 2**decided,
            "one_side": distractors["one-side-only"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def history_tokens(random: Random) -> Draw | None:
    """What a chat reads that sends its whole history with each turn."""
    fixed = random.randrange(400, 1_501, 100)
    turn = random.randrange(120, 401, 20)
    turns = random.randint(12, 40)
    answer = turns * fixed + turn * turns * (turns + 1) // 2
    distractors = {
        "last-call-only": fixed + turn * turns,
        "each-turn-sent-once": turns * (fixed + turn),
        "instructions-sent-once": fixed + turn * turns * (turns + 1) // 2,
        "every-call-as-long-as-the-last": turns * (fixed + turn * turns),
    }
    if not differ_by((answer, *distractors.values()), share=0.025):
        return None
    return Draw(
        parameters={"fixed": fixed, "turn": turn, "turns": turns},
        worked={
            "of_instructions": turns * fixed,
            "next": turns + 1,
            "of_history": turn * turns * (turns + 1) // 2,
            "last": distractors["last-call-only"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def examples_worth(random: Random) -> Draw | None:
    """What is left of a better accuracy once the examples are paid for."""
    mails = random.randrange(40, 201, 10) * 1_000
    examples = random.randint(4, 10)
    size = random.randrange(80, 201, 10)
    price = random.choice((2, 3, 4))
    before = random.randint(84, 90)
    after = before + random.randint(2, 5)
    correction = random.choice((5, 8, 10, 12))  # cents for each mail that is sorted wrongly
    tokens = mails * examples * size
    cost = tokens * price / 1_000_000
    saved = mails * (after - before) // 100 * correction / 100
    answer = saved - cost
    distractors = {
        "examples-are-free": saved,
        "one-example-a-call": saved - cost / examples,
        "all-errors-saved": mails * (100 - before) // 100 * correction / 100 - cost,
    }
    if answer < 30 or not differ_by((answer, *distractors.values()), share=0.03):
        return None
    return Draw(
        parameters={
            "mails": mails,
            "examples": examples,
            "size": size,
            "price": price,
            "before": before,
            "after": after,
            "correction": correction,
        },
        worked={
            "won": mails * (after - before) // 100,
            "saved": saved,
            "tokens": tokens,
            "cost": cost,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def majority_of_three(random: Random) -> Draw | None:
    """How often two of three independent answers are right."""
    single = random.randrange(560, 901, 4) / 1_000
    all_right = single**3
    two_right = 3 * single**2 * (1 - single)
    answer = 100 * (all_right + two_right)
    distractors = {
        "all-have-to-be-right": 100 * all_right,
        "one-right-is-enough": 100 * (1 - (1 - single) ** 3),
        "voting-changes-nothing": 100 * single,
        "orders-forgotten": 100 * (all_right + two_right / 3),
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"single": 100 * single},
        worked={
            "p": single,
            "q": 1 - single,
            "all_right": all_right,
            "two_right": two_right,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def chain_without_error(random: Random) -> Draw | None:
    """How likely a chain of steps is right from end to end."""
    step = random.choice((95, 96, 97, 98, 98.5, 99, 99.5))
    steps = random.randint(8, 30)
    share = (step / 100) ** steps
    answer = 100 * share
    distractors = {
        "errors-added-up": 100 - steps * (100 - step),
        "as-good-as-a-step": step,
        "some-step-fails": 100 - answer,
        "share-instead-of-percent": share,
    }
    if (
        not are_apart((answer, *distractors.values()), gap=PERCENT_GAP)
        or min(distractors["errors-added-up"], answer) < 5
    ):
        return None
    return Draw(
        parameters={"step": step, "steps": steps},
        worked={
            "of_step": step / 100,
            "share": share,
            "added_up": steps * (100 - step),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def wilson_low(random: Random) -> Draw | None:
    """The lower end of Wilson's interval for a pass rate."""
    cases = random.randrange(40, 161, 5)
    right = random.randint(cases * 84 // 100, cases * 96 // 100)
    z = 1.96
    rate = right / cases
    plain = z * (rate * (1 - rate) / cases) ** 0.5
    half = z * (rate * (1 - rate) / cases + z**2 / (4 * cases**2)) ** 0.5
    centre, bottom = rate + z**2 / (2 * cases), 1 + z**2 / cases
    answer = 100 * (centre - half) / bottom
    distractors = {
        "rate-without-interval": 100 * rate,
        "centre-not-moved": 100 * (rate - plain),
        "upper-end": 100 * (centre + half) / bottom,
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={"cases": cases, "right": right},
        worked={
            "rate": rate,
            "centre": centre,
            "half": half,
            "bottom": bottom,
            "upper": distractors["upper-end"],
            "plain": distractors["centre-not-moved"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def kappa_of_judge(random: Random) -> Draw | None:
    """How far a judge agrees with people beyond chance."""
    good = random.randint(140, 175)
    bad = 200 - good
    good_passed = random.randint(good * 85 // 100, good * 96 // 100)
    bad_passed = random.randint(bad * 15 // 100, bad * 55 // 100)
    passed = good_passed + bad_passed
    agreed = (good_passed + bad - bad_passed) / 200
    chance = (good * passed + bad * (200 - passed)) / 200**2
    answer = (agreed - chance) / (1 - chance)
    distractors = {
        "plain-agreement": agreed,
        "chance-only": chance,
        "not-scaled": agreed - chance,
        "half-is-chance": (agreed - 0.5) / 0.5,
    }
    if not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    return Draw(
        parameters={
            "good_passed": good_passed,
            "good_failed": good - good_passed,
            "bad_passed": bad_passed,
            "bad_failed": bad - bad_passed,
        },
        worked={
            "good": good / 200,
            "bad": bad / 200,
            "passed": passed / 200,
            "failed": 1 - passed / 200,
            "agreed": agreed,
            "chance": chance,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def true_pass_rate(random: Random) -> Draw | None:
    """The share of good drafts behind what an imperfect judge lets pass."""
    sensitivity = random.randrange(84, 97, 2)
    false_pass = random.randrange(20, 46, 5)
    truth = random.randrange(62, 93)
    observed = round(truth * sensitivity / 100 + (100 - truth) * false_pass / 100)
    answer = 100 * (observed - false_pass) / (sensitivity - false_pass)
    distractors = {
        "judge-is-believed": observed,
        "good-ones-only": observed * sensitivity / 100,
        "lost-good-ones-added": 100 * observed / sensitivity,
        "false-passes-subtracted": observed - false_pass,
    }
    if answer > 97 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "sensitivity": sensitivity,
            "false_pass": false_pass,
            "observed": observed,
        },
        worked={
            "top": observed - false_pass,
            "bottom": sensitivity - false_pass,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def harmless_per_attack(random: Random) -> Draw | None:
    """How many harmless messages a detector stops for each attack that it catches."""
    messages = random.randrange(50, 201, 10) * 1_000
    per_10_000 = random.choice((5, 10, 20, 25, 40))
    caught_share = random.randrange(80, 99, 2)
    flagged_share = random.choice((1, 2, 3, 4))
    attacks = messages * per_10_000 // 10_000
    harmless = messages - attacks
    caught, stopped = attacks * caught_share / 100, harmless * flagged_share / 100
    answer = stopped / caught
    distractors = {
        "rates-compared": flagged_share / caught_share,
        "all-attacks-below": stopped / attacks,
        "caught-per-harmless": caught / stopped,
        "all-harmless-stopped": harmless / caught,
    }
    if answer < 2 or not differ_by((answer, *distractors.values()), share=0.021):
        return None
    return Draw(
        parameters={
            "messages": messages,
            "per_10_000": per_10_000,
            "caught_share": caught_share,
            "flagged_share": flagged_share,
        },
        worked={
            "attacks": attacks,
            "harmless": harmless,
            "caught": caught,
            "stopped": stopped,
            "worth": 100 * caught / (caught + stopped),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def some_attempt_passes(random: Random) -> Draw | None:
    """How likely one of many attempts gets through a filter that stops nearly all."""
    stopped = random.randrange(900, 991, 5) / 10
    attempts = random.randint(10, 60)
    none = (stopped / 100) ** attempts
    answer = 100 * (1 - none)
    distractors = {
        "all-attempts-fail": 100 * none,
        "chances-added-up": attempts * (100 - stopped),
        "one-attempt-only": 100 - stopped,
        "share-instead-of-percent": 1 - none,
    }
    if not 15 < answer < 97 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"stopped": stopped, "attempts": attempts},
        worked={"of_one": stopped / 100, "none": none, "added_up": attempts * (100 - stopped)},
        answer=answer,
        distractors=distractors,
    )


def differ_by(values: Iterable[Number], *, share: float) -> bool:
    """Whether neighbours differ by more than this share of the larger one."""
    return all(high - low > share * abs(high) for low, high in pairwise(sorted(values)))


GENERATORS = (
    sign_test,
    history_tokens,
    examples_worth,
    majority_of_three,
    chain_without_error,
    wilson_low,
    kappa_of_judge,
    true_pass_rate,
    harmless_per_attack,
    some_attempt_passes,
)
