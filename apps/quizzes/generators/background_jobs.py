"""Questions about work that outlives its request: queues, refusals and keys."""

from collections.abc import Sequence
from math import ceil
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question that asks for a count (0.4) and for minutes (0.1).
COUNT_GAP = 0.9
MINUTES_GAP = 0.25
SECONDS_OF_A_JOB = (10, 12, 15, 20, 24, 30, 40, 45, 60)


@until_sound
def jobs_after_a_burst(random: Random) -> Draw | None:
    """How long the last job of a burst waits for a worker."""
    workers, seconds = random.randint(3, 9), random.choice(SECONDS_OF_A_JOB)
    capacity, rest = divmod(60 * workers, seconds)
    usual, burst = capacity - random.randint(2, 6), capacity + random.randint(3, 12)
    minutes = random.randrange(10, 41, 5)
    backlog = (burst - capacity) * minutes
    answer = backlog / capacity
    if rest or usual < 2 or not 1.5 <= answer <= 30:
        return None
    drain = backlog / (capacity - usual)
    distractors = {
        "waits-until-all-is-done": drain,
        "own-work-only": seconds / 60,
        "nothing-done-meanwhile": burst * minutes / capacity,
        "one-worker-for-all": backlog * seconds / 60,
    }
    if drain > 90 or not are_apart((answer, *distractors.values()), gap=MINUTES_GAP):
        return None
    return Draw(
        parameters={
            "workers": workers,
            "seconds": seconds,
            "usual": usual,
            "burst": burst,
            "minutes": minutes,
        },
        worked={
            "capacity": capacity,
            "more": burst - capacity,
            "backlog": backlog,
            "spare": capacity - usual,
            "drain": drain,
            "whole": minutes + drain,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def workers_for_a_promise(random: Random) -> Draw | None:
    """The fewest workers with which nobody waits longer than was promised."""
    usual = random.randint(3, 12)
    burst, minutes = usual * random.randint(3, 6), random.randrange(10, 41, 5)
    seconds, promise = random.choice(SECONDS_OF_A_JOB), random.randint(4, 15)
    exact = burst * minutes * seconds / 60 / (minutes + promise)
    answer = ceil(exact)
    distractors = {
        "keeps-up-with-the-burst": ceil(burst * seconds / 60),
        "rounded-down": answer - 1,
        "built-for-the-usual-day": ceil(usual * seconds / 60),
        "work-begins-after-the-burst": ceil(burst * minutes * seconds / (60 * promise)),
    }
    sound = 3 <= answer <= 40 and 0.08 < exact % 1 < 0.92
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None

    def longest_wait(workers: int) -> float:
        return minutes * (burst * seconds / 60 / workers - 1)

    return Draw(
        parameters={
            "usual": usual,
            "burst": burst,
            "minutes": minutes,
            "seconds": seconds,
            "promise": promise,
        },
        worked={
            "jobs": burst * minutes,
            "work": burst * minutes * seconds / 60,
            "within": minutes + promise,
            "exact": exact,
            "wait": longest_wait(answer),
            "wait_with_fewer": longest_wait(answer - 1),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def refused_at_the_door(random: Random) -> Draw | None:
    """Jobs that a queue with a limit refuses during a burst."""
    workers, seconds = random.randint(3, 9), random.choice(SECONDS_OF_A_JOB)
    capacity, rest = divmod(60 * workers, seconds)
    more, fills = random.randint(3, 12), random.randint(2, 8)
    minutes = random.randrange(10, 31, 5)
    burst, limit = capacity + more, more * fills
    answer = more * (minutes - fills)
    distractors = {
        "refused-from-the-start": more * minutes,
        "full-means-closed": burst * (minutes - fills),
        "nothing-done-meanwhile": burst * minutes - limit,
        "refused-is-what-waits": limit,
    }
    sound = not rest and 4 <= capacity <= 30 and minutes - fills >= 4
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "workers": workers,
            "seconds": seconds,
            "burst": burst,
            "minutes": minutes,
            "limit": limit,
        },
        worked={
            "capacity": capacity,
            "more": more,
            "fills": fills,
            "full": minutes - fills,
            "wait": limit / capacity,
            "backlog": more * minutes,
            "wait_without": more * minutes / capacity,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def sent_again(random: Random) -> Draw | None:
    """What is paid for answers that come when their caller has gone."""
    documents, percent = random.randrange(400, 2_001, 100), random.randint(5, 40)
    tries, cents = random.randint(3, 5), random.randint(2, 9)
    slow = documents * percent // 100
    price = cents / 100
    answer = slow * tries * price
    distractors = {
        "last-try-arrives": slow * (tries - 1) * price,
        "each-is-paid-once": slow * price,
        "answers-in-time-counted": (documents - slow + slow * tries) * price,
        "everybody-tries-again": documents * tries * price,
    }
    if not are_apart((answer, *distractors.values()), gap=0.25):
        return None
    return Draw(
        parameters={
            "documents": documents,
            "percent": percent,
            "tries": tries,
            "price": price,
            "gives_up": random.choice((15, 20, 30)),
        },
        worked={
            "slow": slow,
            "fast": documents - slow,
            "lost": slow * tries,
            "as_jobs": documents * price,
            "now": (documents - slow + slow * tries) * price,
        },
        answer=answer,
        distractors=distractors,
    )


def _statuses(before: str, after: str, longest: int, *, believed: str = "") -> str:
    """What a queue with keys prints, and what one expects of it who ``believed`` otherwise."""
    known: set[str] = set()
    queue: list[str] = []

    def accept(key: str) -> int:
        full = len(queue) >= longest
        if believed == "full-refuses-everyone" and full:
            return 503
        if key in known and believed != "a-resend-takes-a-place":
            return 202
        if full:
            if believed == "refused-is-remembered":
                known.add(key)
            return 503
        known.add(key)
        queue.append(key)
        return 202

    first = [accept(key) for key in before]
    done = queue.pop(0)
    if believed == "done-is-forgotten":
        known.remove(done)
    second = [accept(key) for key in after]
    return f"{first}\n{second} {len(queue)}"


@until_sound
def jobs_and_keys(random: Random) -> Draw | None:
    """A queue with a limit, in front of which some requests stand twice."""
    longest = random.choice((2, 3))
    before = "".join(random.choices("abcd", k=longest + 3))
    after = "".join(random.choices("abcde", k=3))
    beliefs = (
        "a-resend-takes-a-place",
        "full-refuses-everyone",
        "refused-is-remembered",
        "done-is-forgotten",
    )
    answer = _statuses(before, after, longest)
    distractors = {one: _statuses(before, after, longest, believed=one) for one in beliefs}
    if len({answer, *distractors.values()}) < 1 + len(beliefs):
        return None
    known = _taken(before, longest)
    return Draw(
        parameters={"longest": longest, "before": before, "after": after},
        worked={
            "taken": ", ".join(known),
            "refused": ", ".join(sorted({*before} - {*known})),
            "done": known[0],
            "waiting": answer.rsplit(" ", 1)[1],
        },
        answer=answer,
        distractors=distractors,
    )


def _taken(keys: str, longest: int) -> Sequence[str]:
    """The keys that get a place: the first different ones."""
    return list(dict.fromkeys(keys))[:longest]


@until_sound
def quiet_queue(random: Random) -> Draw | None:
    """Most workers have died, and the queue is still shorter than on a good day."""
    workers, alive = random.randint(6, 12), random.randint(1, 2)
    seconds = random.choice(SECONDS_OF_A_JOB)
    capacity, rest = divmod(60 * workers, seconds)
    left, rest_alive = divmod(60 * alive, seconds)
    arrivals = capacity * random.randint(50, 80) // 100
    minutes, promise = random.randrange(15, 41, 5), random.choice((5, 8, 10, 12))
    more = arrivals - left
    if rest or rest_alive or left < 2 or more < 2:
        return None
    waiting = more * minutes
    # All workers together would have so many done within nine tenths of the promise; in tens.
    limit = capacity * promise * 9 // 100 * 10
    age, rings = waiting / arrivals, promise * arrivals / more
    sound = waiting <= 0.9 * limit and age >= promise + 1 and rings <= minutes - 3
    return (
        Draw(
            parameters={
                "workers": workers,
                "alive": alive,
                "seconds": seconds,
                "arrivals": arrivals,
                "minutes": minutes,
                "promise": promise,
                "limit": limit,
            },
            worked={
                "capacity": capacity,
                "left": left,
                "more": more,
                "waiting": waiting,
                "age": age,
                "newest": waiting / left,
                "usual_wait": limit / capacity,
                "rings": rings,
                "length_rings": limit / more,
            },
        )
        if sound
        else None
    )


GENERATORS = (
    jobs_after_a_burst,
    workers_for_a_promise,
    refused_at_the_door,
    sent_again,
    jobs_and_keys,
    quiet_queue,
)
