"""Questions about models in operation: drift, experiments, scaling and updates."""

from math import ceil, floor, log, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question that asks for a count (0.4) and for percent (0.6).
COUNT_GAP = 0.9
PERCENT_GAP = 1.3


@until_sound
def stability_of_ages(random: Random) -> Draw | None:
    """The population stability index of four bins that held a quarter each."""
    now = [random.randint(9, 45) for _ in range(3)]
    now.append(100 - sum(now))
    if not 9 <= now[3] <= 45:
        return None
    terms = [(share - 25) / 100 * log(share / 25) for share in now]
    answer = sum(terms)
    distractors = {
        "plain-differences": sum(abs(share - 25) for share in now) / 100,
        "logarithm-of-ten": answer / log(10),
        "weighted-by-the-new-share": sum(share / 100 * log(share / 25) for share in now),
        "gains-only": sum(term for share, term in zip(now, terms, strict=True) if share > 25),
        "everything-cancels": 0,
    }
    if 25 in now or answer < 0.06 or not are_apart((answer, *distractors.values()), gap=0.005):
        return None
    names = ("a", "b", "c", "d")
    return Draw(
        parameters={f"now_{name}": share for name, share in zip(names, now, strict=True)},
        worked={f"term_{name}": term for name, term in zip(names, terms, strict=True)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def bins_that_moved(random: Random) -> Draw | None:
    """A loss and a gain of equal size, of which the loss counts for more."""
    far = random.randint(8, 16)
    near = random.randint(1, far - 4)
    bins = ["under 30", "30 to 44", "45 to 59", "60 and over"]
    loser, gainer, less, more = random.sample(bins, 4)
    shares = {loser: 25 - far, gainer: 25 + far, less: 25 - near, more: 25 + near}
    names = ("young", "middle", "older", "oldest")
    return Draw(
        parameters={
            **{name: shares[one] for name, one in zip(names, bins, strict=True)},
            "loser": loser,
            "gainer": gainer,
            "far": far,
        },
        worked={
            "lost_to": 25 - far,
            "gained_to": 25 + far,
            "loss_log": log((25 - far) / 25),
            "gain_log": log((25 + far) / 25),
            "loss_term": -far / 100 * log((25 - far) / 25),
            "gain_term": far / 100 * log((25 + far) / 25),
        },
    )


@until_sound
def index_by_chance(random: Random) -> Draw | None:
    """How large the stability index of a few rows is without any drift."""
    bins, rows = random.choice((8, 10, 12, 15, 16, 20)), random.randint(80, 190)
    answer = (bins - 1) / rows
    today = round(answer * random.choice((0.95, 1, 1.05, 1.1)), 3)
    distractors = {
        "no-drift-gives-zero": 0,
        "bins-do-not-matter": 1 / rows,
        "root-of-the-rows": (bins - 1) / sqrt(rows),
    }
    sound = 0.09 <= answer <= 0.16 and today >= 0.101
    if not sound or not are_apart((answer, *distractors.values()), gap=0.0021):
        return None
    return Draw(
        parameters={"bins": bins, "rows": rows, "today": today},
        worked={"free": bins - 1, "enough": (bins - 1) * 50},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def tests_every_day(random: Random) -> Draw | None:
    """Alarms of a month in which nothing changed."""
    features, level = random.randint(12, 90), random.choice((1, 2, 5))
    days = random.choice((28, 30, 31))
    answer = features * level * days / 100
    distractors = {
        "one-day-only": features * level / 100,
        "one-feature-only": level * days / 100,
        "no-change-no-alarm": 0,
        "every-test-rings": features * days,
    }
    if not are_apart((answer, *distractors.values()), gap=0.09):
        return None
    return Draw(
        parameters={"features": features, "level": level, "days": days},
        worked={"tests": features * days, "a_day": features * level / 100},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def labels_that_were_bought(random: Random) -> Draw | None:
    """How exactly a few hundred labels tell a share."""
    share, labels = random.randint(6, 30), random.randrange(100, 601, 20)
    variance = share * (100 - share)  # in squared percent
    answer = sqrt(variance / labels)
    distractors = {
        "spread-of-one-customer": sqrt(variance),
        "root-forgotten": variance / labels,
        "spread-of-the-count": sqrt(variance * labels) / 100,
        "share-over-root": share / sqrt(labels),
    }
    if not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    return Draw(
        parameters={"share": share, "labels": labels},
        worked={"rest": 100 - share, "variance": variance, "far": share + 3 * answer},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def five_pairs_of_runs(random: Random) -> Draw | None:
    """A gain over five seeds that is not shown yet."""
    first = [random.randint(790, 830) for _ in range(5)]
    gains = [random.randint(1, 7) for _ in range(4)] + [random.randint(-4, -1)]
    random.shuffle(gains)
    second = [one + gain for one, gain in zip(first, gains, strict=True)]
    mean = sum(gains) / 5
    squares = sum((gain - mean) ** 2 for gain in gains)
    spread = sqrt(squares / 4)
    answer = mean / (spread / sqrt(5))
    variances = [sum((one - sum(runs) / 5) ** 2 for one in runs) / 4 for runs in (first, second)]
    distractors = {
        "error-of-one-run": mean / spread,
        "divided-by-five": mean / (sqrt(squares / 5) / sqrt(5)),
        "pairs-torn-apart": mean / sqrt(sum(variances) / 5),
        "divided-by-the-number": mean / (spread / 5),
    }
    sound = 1.1 <= answer <= 2.4 and mean >= 1.2
    if not sound or not are_apart((answer, *distractors.values()), gap=0.065):
        return None
    return Draw(
        parameters={
            **{f"a{place}": one / 1_000 for place, one in enumerate(first, start=1)},
            **{f"b{place}": one / 1_000 for place, one in enumerate(second, start=1)},
        },
        worked={
            **{f"gain{place}": one for place, one in enumerate(gains, start=1)},
            "mean": mean,
            "spread": spread,
            "error": spread / sqrt(5),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def lucky_settings(random: Random) -> Draw | None:
    """The chance that one of many useless settings looks like a gain."""
    settings, luck = random.randint(8, 60), random.choice((1, 2, 2.5, 3, 4, 5))
    answer = 100 * (1 - (1 - luck / 100) ** settings)
    distractors = {
        "chance-of-one": luck,
        "chances-add-up": luck * settings,
        "no-lucky-one": 100 - answer,
        "luck-shared-out": luck / settings,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"settings": settings, "luck": luck},
        worked={"unlucky": 1 - luck / 100, "none": 100 - answer, "added": luck * settings},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def snapshots_of_a_month(random: Random) -> Draw | None:
    """What it takes to keep the table of every night, by the content of its parts."""
    parts, each = random.randrange(40, 201, 10), random.randint(1, 4)
    changed, nights = random.randint(2, 9), random.choice((20, 28, 30, 60, 90))
    table = parts * each
    answer = table + nights * changed * each
    distractors = {
        "a-full-copy-each-night": table * (nights + 1),
        "one-path-is-enough": table,
        "first-night-forgotten": nights * changed * each,
        "parts-for-gigabytes": table + nights * changed,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP) or each == 1:
        return None
    return Draw(
        parameters={"parts": parts, "each": each, "changed": changed, "nights": nights},
        worked={
            "table": table,
            "new_parts": nights * changed,
            "new": nights * changed * each,
            "full": table * (nights + 1),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def moves_of_the_champion(random: Random) -> Draw | None:
    """A registry's pointer after releases and rollbacks."""
    first = random.randint(3, 30)
    second = first + random.randint(2, 5)
    third = second + random.randint(2, 5)
    fourth = third + random.randint(2, 5)
    answer = first
    distractors = {
        "only-one-step-back": second,
        "back-to-what-was-rolled-back": third,
        "newest-stays": fourth,
        "number-before": fourth - 1,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"first": first, "second": second, "third": third, "fourth": fourth},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def replicas_wanted(random: Random) -> Draw | None:
    """How many replicas an autoscaler asks for."""
    replicas, most = random.randint(4, 14), random.choice((40, 50, 60, 80, 100))
    percent = random.choice((50, 60, 65, 70, 75))
    measured = random.randint(most * percent // 100 + 3, most)
    load = replicas * measured
    exact = load * 100 / (most * percent)
    answer = ceil(exact)
    distractors = {
        "rounded-down": answer - 1,
        "full-is-the-target": ceil(load / most),
        "only-the-new-ones": answer - replicas,
        "target-taken-of-the-replicas": ceil(replicas * (1 + (100 - percent) / 100)),
    }
    sound = 0.08 < exact % 1 < 0.92 and answer >= replicas + 2
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "replicas": replicas,
            "most": most,
            "percent": percent,
            "measured": measured,
        },
        worked={"target": most * percent / 100, "load": load, "exact": exact},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def queue_of_a_sale(random: Random) -> Draw | None:
    """How long a queue lasts that grew while new replicas started."""
    each, before = random.choice((20, 25, 40, 50)), random.randint(3, 8)
    after = before + random.randint(2, 6)
    arrivals = random.randrange(before * each + 10, after * each - 9, 5)
    start = random.randrange(60, 241, 30)
    missing, spare = arrivals - before * each, after * each - arrivals
    backlog = missing * start
    drain = backlog / spare
    answer = start + drain
    distractors = {
        "over-when-help-is-there": start,
        "start-forgotten": drain,
        "nobody-arrives-any-more": start + backlog / (after * each),
        "nothing-answered-before": start + arrivals * start / spare,
    }
    sound = 20 <= drain <= 900
    if not sound or not are_apart((answer, *distractors.values()), gap=2.1):
        return None
    return Draw(
        parameters={
            "each": each,
            "before": before,
            "after": after,
            "arrivals": arrivals,
            "start": start,
        },
        worked={
            "old_most": before * each,
            "new_most": after * each,
            "missing": missing,
            "spare": spare,
            "backlog": backlog,
            "drain": drain,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def load_of_an_update(random: Random) -> Draw | None:
    """How busy the others are while some replicas are replaced."""
    replicas, each = random.randint(5, 14), random.choice((30, 40, 50, 60, 80))
    missing = random.randint(1, 3)
    rate = replicas * each * random.randint(50, 78) // 100
    answer = 100 * rate / ((replicas - missing) * each)
    distractors = {
        "as-before-the-update": 100 * rate / (replicas * each),
        "more-instead-of-fewer": 100 * rate / ((replicas + missing) * each),
        "share-added": 100 * (rate / (replicas * each) + missing / replicas),
        "share-instead-of-percent": answer / 100,
    }
    if not 70 <= answer <= 99 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"replicas": replicas, "each": each, "missing": missing, "rate": rate},
        worked={
            "left": replicas - missing,
            "capacity": (replicas - missing) * each,
            "usual": distractors["as-before-the-update"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def errors_of_a_canary(random: Random) -> Draw | None:
    """The largest number of errors that a canary may have by chance."""
    requests, usual = random.randrange(800, 6_001, 100), random.choice((0.5, 1, 1.5, 2))
    mean = requests * usual / 100
    spread = sqrt(mean * (1 - usual / 100))
    exact = mean + 3 * spread
    answer = floor(exact)
    seen = floor(mean + 1.5 * spread)
    distractors = {
        "more-than-usual-is-a-fault": floor(mean),
        "one-deviation-is-enough": floor(mean + spread),
        "double-is-the-limit": floor(2 * mean),
        "root-forgotten": floor(mean + 3 * spread**2),
    }
    sound = 0.1 < exact % 1 < 0.9 and mean >= 8 and mean + 1 < seen < answer - 1
    if not sound or not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"requests": requests, "usual": usual, "seen": seen},
        worked={"mean": mean, "spread": spread, "exact": exact},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def requests_spared(random: Random) -> Draw | None:
    """Requests that a canary keeps away from a bad version."""
    rate, percent = random.randrange(40, 301, 10), random.choice((2, 4, 5, 10))
    minutes, stopped = random.randint(15, 60), random.randint(3, 12)
    full = rate * 60 * minutes
    canary = rate * 60 * stopped * percent // 100
    answer = full - canary
    distractors = {
        "canary-meets-nothing": full,
        "met-instead-of-spared": canary,
        "time-saved-only": rate * 60 * (minutes - stopped),
        "share-saved-only": full * (100 - percent) // 100,
    }
    values = (answer, *distractors.values())
    if minutes < stopped + 5 or not are_apart(values, gap=0.0041 * full):
        return None
    return Draw(
        parameters={"rate": rate, "percent": percent, "minutes": minutes, "stopped": stopped},
        worked={"full": full, "canary": canary, "times": full / canary},
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    stability_of_ages,
    bins_that_moved,
    index_by_chance,
    tests_every_day,
    labels_that_were_bought,
    five_pairs_of_runs,
    lucky_settings,
    snapshots_of_a_month,
    moves_of_the_champion,
    replicas_wanted,
    queue_of_a_sale,
    load_of_an_update,
    errors_of_a_canary,
    requests_spared,
)
