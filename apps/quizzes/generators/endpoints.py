"""Questions about managed endpoints: what it costs to wait, and how long a start takes."""

from collections.abc import Iterable
from math import ceil, log
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

HOURS = 730  # of a month
COUNT_GAP = 0.9  # more than twice the tolerance of a question that asks for a count (0.4)
RELATIVE_GAP = 0.035  # more than twice the relative tolerance of a sum (0.015), of the larger


def _differ(values: Iterable[Number]) -> bool:
    """Whether all are positive and no two of them lie within a relative tolerance."""
    values = list(values)
    return min(values) > 0 and are_apart(map(log, values), gap=RELATIVE_GAP)


@until_sound
def requests_that_pay_an_instance(random: Random) -> Draw | None:
    """From how many requests on an instance that waits is cheaper than payment by the request."""
    hourly, work = random.randrange(20, 121, 5) / 100, random.randrange(10, 81, 5) / 100
    price = random.randint(1, 5)  # for ten thousand seconds of work
    carries = int(random.uniform(0.5, 0.7) * HOURS * 3_600 / work / 1e6 * 10) / 10
    month, million = hourly * HOURS, work * price * 100
    answer = month / million
    distractors = {
        "capacity-is-the-border": carries,
        "second-for-a-request": month / (price * 100),
        "a-day-for-a-month": 24 * hourly / million,
    }
    sound = 1 <= answer <= 0.85 * carries
    if not sound or not _differ((answer, *distractors.values())):
        return None
    return Draw(
        parameters={
            "hourly": hourly,
            "work": work,
            "price": price / 10_000,
            "carries": carries,
        },
        worked={
            "month": month,
            "million": million,
            "at_the_top": carries * million,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def bill_beyond_one_instance(random: Random) -> Draw | None:
    """The smaller of two bills, for more requests than one instance can carry."""
    monthly, carries = random.randrange(150, 601, 10), random.randint(5, 12)
    million = random.randrange(16, 71)
    volume = carries * random.uniform(1.05, 2.7) // 0.5 / 2
    instances = ceil(volume / carries)
    by_instances, by_requests = instances * monthly, volume * million
    requests_win = random.choice((True, False))
    distractors = {
        "dearer-of-the-two": max(by_instances, by_requests),
        "one-carries-all": monthly,
        "part-of-an-instance": volume / carries * monthly,
    }
    answer = min(by_instances, by_requests)
    sound = (
        instances >= 2
        and (by_requests < by_instances) == requests_win
        and monthly / million < carries
        and max(by_instances, by_requests) < 1.6 * answer
    )
    if not sound or not _differ((answer, *distractors.values())):
        return None
    return Draw(
        parameters={
            "monthly": monthly,
            "carries": carries,
            "million": million,
            "volume": volume,
        },
        worked={
            "instances": instances,
            "by_instances": by_instances,
            "by_requests": by_requests,
            "first_border": monthly / million,
            "cheaper": "by the request" if requests_win else "for instances that are always on",
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def timer_for_an_instance(random: Random) -> Draw | None:
    """What is saved by an instance that runs in office hours only."""
    hourly = random.randrange(60, 401, 10) / 100
    days, hours, lead = random.randint(20, 23), random.randint(8, 12), random.choice((15, 30, 45))
    running = days * (hours + lead / 60)
    answer = hourly * (HOURS - running)
    distractors = {
        "cost-for-saving": hourly * running,
        "week-ends-run-too": hourly * (HOURS - 30 * (hours + lead / 60)),
        "nights-run-too": hourly * (HOURS - 24 * days),
        "start-in-the-last-second": hourly * (HOURS - days * hours),
    }
    if not are_apart((answer, *distractors.values()), gap=1.1):
        return None
    return Draw(
        parameters={"hourly": hourly, "days": days, "hours": hours, "lead": lead},
        worked={
            "a_day": hours + lead / 60,
            "running": running,
            "always": hourly * HOURS,
            "with_timer": hourly * running,
            "share": 100 * answer / (hourly * HOURS),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def instances_at_the_peak(random: Random) -> Draw | None:
    """Instances for the busiest minutes of a service that is asked in office hours."""
    millions, work = random.randint(4, 30), random.randrange(20, 91, 10) / 100
    days, hours = random.randint(20, 23), random.randint(8, 12)
    times, at_once = random.choice((2, 2.5, 3)), random.choice((2, 3, 4))
    use = random.choice((60, 70, 75))
    a_second = millions * 1e6 / (days * hours * 3_600)
    exact = times * a_second * work / at_once * 100 / use
    answer = ceil(exact)
    believed = {
        "month-has-730-hours": exact * days * hours / HOURS,
        "mean-is-enough": exact / times,
        "full-is-the-plan": exact * use / 100,
    }
    distractors = {name: ceil(value) for name, value in believed.items()}
    distractors["rounded-down"] = answer - 1
    # Far enough from a whole number that everybody rounds up to the same.
    clear = all(0.05 < value % 1 < 0.95 for value in (exact, *believed.values()))
    sound = clear and 6 <= answer <= 60
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "millions": millions,
            "work": work,
            "days": days,
            "hours": hours,
            "times": times,
            "at_once": at_once,
            "use": use,
        },
        worked={
            "open": days * hours,
            "a_second": a_second,
            "peak": times * a_second,
            "each": at_once / work * use / 100,
            "exact": exact,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def timed_out_at_dawn(random: Random) -> Draw | None:
    """Callers who give up while an endpoint that was scaled to zero starts."""
    machine, load = random.randint(15, 50), random.randint(6, 25)
    gigabytes, speed = random.randrange(20, 71, 5) / 10, random.choice((50, 80, 100, 125))
    fetch = gigabytes * 1_000 / speed
    start, smaller = machine + fetch + load, machine + fetch / 2 + load
    gives_up, gap = random.choice((10, 15, 20, 30)), random.randint(3, 9)
    answer = ceil((start - gives_up) / gap)
    distractors = {
        "all-who-wait": ceil(start / gap),
        "image-is-the-start": ceil((fetch - gives_up) / gap),
        "only-the-first": 1,
        "time-outs-for-callers": ceil(start / gives_up),
    }
    parts = [(start - gives_up) / gap, start / gap, (smaller - gives_up) / gap, start / gives_up]
    clear = all(0.08 < part % 1 < 0.92 for part in parts)
    # Not even a start without an image would be in time.
    sound = clear and machine > gives_up and fetch > gives_up + gap
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "machine": machine,
            "load": load,
            "gigabytes": gigabytes,
            "speed": speed,
            "gives_up": gives_up,
            "gap": gap,
        },
        worked={
            "fetch": fetch,
            "start": start,
            "too_early": start - gives_up,
            "smaller": smaller,
            "with_smaller": ceil((smaller - gives_up) / gap),
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    requests_that_pay_an_instance,
    bill_beyond_one_instance,
    timer_for_an_instance,
    instances_at_the_peak,
    timed_out_at_dawn,
)
