"""Questions about tables: joins, sums, gaps and duplicates."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question that asks for a count (0.4) and for percent (0.6).
COUNT_GAP = 0.9
PERCENT_GAP = 1.3


@until_sound
def visits_of_members(random: Random) -> Draw | None:
    """The rows of a left join with a condition in ON."""
    members = random.randrange(1_200, 6_001, 100)
    visitors = members * random.randint(60, 90) // 100
    visits = visitors * random.randint(6, 20) + random.randint(1, 99)
    sauna_goers = visitors * random.randint(20, 60) // 100
    sauna = sauna_goers * random.randint(2, 5) + random.randint(1, 99)
    answer = sauna + members - sauna_goers
    distractors = {
        "partners-only": sauna,
        "one-row-for-each-member": members,
        "condition-after-the-join": visits + members - visitors,
        "members-beside-their-visits": sauna + members,
    }
    if not are_apart((answer, *distractors.values(), visitors, sauna_goers), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "members": members,
            "visitors": visitors,
            "visits": visits,
            "sauna_goers": sauna_goers,
            "sauna": sauna,
        },
        worked={"without": members - sauna_goers},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def orders_times_returns(random: Random) -> Draw | None:
    """What a sum becomes when two joins multiply each other."""
    orders, returns = random.randint(3, 12), random.randint(2, 8)
    total = orders * random.randint(25, 90) + random.randint(1, 20)
    answer = total * returns
    distractors = {
        "sum-is-safe": total,
        "own-rows-multiply": total * orders,
        "rows-of-the-join": total * orders * returns,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"orders": orders, "returns": returns, "total": total},
        worked={"rows": orders * returns},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def devices_elsewhere(random: Random) -> Draw | None:
    """A comparison that loses the rows without a value."""
    devices = random.randrange(600, 4_001, 20)
    here = devices * random.randint(20, 45) // 100
    unknown = devices * random.randint(4, 15) // 100
    answer = devices - here - unknown
    distractors = {
        "unknown-is-different": devices - here,
        "only-the-unknown": unknown,
        "only-the-equal": here,
        "known-ones": devices - unknown,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={"devices": devices, "here": here, "unknown": unknown},
        worked={"in_neither": unknown},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def comparisons_after_growth(random: Random) -> Draw | None:
    """An index after the table has grown: each doubling is one comparison more."""
    before, doublings = random.randint(11, 20), random.randint(3, 10)
    answer = before + doublings
    distractors = {
        "search-grows-with-the-rows": before * 2**doublings,
        "doublings-multiply": before * doublings,
        "an-index-takes-no-time": before,
        "one-more-for-any-growth": before + 1,
    }
    if not are_apart((answer, *distractors.values()), gap=COUNT_GAP):
        return None
    return Draw(
        parameters={
            "rows": 2**before - 1,
            "before": before,
            "times": 2**doublings,
        },
        worked={"doublings": doublings},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rods_of_two_units(random: Random) -> Draw | None:
    """A mean over centimetres, inches and placeholders."""
    in_cm, in_inches = random.randrange(200, 801, 20), random.randrange(200, 801, 20)
    failed = random.randrange(20, 61, 5)
    mean_cm, mean_inches = random.randint(60, 90), random.randint(20, 40)
    as_cm = mean_inches * 2.54
    known = in_cm + in_inches
    total = in_cm * mean_cm + in_inches * as_cm
    answer = total / known
    distractors = {
        "numbers-without-units": (in_cm * mean_cm + in_inches * mean_inches) / known,
        "placeholder-as-length": (total + failed * 999) / (known + failed),
        "placeholder-as-zero": total / (known + failed),
        "mean-of-the-means": (mean_cm + as_cm) / 2,
        "converted-backwards": (in_cm * mean_cm + in_inches * mean_inches / 2.54) / known,
    }
    if in_cm == in_inches or not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={
            "in_cm": in_cm,
            "in_inches": in_inches,
            "failed": failed,
            "mean_cm": mean_cm,
            "mean_inches": mean_inches,
        },
        worked={
            "as_cm": as_cm,
            "sum_cm": in_cm * mean_cm,
            "sum_inches": in_inches * as_cm,
            "total": total,
            "known": known,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rows_without_gaps(random: Random) -> Draw | None:
    """How many rows are left when each one with a gap is dropped."""
    columns, gap = random.randint(8, 30), random.randint(2, 6)  # gap in percent
    answer = 100 * (1 - gap / 100) ** columns
    distractors = {
        "gaps-fall-on-the-same-rows": 100 - gap,
        "gaps-never-meet": 100 - gap * columns,
        "dropped-instead-of-left": 100 - answer,
    }
    sound = gap * columns <= 95 and answer >= 20
    if not sound or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"columns": columns, "gap": gap},
        worked={"full": 1 - gap / 100, "dropped": 100 - answer, "added": gap * columns},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def income_of_two_groups(random: Random) -> Draw | None:
    """Gaps that depend on a known group, filled group by group."""
    older = random.randrange(30, 71, 5)  # percent of the customers
    answers_older, answers_younger = random.randrange(70, 96, 5), random.randrange(20, 51, 5)
    mean_older, mean_younger = random.randint(40, 60), random.randint(22, 34)
    younger = 100 - older
    weights = older * answers_older, younger * answers_younger
    known = (weights[0] * mean_older + weights[1] * mean_younger) / sum(weights)
    answer = (older * mean_older + younger * mean_younger) / 100
    distractors = {
        "known-ones-speak-for-all": known,
        "groups-of-equal-size": (mean_older + mean_younger) / 2,
        "gaps-count-as-zero": (weights[0] * mean_older + weights[1] * mean_younger) / 10_000,
    }
    sound = older != 50 and known - answer > 1.5
    if not sound or not are_apart((answer, *distractors.values()), gap=0.3):
        return None
    return Draw(
        parameters={
            "older": older,
            "younger": younger,
            "answers_older": answers_older,
            "answers_younger": answers_younger,
            "mean_older": mean_older,
            "mean_younger": mean_younger,
            "known": round(known, 1),
        },
        worked={"too_high": known - answer},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def twins_across_the_split(random: Random) -> Draw | None:
    """The share of a test set that a model has seen in training."""
    rows = random.randrange(2_000, 9_001, 500)
    twice = rows * random.randrange(10, 51, 5) // 100
    train = random.choice((60, 70, 75, 80, 90))
    sent = rows + twice
    share = 100 * 2 * twice / sent
    answer = share * train / 100
    distractors = {
        "every-twin-is-in-training": share,
        "one-of-each-pair": answer / 2,
        "twins-in-the-test-part": share * (100 - train) / 100,
        "copies-not-counted-in": 2 * twice / rows * train,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"rows": rows, "twice": twice, "train": train, "test": 100 - train},
        worked={"sent": sent, "with_twin": 2 * twice, "share": share},
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    visits_of_members,
    orders_times_returns,
    devices_elsewhere,
    comparisons_after_growth,
    rods_of_two_units,
    rows_without_gaps,
    income_of_two_groups,
    twins_across_the_split,
)
