"""Questions about models as services: latency, load and images."""

from math import exp
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question that asks for a count (0.4) and for percent (0.6).
COUNT_GAP = 0.9
PERCENT_GAP = 1.3


@until_sound
def four_requests(random: Random) -> Draw | None:
    """A queue of four requests in front of one worker."""
    service = random.randrange(20, 61, 5)
    second = random.randint(4, service - 4)
    third = second + random.randint(4, service - 4)
    fourth = third + random.randint(4, service - 4)
    answer = 4 * service - fourth
    distractors = {
        "service-time-only": service,
        "finish-instead-of-latency": 4 * service,
        "waiting-only": 3 * service - fourth,
        "only-the-last-one-ahead": 2 * service - (fourth - third),
        "full-service-of-everyone-ahead": 3 * service,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"service": service, "second": second, "third": third, "fourth": fourth},
        worked={"start": 3 * service, "finish": 4 * service, "second_done": 2 * service},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def requests_under_way(random: Random) -> Draw | None:
    """Little's law, and the memory that it asks for."""
    arrivals, milliseconds = random.randrange(40, 301, 10), random.randrange(120, 901, 20)
    megabytes = random.choice((4, 6, 8, 12, 15, 20))
    inside = arrivals * milliseconds / 1_000
    answer = inside * megabytes
    distractors = {
        "all-of-a-second": arrivals * megabytes,
        "one-at-a-time": megabytes,
        "divided-instead": arrivals / milliseconds * 1_000 * megabytes,
        "memory-forgotten": inside,
    }
    values = (answer, *distractors.values())
    if inside < 8 or not are_apart(values, gap=0.025 * max(values)):
        return None
    return Draw(
        parameters={"arrivals": arrivals, "milliseconds": milliseconds, "megabytes": megabytes},
        worked={"seconds": milliseconds / 1_000, "inside": inside},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def mean_of_a_busy_worker(random: Random) -> Draw | None:
    """Mean latency of one worker with random arrivals and a constant service time."""
    service, per_second = random.randint(10, 50), random.randint(12, 90)
    busy = per_second * service / 1_000
    if not 0.5 <= busy <= 0.9:
        return None
    wait = busy * service / (2 * (1 - busy))
    answer = service + wait
    distractors = {
        "nobody-waits": service,
        "waiting-only": wait,
        "two-forgotten": service + 2 * wait,
        "idle-share-ignored": service + busy * service / 2,
    }
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    more = per_second + max(1, per_second // 20)
    more_busy = more * service / 1_000
    if more_busy > 0.96:
        return None
    return Draw(
        parameters={"service": service, "arrivals": per_second},
        worked={
            "more": more,
            "percent": 100 * busy,
            "busy": busy,
            "wait": wait,
            "more_percent": 100 * more_busy,
            "more_mean": service + more_busy * service / (2 * (1 - more_busy)),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def pages_with_a_slow_part(random: Random) -> Draw | None:
    """How many pages meet the slow tail of at least one of their parts."""
    parts, slow = random.randint(5, 40), random.choice((0.5, 1, 2, 3, 5))
    answer = 100 * (1 - (1 - slow / 100) ** parts)
    distractors = {
        "tail-stays-as-rare": slow,
        "shares-add-up": slow * parts,
        "fast-pages": 100 - answer,
        "tail-thins-out": slow / parts,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"parts": parts, "slow": slow},
        worked={"fast": 1 - slow / 100, "all_fast": 100 - answer, "added": slow * parts},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def burst_of_requests(random: Random) -> Draw | None:
    """A burst that one worker cannot answer before its clients give up."""
    service = random.choice((20, 25, 40, 50))
    in_time = random.randint(4, 12)
    timeout = service * in_time + random.randint(1, service // 2)
    burst = random.randrange(60, 201, 10)
    wasted = burst - in_time
    answer = wasted * service / 1_000
    distractors = {
        "everything-is-wasted": burst * service / 1_000,
        "work-ends-with-the-timeout": timeout / 1_000,
        "milliseconds-for-seconds": wasted * service,
    }
    if not are_apart((answer, *distractors.values()), gap=0.05):
        return None
    return Draw(
        parameters={"service": service, "timeout": timeout, "burst": burst},
        worked={"in_time": in_time, "wasted": wasted, "useful": in_time * service},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def builds_of_a_week(random: Random) -> Draw | None:
    """Seconds of building in a week, for layers in a given order."""
    packages_seconds = random.randrange(90, 241, 10)
    model_seconds, code_seconds = random.randint(8, 25), random.randint(10, 30)
    code, model, packages = random.randint(3, 8), random.randint(18, 35), random.randint(2, 3)
    all_three = packages_seconds + model_seconds + code_seconds
    upper = model_seconds + code_seconds
    # From the bottom: packages, model, code.
    answer = packages * all_three + model * upper + code * code_seconds
    # From the bottom: packages, code, model. The model changes more often than the code.
    best = packages * all_three + code * upper + model * model_seconds
    distractors = {
        "only-its-own-layer": packages * packages_seconds
        + model * model_seconds
        + code * code_seconds,
        "everything-each-time": (packages + model + code) * all_three,
        "layers-below-are-rebuilt": packages * packages_seconds
        + model * (packages_seconds + model_seconds)
        + code * all_three,
        "three-layers-once": all_three,
    }
    sound = best < 0.88 * answer
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "packages": packages,
            "model": model,
            "code": code,
            "packages_seconds": packages_seconds,
            "model_seconds": model_seconds,
            "code_seconds": code_seconds,
        },
        worked={
            "all_three": all_three,
            "upper": upper,
            "of_packages": packages * all_three,
            "of_model": model * upper,
            "of_code": code * code_seconds,
            "best": best,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def packages_that_moved(random: Random) -> Draw | None:
    """How many of the packages have another version when they are installed later."""
    packages = random.randint(40, 160)
    every, later = random.choice((40, 50, 60, 80, 90, 120)), random.randrange(10, 61, 5)
    still = exp(-later / every)
    answer = packages * (1 - still)
    distractors = {
        "releases-for-packages": packages * later / every,
        "unmoved-instead-of-moved": packages * still,
        "only-after-the-mean": 0,
        "all-of-them-move": packages,
    }
    if not are_apart((answer, *distractors.values()), gap=2.1):
        return None
    return Draw(
        parameters={"packages": packages, "every": every, "later": later},
        worked={"ratio": later / every, "still": still, "moved": 100 * (1 - still)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def workers_in_a_container(random: Random) -> Draw | None:
    """How many workers a memory limit carries, with a quarter to spare."""
    limit = random.randrange(6, 33, 2)  # in GB
    each = random.randrange(6, 25) / 10
    before_load = random.choice((0.3, 0.4, 0.5))
    needed = each * 1.25
    answer = int(limit / needed + 1e-9)
    distractors = {
        "no-room-to-spare": int(limit / each + 1e-9),
        "measured-at-rest": int(limit / (each - before_load) + 1e-9),
        "rounded-up": answer + 1,
        "spare-taken-once-more": int(limit / (needed * 1.25) + 1e-9),
    }
    exact = min(abs(limit / one % 1 - 0.5) for one in (needed, each))
    sound = answer >= 3 and each - before_load >= 0.3 and exact < 0.45
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"limit": limit, "each": each, "rest": round(each - before_load, 1)},
        worked={"needed": needed, "together": answer * needed, "one_more": (answer + 1) * needed},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def image_to_fetch(random: Random) -> Draw | None:
    """Seconds that a smaller image saves on its way to a new machine."""
    large = random.randrange(40, 91) / 10
    small = random.randrange(8, 26) / 10
    megabits = random.choice((200, 250, 400, 500, 800, 1_000))
    saved = large - small
    answer = saved * 8_000 / megabits
    distractors = {
        "bits-for-bytes": saved * 1_000 / megabits,
        "time-of-the-large-one": large * 8_000 / megabits,
        "time-of-the-small-one": small * 8_000 / megabits,
        "ratio-of-sizes": large / small,
    }
    if not are_apart((answer, *distractors.values()), gap=1.1):
        return None
    return Draw(
        parameters={"large": large, "small": small, "megabits": megabits},
        worked={
            "megabytes": megabits / 8,
            "saved": saved,
            "seconds_large": distractors["time-of-the-large-one"],
            "seconds_small": distractors["time-of-the-small-one"],
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    four_requests,
    requests_under_way,
    mean_of_a_busy_worker,
    pages_with_a_slow_part,
    burst_of_requests,
    builds_of_a_week,
    packages_that_moved,
    workers_in_a_container,
    image_to_fetch,
)
