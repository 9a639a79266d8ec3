"""Questions about pipelines that run by themselves, and the stores behind them."""

from math import comb
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question that asks for a count (0.4) and for percent (0.6).
COUNT_GAP = 0.9
PERCENT_GAP = 1.3


@until_sound
def quiet_nights(random: Random) -> Draw | None:
    """How many nights need nobody when each task may be tried a second time."""
    tasks, fails = random.randint(20, 80), random.randint(2, 6)  # in percent of nights
    fails_twice = fails**2 / 10_000
    answer = 100 * (1 - fails_twice) ** tasks
    distractors = {
        "retry-forgotten": 100 * (1 - fails / 100) ** tasks,
        "second-try-is-another-task": 100 * (1 - fails / 100) ** (2 * tasks),
        "one-task-for-all": 100 * (1 - fails_twice),
        "failing-nights": 100 - answer,
        "failure-halved": 100 * (1 - fails / 200) ** tasks,
    }
    if answer < 60 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"tasks": tasks, "fails": fails},
        worked={
            "both_fail": 100 * fails_twice,
            "good": 1 - fails_twice,
            "without": distractors["retry-forgotten"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def bookings_by_key(random: Random) -> Draw | None:
    """A load by key, run again after the source has withdrawn some rows."""
    first = random.randrange(300, 1_501, 10)
    withdrawn, late = random.randint(8, 40), random.randint(5, 60)
    second = first - withdrawn + late
    answer = first + late
    distractors = {
        "withdrawn-rows-vanish": second,
        "rows-are-appended": first + second,
        "second-run-does-nothing": first,
        "withdrawn-and-late-both-added": first + late + withdrawn,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"first": first, "withdrawn": withdrawn, "late": late, "second": second},
        worked={"again": first - withdrawn},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def night_of_six_tasks(random: Random) -> Draw | None:
    """A task graph in which neither the longest task nor the longest wait is critical."""
    results, wards = random.randint(8, 20), random.randint(18, 34)
    clean = random.randrange(14, 31, 2)
    features, train = random.randint(10, 25), random.randint(20, 40)
    report = random.randint(41, 60)
    joined = results + clean
    answer = joined + features + train
    sooner = max(results + clean // 2, wards) + features + train
    report_ends = joined + report
    distractors = {
        "one-after-another": results + wards + clean + features + train + report,
        "features-start-with-the-first-need": wards + features + train,
        "longest-task-decides": report_ends,
        "needs-are-added": joined + wards + features + train,
    }
    sound = (
        results < wards < joined - 2
        and report_ends < sooner - 1
        and sooner < answer - 2
        and max(results, wards, clean, features, train) < report
    )
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "results": results,
            "wards": wards,
            "clean": clean,
            "features": features,
            "train": train,
            "report": report,
        },
        worked={
            "joined": joined,
            "slack": joined - wards,
            "features_end": joined + features,
            "report_ends": report_ends,
            "sooner": sooner,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def late_shops(random: Random) -> Draw | None:
    """Orders that arrive after the last run that looks at their day."""
    one, two, three = random.randint(5, 12), random.randint(3, 6), random.randint(1, 3)
    at_once = 100 - one - two - three
    window = random.choice((2, 3))
    orders = random.randrange(4_000, 30_001, 500)
    shares = (at_once, one, two, three)
    lost = sum(shares[window:])
    answer = orders * lost // 100
    distractors = {
        "only-the-first-day-counts": orders * (100 - at_once) // 100,
        "window-begins-tomorrow": orders * sum(shares[window + 1 :]) // 100,
        "arrived-instead-of-lost": orders * (100 - lost) // 100,
        "last-delay-in-reach": orders * shares[window - 1] // 100,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "at_once": at_once,
            "one": one,
            "two": two,
            "three": three,
            "window": window,
            "orders": orders,
        },
        worked={"lost": lost, "caught": 100 - lost, "longest_caught": window - 1},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def renamed_field(random: Random) -> Draw | None:
    """A sum over documents that leaves out those with another name of the field."""
    documents = random.randrange(2_000, 9_001, 100)
    share = random.choice((60, 64, 70, 72, 75, 80))  # percent that have the old name
    counted = documents * share // 100
    mean = random.randint(12, 45) / 10
    shown = round(counted * mean)
    answer = documents * shown / counted
    distractors = {
        "missing-counts-as-zero": shown,
        "share-taken-twice": shown * share / 100,
        "one-unit-for-each": shown + documents - counted,
        "missing-share-added": shown * (1 + (100 - share) / 100),
    }
    values = (answer, *distractors.values())
    if not are_apart(values, gap=0.025 * max(values)):
        return None
    return Draw(
        parameters={"documents": documents, "counted": counted, "shown": shown},
        worked={"renamed": documents - counted, "mean": shown / counted},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def mean_with_a_cache(random: Random) -> Draw | None:
    """Mean time of an answer with a cache in front of a slow computation."""
    lookup = random.randint(1, 5)
    compute = random.randrange(60, 401, 10)
    hits = random.randrange(55, 96)
    answer = lookup + (100 - hits) * compute / 100
    distractors = {
        "a-miss-needs-no-look-up": hits * lookup / 100 + (100 - hits) * compute / 100,
        "hits-and-misses-swapped": lookup + hits * compute / 100,
        "most-are-fast": lookup,
        "plain-mean-of-both": (2 * lookup + compute) / 2,
        "cache-saves-all": (100 - hits) * lookup / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={"lookup": lookup, "compute": compute, "hits": hits},
        worked={"misses": 100 - hits, "of_misses": (100 - hits) * compute / 100},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def old_answers(random: Random) -> Draw | None:
    """Reads that meet none of the copies that have the latest write."""
    copies = random.randint(4, 9)
    write = random.randint(2, copies - 2)
    read = random.randint(2, copies - write)
    reads = random.randrange(1_000, 20_001, 1_000)
    behind = copies - write
    groups, stale = comb(copies, read), comb(behind, read)
    answer = reads * stale / groups
    distractors = {
        "confirmed-means-everywhere": 0,
        "read-of-one-copy": reads * behind / copies,
        "same-copy-asked-twice": reads * (behind / copies) ** read,
        "new-instead-of-old": reads - answer,
    }
    values = (answer, *distractors.values())
    if not are_apart(values, gap=0.025 * max(values)):
        return None
    return Draw(
        parameters={"copies": copies, "write": write, "read": read, "reads": reads},
        worked={
            "behind": behind,
            "groups": groups,
            "stale": stale,
            "share": 100 * stale / groups,
            "both": write + read,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def flats_to_fetch(random: Random) -> Draw | None:
    """How many neighbours a search must fetch so that enough pass a filter afterwards."""
    wanted = random.choice((8, 10, 12, 15, 20, 24))
    percent = random.choice((2, 3, 4, 5, 6, 8, 10, 12))
    flats = random.randrange(20_000, 90_001, 5_000)
    answer = wanted * 100 / percent
    distractors = {
        "filter-takes-nothing-away": wanted,
        "what-passes-of-the-wanted": wanted * percent / 100,
        "everything-in-the-town": flats * percent / 100,
    }
    whole = wanted * 100 % percent == 0
    if not whole or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"wanted": wanted, "percent": percent, "flats": flats},
        worked={"left": wanted * percent / 100, "in_town": flats * percent // 100},
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    quiet_nights,
    bookings_by_key,
    night_of_six_tasks,
    late_shops,
    renamed_field,
    mean_with_a_cache,
    old_answers,
    flats_to_fetch,
)
