"""Questions about event streams, and about numbers that are fetched from services."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

RELATIVE_GAP = 0.025  # more than twice a relative tolerance of 0.01, of the larger
EDGES = (25, 50, 100, 250, 500)  # of the buckets of a histogram, in ms


@until_sound
def pace_to_catch_up(random: Random) -> Draw | None:
    """How fast a reader has to be if a standstill may be felt for so long only."""
    rate = random.randrange(200, 901, 20)
    stop = random.randint(2, 12)
    within = stop + random.randint(ceil(stop / 2) + 1, 3 * stop)
    answer = rate * within / (within - stop)
    distractors = {
        "as-fast-as-they-come": rate,
        "lag-without-the-new-ones": rate * stop / (within - stop),
        "whole-time-to-catch-up": rate + rate * stop / within,
    }
    if not are_apart(map(log, (answer, *distractors.values())), gap=RELATIVE_GAP):
        return None
    return Draw(
        parameters={"rate": rate, "stop": stop, "within": within},
        worked={
            "lag": rate * stop * 60,
            "all": rate * within * 60,
            "left": within - stop,
            "left_seconds": (within - stop) * 60,
            "spare": answer - rate,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def totals_after_a_crash(random: Random) -> Draw | None:
    """Work and note in both orders, with a death between the two."""
    amounts = random.sample(range(5, 100, 5), random.randint(5, 6))
    dies = random.randint(1, len(amounts) - 2)
    total, one, before = sum(amounts), amounts[dies], sum(amounts[:dies])
    return Draw(
        parameters={"amounts": f"[{', '.join(map(str, amounts))}]", "dies": dies},
        worked={
            "total": total,
            "one": one,
            "twice": total + one,
            "lost": total - one,
            "again": total + before + one,
        },
        answer=f"{total} {total + one} {total - one}",
        distractors={
            "a-note-makes-it-exact": f"{total} {total} {total}",
            "orders-swapped": f"{total} {total - one} {total + one}",
            "begins-at-the-beginning": f"{total} {total + before + one} {total + before}",
            "death-undoes-the-work": f"{total} {total} {total - one}",
        },
    )


@until_sound
def readers_of_partitions(random: Random) -> Draw | None:
    """What a group of readers can do whose partitions cannot be shared out evenly."""
    partitions = random.randint(5, 16)
    readers = random.randint(3, partitions - 1)
    each = random.randrange(120, 961, 24)
    most = ceil(partitions / readers)
    fewest = ceil(partitions / most)
    answer, rest = divmod(each * partitions, most)
    distractors = {
        "readers-add-up": readers * each,
        "partitions-add-up": partitions * each,
        "full-readers-only": partitions % readers * each,
    }
    # One reader at least is there for nothing: so many would do the same.
    sound = not rest and partitions % readers and fewest < readers and partitions % most
    if not sound or not are_apart(map(log, (answer, *distractors.values())), gap=RELATIVE_GAP):
        return None
    return Draw(
        parameters={"partitions": partitions, "readers": readers, "each": each},
        worked={
            "most": most,
            "fewest": fewest,
            "share": 100 * most / partitions,
            "more_readers": ceil(partitions / (most - 1)),
            "with_more": each * partitions / (most - 1),
            "added": readers * each,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def one_busy_key(random: Random) -> Draw | None:
    """A key that brings more events than one reader can do."""
    partitions, each = random.choice((6, 8, 10, 12)), random.randrange(100, 301, 20)
    rate = each * partitions * random.randint(45, 70) // 1_000 * 10
    percent = random.randrange(25, 56, 5)
    hot = rate * percent / 100
    others = (rate - hot) / partitions
    more = hot + others - each
    if hot < 1.2 * each or others > 0.6 * each:
        return None
    return Draw(
        parameters={
            "partitions": partitions,
            "each": each,
            "rate": rate,
            "percent": percent,
            "doubled": 2 * partitions,
        },
        worked={
            "hot": hot,
            "others": others,
            "together": hot + others,
            "an_hour": 3_600 * more,
            "fair": rate / partitions,
            "after_doubling": hot + others / 2,
        },
    )


@until_sound
def rate_of_a_counter(random: Random) -> Draw | None:
    """Six fetches of a counter that began again at 0 between two of them."""
    steps = [random.randrange(60, 420, 10) for _ in range(5)]
    restart = random.randint(1, 3)
    samples = [random.randrange(1_000, 9_000, 10)]
    for place, step in enumerate(steps):
        samples.append(step if place == restart else samples[-1] + step)
    seconds = 15 * len(steps)
    increase = sum(steps)
    without = increase - steps[restart]
    answer = increase / seconds
    distractors = {
        "last-minus-first": (samples[-1] - samples[0]) / seconds,
        "restart-left-out": without / seconds,
        "sizes-of-all-steps": (without + samples[restart] - steps[restart]) / seconds,
        "fetch-for-a-second": increase / len(steps),
    }
    if not are_apart((answer, *distractors.values()), gap=0.25):
        return None
    return Draw(
        parameters={f"sample_{place}": sample for place, sample in enumerate(samples)},
        worked={
            **{f"step_{place}": step for place, step in enumerate(steps)},
            "highest": samples[restart],
            "new": steps[restart],
            "increase": increase,
            "difference": samples[-1] - samples[0],
        },
        answer=answer,
        distractors=distractors,
    )


def _counts(random: Random, total: int) -> Sequence[int]:
    """How many of ``total`` answers took at most as long as each edge says."""
    shares = sorted(random.uniform(0.3, 0.998) for _ in EDGES)
    return [round(total * share / 10) * 10 for share in shares]


@until_sound
def percentile_of_buckets(random: Random) -> Draw | None:
    """A percentile, by a straight line within its bucket."""
    total, percent = random.randrange(1_000, 9_001, 1_000), random.choice((80, 90, 95, 97, 98))
    counts = _counts(random, total)
    rank = total * percent // 100
    place = next((n for n, count in enumerate(counts) if count >= rank), 0)
    if place == 0:  # none of the buckets, or the first one
        return None
    low, high, below, up_to = EDGES[place - 1], EDGES[place], counts[place - 1], counts[place]
    if up_to - below < 40 or not 0.1 < (rank - below) / (up_to - below) < 0.9:
        return None
    part = (rank - below) / (up_to - below)
    answer = low + part * (high - low)
    distractors = {
        "upper-edge": high,
        "lower-edge": low,
        "counted-from-above": high - part * (high - low),
        "line-from-zero": high * rank / up_to,
        "bucket-from-zero": part * high,
    }
    empty = any(more == less for less, more in pairwise((*counts, total)))
    if empty or not are_apart((answer, *distractors.values()), gap=2.5):
        return None
    return Draw(
        parameters={
            "total": total,
            "percent": percent,
            **{f"count_{n}": count for n, count in enumerate(counts)},
        },
        worked={
            "rank": rank,
            "low": low,
            "high": high,
            "below": below,
            "up_to": up_to,
            "inside": up_to - below,
            "into": rank - below,
            "part": part,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def series_of_labels(random: Random) -> Draw | None:
    """Combinations of labels, with some that have few values and one that has many."""
    routes, results, servers = random.randint(6, 12), random.randint(3, 5), random.randint(3, 8)
    lines, countries = random.randint(11, 14), random.randint(8, 20)
    customers = random.randrange(20_000, 90_001, 5_000)
    now = routes * results * servers * lines
    with_few = now * 2 * countries
    if not 20_000 <= with_few <= 400_000:
        return None
    return Draw(
        parameters={
            "routes": routes,
            "results": results,
            "servers": servers,
            "lines": lines,
            "countries": countries,
            "customers": customers,
        },
        worked={
            "now": now,
            "with_few": with_few,
            "with_customers": now * customers / 1e6,
        },
    )


GENERATORS = (
    pace_to_catch_up,
    totals_after_a_crash,
    readers_of_partitions,
    one_busy_key,
    rate_of_a_counter,
    percentile_of_buckets,
    series_of_labels,
)
