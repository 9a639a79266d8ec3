"""Questions about agents, hubs of models and the frameworks around them."""

from collections.abc import Iterable
from itertools import pairwise
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question in whole per cent (0.6).
PERCENT_GAP = 1.3


@until_sound
def run_with_checks(random: Random) -> Draw | None:
    """A run whose steps are checked and tried once more."""
    step = random.choice((92, 93, 94, 95, 96, 97))
    noticed = random.choice((60, 70, 75, 80, 90))
    steps = random.randint(8, 16)
    p, c = step / 100, noticed / 100
    checked = p + (1 - p) * c * p

    def run(one: float) -> float:
        return 100 * one**steps

    answer = run(checked)
    distractors = {
        "checks-forgotten": run(p),
        "every-failure-noticed": run(p + (1 - p) * p),
        "one-step-only": 100 * checked,
        "check-on-one-step": run(p) / p * checked,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"step": step, "noticed": noticed, "steps": steps},
        worked={
            "p": p,
            "q": 1 - p,
            "c": c,
            "checked": checked,
            "unchecked": distractors["checks-forgotten"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def seconds_of_plan(random: Random) -> Draw | None:
    """A plan in which one look-up is needed late only."""
    map_, weather, permits = random.sample(range(3, 16), 3)
    route, report = random.sample(range(2, 9), 2)
    answer = max(max(map_, weather) + route, permits) + report
    distractors = {
        "one-by-one": map_ + weather + permits + route + report,
        "all-look-ups-first": max(map_, weather, permits) + route + report,
        "slowest-step-only": max(map_, weather, permits, route, report),
        "look-ups-in-a-row": max(map_ + weather + route, permits) + report,
    }
    if len({answer, *distractors.values()}) < 5:
        return None
    return Draw(
        parameters={
            "map": map_,
            "weather": weather,
            "permits": permits,
            "route": route,
            "report": report,
        },
        worked={
            "both": max(map_, weather),
            "routed": max(map_, weather) + route,
            "ready": answer - report,
            "in_a_row": distractors["one-by-one"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def served_each_time(random: Random) -> Draw | None:
    """Tasks that succeed in each of five runs, beside the mean rate."""
    five = random.randint(14, 30)
    four = random.randint(4, 12)
    three = random.randint(2, 8)
    none = random.randint(1, 5)
    tasks = five + four + three + none
    rate = (5 * five + 4 * four + 3 * three) / (5 * tasks)
    answer = 100 * five / tasks
    distractors = {
        "mean-rate": 100 * rate,
        "at-least-once": 100 * (tasks - none) / tasks,
        "power-of-the-mean": 100 * rate**5,
        "share-of-runs": 100 * five / (5 * tasks),
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"five": five, "four": four, "three": three, "none": none, "tasks": tasks},
        worked={
            "successes": 5 * five + 4 * four + 3 * three,
            "runs": 5 * tasks,
            "rate": 100 * rate,
            "power": distractors["power-of-the-mean"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def memory_on_card(random: Random) -> Draw | None:
    """What a quantised model takes on a card with its users."""
    billions = random.choice((7, 8, 9, 12, 13, 14, 20, 24, 27, 32))
    bits = random.choice((4, 8))
    group = random.choice((32, 64))
    users = random.randint(4, 16)
    cache = random.randrange(20, 121, 10) / 100  # GB for each user
    scales = 16 / group
    weights = billions * (bits + scales) / 8
    answer = weights + users * cache
    distractors = {
        "cache-forgotten": weights,
        "one-user-only": weights + cache,
        "scales-forgotten": billions * bits / 8 + users * cache,
        "bits-as-bytes": billions * (bits + scales) + users * cache,
    }
    if not differ_by((answer, *distractors.values()), share=0.025):
        return None
    return Draw(
        parameters={
            "billions": billions,
            "bits": bits,
            "group": group,
            "users": users,
            "cache": cache,
        },
        worked={
            "scales": scales,
            "each": bits + scales,
            "weights": weights,
            "caches": users * cache,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def quantised_weight(random: Random) -> Draw | None:
    """One weight of a group of four after four bits."""
    largest = random.randrange(70, 281, 7)  # in hundredths; a seventh of it is a whole number
    scale = largest // 7
    asked, second, third = random.sample(range(10, largest), 3)
    steps = asked / scale
    whole = round(steps)
    answer = whole * scale / 100
    positive = third / 7  # the scale of someone who takes the largest weight, not the largest size
    distractors = {
        "integer-is-the-weight": whole,
        "cut-off-instead-of-rounded": int(steps) * scale / 100,
        "fifteen-steps": round(asked * 15 / largest) * largest / 1_500,
        "largest-without-sign": round(asked / positive) * positive / 100,
    }
    tied = any(abs(one % 1 - 0.5) < 0.01 for one in (asked * 15 / largest, asked / positive))
    if not 0.55 < steps % 1 < 0.9 or whole < 2 or third <= asked or tied:
        return None
    if not are_apart((answer, asked / 100, *distractors.values()), gap=0.011):
        return None
    return Draw(
        parameters={
            "asked": asked / 100,
            "second": second / 100,
            "third": third / 100,
            "largest": largest / 100,
        },
        worked={"scale": scale / 100, "steps": steps, "whole": whole},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def tokens_a_second(random: Random) -> Draw | None:
    """How fast a card can write for one user, by what it has to read for each token."""
    billions = random.choice((3, 4, 7, 8, 9, 12, 13, 14, 24, 27, 32))
    speed = random.choice((300, 400, 600, 700, 900, 1_000, 1_800))
    bits = random.choice((4, 16))
    size = billions * bits / 8
    answer = speed / size
    distractors = {
        "milliseconds-a-token": 1_000 * size / speed,
        "parameters-are-bytes": speed / billions,
        "bits-as-bytes": speed / (billions * bits),
    }
    if not differ_by((answer, *distractors.values()), share=0.045) or not 8 <= answer <= 250:
        return None
    return Draw(
        parameters={"billions": billions, "speed": speed, "bits": bits},
        worked={"size": size, "milliseconds": 1_000 * size / speed},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def refine_tokens(random: Random) -> Draw | None:
    """What a chain of calls reads that carries its answer along."""
    passages = random.randint(12, 40)
    size = random.randrange(150, 401, 10)
    prompt = random.randrange(100, 301, 10)
    written = random.randrange(80, 251, 10)
    first = prompt + size
    answer = first + (passages - 1) * (first + written)
    distractors = {
        "all-in-one-call": prompt + passages * size,
        "answer-not-carried": passages * first,
        "everything-so-far-again": passages * prompt + size * passages * (passages + 1) // 2,
    }
    if not differ_by((answer, *distractors.values()), share=0.025):
        return None
    return Draw(
        parameters={
            "passages": passages,
            "size": size,
            "prompt": prompt,
            "written": written,
        },
        worked={
            "first": first,
            "later": passages - 1,
            "each": first + written,
            "at_once": distractors["all-in-one-call"],
            "times": answer / distractors["all-in-one-call"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def seconds_in_rounds(random: Random) -> Draw | None:
    """Each passage alone, then together, with a limit of calls at the same time."""
    passages = random.randint(14, 60)
    at_once = random.choice((4, 5, 6, 8))
    seconds = random.randint(2, 6)
    rounds = -(-passages // at_once)
    answer = (rounds + 1) * seconds
    distractors = {
        "one-after-another": (passages + 1) * seconds,
        "no-limit-of-calls": 2 * seconds,
        "last-call-forgotten": rounds * seconds,
        "fraction-of-a-round": (passages / at_once + 1) * seconds,
    }
    if passages % at_once == 0 or not are_apart((answer, *distractors.values()), gap=0.21):
        return None
    return Draw(
        parameters={"passages": passages, "at_once": at_once, "seconds": seconds},
        worked={
            "rounds": rounds,
            "exact": passages / at_once,
            "all_rounds": rounds + 1,
            "refined": passages * seconds,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def runaway_share(random: Random) -> Draw | None:
    """Which share of the tokens the few runs take that circle until the limit."""
    steps = random.randint(3, 7)
    limit = random.choice((20, 25, 30, 40))
    start = random.randrange(1_000, 3_001, 250)
    more = random.randrange(300, 901, 50)
    one_in = random.choice((20, 25, 40, 50))

    def read(count: int) -> int:
        return count * start + more * count * (count - 1) // 2

    good, bad = read(steps), read(limit)
    answer = 100 * bad / (bad + (one_in - 1) * good)
    distractors = {
        "share-of-runs": 100 / one_in,
        "by-number-of-steps": 100 * limit / (limit + (one_in - 1) * steps),
        "last-call-only": 100
        * (start + more * (limit - 1))
        / (start + more * (limit - 1) + (one_in - 1) * (start + more * (steps - 1))),
        "one-run-each": 100 * bad / (bad + good),
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "steps": steps,
            "limit": limit,
            "start": start,
            "more": more,
            "one_in": one_in,
        },
        worked={
            "good": good,
            "bad": bad,
            "good_runs": one_in - 1,
            "all_good": (one_in - 1) * good,
            "together": bad + (one_in - 1) * good,
        },
        answer=answer,
        distractors=distractors,
    )


def differ_by(values: Iterable[Number], *, share: float) -> bool:
    """Whether neighbours differ by more than this share of the larger one."""
    return all(high - low > share * abs(high) for low, high in pairwise(sorted(values)))


GENERATORS = (
    run_with_checks,
    seconds_of_plan,
    served_each_time,
    memory_on_card,
    quantised_weight,
    tokens_a_second,
    refine_tokens,
    seconds_in_rounds,
    runaway_share,
)
