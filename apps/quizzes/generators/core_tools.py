"""Questions about the tools of each day: asynchronous calls, and versions that fit together."""

from heapq import heapify, heapreplace
from itertools import product
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.model_costs import differ_by
from apps.quizzes.generators.soundness import are_apart, until_sound

CALLS = 6
THINGS = ("stock", "price", "route", "photo", "score", "offer", "label", "draft")


@until_sound
def calls_with_places(random: Random) -> Draw | None:
    """When six calls are done, of which only a few may run at a time."""
    places = random.choice((2, 3))
    calls = random.sample(range(100, 701, 50), CALLS)
    spans = _spans(calls, places=places)
    answer = max(end for _, end in spans)
    groups = [calls[first : first + places] for first in range(0, CALLS, places)]
    distractors = {
        "one-after-the-other": sum(calls),
        "all-at-once": max(calls),
        "waits-for-the-group": sum(map(max, groups)),
        "shared-evenly": sum(calls) / places,
    }
    # Two that end together would leave open which place the next call takes.
    ends = {end for _, end in spans}
    if len(ends) < CALLS or not are_apart((answer, *distractors.values()), gap=10):
        return None
    return Draw(
        parameters={
            "places": places,
            **{f"call_{n}": call for n, call in enumerate(calls, start=1)},
        },
        worked={
            **{f"begin_{n}": begin for n, (begin, _) in enumerate(spans, start=1)},
            **{f"end_{n}": end for n, (_, end) in enumerate(spans, start=1)},
            "all": sum(calls),
            "longest": max(calls),
        },
        answer=answer,
        distractors=distractors,
    )


def _spans(calls: list[int], *, places: int) -> list[tuple[int, int]]:
    """Begin and end of each call. A place that becomes free is taken at once by the next call."""
    free = [0] * places
    heapify(free)
    spans = []
    for call in calls:
        begin = free[0]
        heapreplace(free, begin + call)
        spans.append((begin, begin + call))
    return spans


@until_sound
def long_call_first(random: Random) -> Draw | None:
    """What is saved by a long call that begins with the first ones, and not after all others."""
    places, rounds, times = random.randint(3, 6), random.randint(6, 15), random.randint(3, 14)
    short = random.randrange(100, 401, 50)
    calls = places * rounds
    beside = times * (places - 1)
    left = calls - beside
    if left <= 0 or times % places == 0:
        return None
    rounds_left = -(-left // places)
    long = times * short
    last, first = rounds * short + long, long + rounds_left * short
    distractors = {
        "order-cannot-matter": 0,
        "long-call-becomes-free": long,
        "only-the-long-one-remains": rounds * short,
        "work-divides-evenly": long * (places - 1) / places,
    }
    if not are_apart((last - first, *distractors.values()), gap=10):
        return None
    return Draw(
        parameters={"places": places, "calls": calls, "short": short, "long": long},
        worked={
            "rounds": rounds,
            "rounds_time": rounds * short,
            "last": last,
            "times": times,
            "others": places - 1,
            "beside": beside,
            "left": left,
            "rounds_left": rounds_left,
            "first": first,
        },
        answer=last - first,
        distractors=distractors,
    )


@until_sound
def tasks_and_coroutines(random: Random) -> Draw | None:
    """The order in which a task, a coroutine and what is awaited at once are done."""
    task, coroutine, awaited = random.sample(THINGS, 3)
    of_task, of_coroutine, of_awaited = (random.randrange(5, 41, 5) for _ in range(3))

    def printed(**ends: int) -> str:
        names = {"task": task, "coroutine": coroutine, "awaited": awaited}
        return "\n".join(names[one] for one in sorted(ends, key=lambda one: ends[one]))

    ends = (of_task, of_awaited, of_awaited + of_coroutine, of_coroutine)
    if not are_apart(ends, gap=4):
        return None
    answer = printed(task=of_task, coroutine=of_awaited + of_coroutine, awaited=of_awaited)
    distractors = {
        "coroutine-runs-at-once": printed(task=of_task, coroutine=of_coroutine, awaited=of_awaited),
        "task-waits-for-its-await": printed(awaited=0, coroutine=1, task=2),
        "line-by-line": printed(task=0, coroutine=1, awaited=2),
    }
    if len({answer, *distractors.values()}) < 4:
        return None
    return Draw(
        parameters={
            "task": task,
            "coroutine": coroutine,
            "awaited": awaited,
            "of_task": of_task / 100,
            "of_coroutine": of_coroutine / 100,
            "of_awaited": of_awaited / 100,
        },
        worked={"end_of_coroutine": (of_awaited + of_coroutine) / 100},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def computing_in_the_loop(random: Random) -> Draw | None:
    """How many requests one thread answers that waits for many and computes for one."""
    computes = random.choice((4, 5, 8, 10, 16, 20, 25, 40, 50))
    waits, tasks = random.randrange(60, 401, 20), random.randrange(20, 101, 10)
    each = waits + computes
    answer = 1_000 / computes
    distractors = {
        "waiting-holds-the-thread": 1_000 / each,
        "tasks-compute-side-by-side": tasks * 1_000 / each,
        "only-waiting-counts": 1_000 / waits,
        "each-task-has-a-thread": tasks * 1_000 / computes,
    }
    values = (answer, *distractors.values())
    # Only then it is the computing that sets the limit, and not the number of tasks.
    if distractors["tasks-compute-side-by-side"] < 1.5 * answer:
        return None
    if not differ_by(values, share=0.05):
        return None
    return Draw(
        parameters={"waits": waits, "computes": computes, "tasks": tasks},
        worked={
            "each": each,
            "believed": distractors["tasks-compute-side-by-side"],
            "four": 4 * answer,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def resolved_by_hand(random: Random) -> Draw | None:
    """The version that a resolver finds for a package that two others need."""
    newest = random.randint(9, 14)
    demands = {}
    for package, version in product(("charts", "models"), (3, 2, 1)):
        low = random.randint(1, newest - 2)
        demands[f"{package}_{version}"] = low, low + random.randint(2, 6)
    if any(high > newest for _, high in demands.values()):
        return None
    found = _newest_first(demands)
    if found is None:
        return None
    charts, models, answer = found
    if (charts, models) == (3, 3):
        return None
    lowest = max(demands[f"charts_{charts}"][0], demands[f"models_{models}"][0])
    distractors = {
        "newest-of-all": newest,
        "charts-alone": demands["charts_3"][1] - 1,
        "models-alone": demands["models_3"][1] - 1,
        "oldest-that-fits": lowest,
    }
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={
            "newest": newest,
            **{f"{name}_low": low for name, (low, _) in demands.items()},
            **{f"{name}_high": high for name, (_, high) in demands.items()},
        },
        worked={
            "charts": charts,
            "models": models,
            "lowest": lowest,
            "too_high": min(demands[f"charts_{charts}"][1], demands[f"models_{models}"][1]),
        },
        answer=answer,
        distractors=distractors,
    )


def _newest_first(demands: dict[str, tuple[int, int]]) -> tuple[int, int, int] | None:
    for charts, models in product((3, 2, 1), (3, 2, 1)):
        one, other = demands[f"charts_{charts}"], demands[f"models_{models}"]
        low, high = max(one[0], other[0]), min(one[1], other[1])
        if low < high:
            return charts, models, high - 1
    return None


@until_sound
def release_in_the_night(random: Random) -> Draw | None:
    """What is installed with a lock file and without, once new versions are out."""
    lowest = random.randint(1, 9)
    locked = lowest + random.randint(1, 6)
    fresh = locked + random.randint(1, 4)
    newest = fresh + random.randint(1, 4)
    return Draw(
        parameters={
            "lowest": lowest,
            "too_high": fresh + 1,
            "locked": locked,
            "first_new": locked + 1,
            "newest": newest,
            "fresh": fresh,
        },
    )


GENERATORS = (
    calls_with_places,
    computing_in_the_loop,
    long_call_first,
    release_in_the_night,
    resolved_by_hand,
    tasks_and_coroutines,
)
