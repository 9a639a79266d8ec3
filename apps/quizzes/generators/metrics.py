"""Questions about errors of classifiers: counts, shares of counts, and what they cost."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import PERCENT_GAP, SHARE_GAP, are_apart, until_sound


@until_sound
def report_in_words(random: Random) -> Draw | None:
    """A confusion matrix told in a sentence, as a colleague tells it."""
    customers = random.randrange(4_000, 20_001, 500)
    left = random.randint(customers * 3 // 100, customers * 10 // 100)
    tp = random.randint(left * 45 // 100, left * 85 // 100)
    warned = random.randint(tp * 12 // 10, tp * 3)
    fp, fn = warned - tp, left - tp
    tn = customers - tp - fp - fn
    if not are_apart((tp, fp, fn, tn, left, warned), gap=4):
        return None
    return Draw(
        parameters={"customers": customers, "warned": warned, "hits": tp, "left": left},
        worked={"fp": fp, "fn": fn, "tn": tn, "stayed": customers - left},
        answer={"tp": tp, "fp": fp, "fn": fn, "tn": tn},
    )


@until_sound
def vendor_accuracy(random: Random) -> Draw | None:
    """An accuracy that looks splendid, a little below that of doing nothing."""
    thousands = random.randint(10, 40)
    rare, extra = random.randint(8, 30), random.randint(2, 6)  # per thousand tickets
    tickets, outages, wrong = thousands * 1_000, thousands * rare, thousands * (rare + extra)
    missed = outages * (rare + extra) / 1_000
    if missed < 1.5:
        return None
    return Draw(
        parameters={
            "tickets": tickets,
            "outages": outages,
            "accuracy": 100 - (rare + extra) / 10,
            "baseline": 100 - rare / 10,
            "few": (rare + extra) // 10 + 1,  # of a hundred, fewer than these are wrong
            "missed": round(missed),
        },
        worked={
            "wrong": wrong,
            "ordinary": tickets - outages,
            "alarms": wrong - outages,
            "worth": 100 * outages / (outages + wrong),
        },
    )


@until_sound
def alerts_opened(random: Random) -> Draw | None:
    """Precision, asked for by the people who open the alerts."""
    payments = random.randrange(20_000, 80_001, 5_000)
    alerts = random.randrange(200, 801, 10)
    frauds = random.randint(alerts * 20 // 100, alerts * 65 // 100)
    complaints = random.randint(frauds * 15 // 100, frauds * 90 // 100)
    false_alarms = alerts - frauds
    all_frauds = frauds + complaints
    answer = 100 * frauds / alerts
    distractors = {
        "recall-for-precision": 100 * frauds / all_frauds,
        "share-of-false-alarms": 100 * false_alarms / alerts,
        "everything-below-the-line": 100 * frauds / (alerts + complaints),
        "accuracy-for-precision": 100 * (payments - false_alarms - complaints) / payments,
        "share-instead-of-percent": frauds / alerts,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "payments": payments,
            "alerts": alerts,
            "frauds": frauds,
            "complaints": complaints,
        },
        worked={
            "false_alarms": false_alarms,
            "all_frauds": all_frauds,
            "involved": alerts + complaints,
            "recall": distractors["recall-for-precision"],
            "false_share": distractors["share-of-false-alarms"],
            "share": distractors["share-instead-of-percent"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def late_labels(random: Random) -> Draw | None:
    """Recall, where most of the misses are not known yet."""
    reported_share = random.choice((20, 25, 40, 50))
    caught = random.randint(60, 300)
    reported = random.randint(8, 40)
    missed = reported * 100 // reported_share
    alerts = random.randrange(caught * 2 // 10 * 10, caught * 4, 10)
    answer = 100 * caught / (caught + missed)
    distractors = {
        "unreported-is-honest": 100 * caught / (caught + reported),
        "precision-for-recall": 100 * caught / alerts,
        "recall-shrinks-with-reports": reported_share * caught / (caught + reported),
        "share-instead-of-percent": caught / (caught + missed),
    }
    sound = 35 <= answer <= 85 and missed * reported_share == reported * 100
    if not sound or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "alerts": alerts,
            "caught": caught,
            "reported": reported,
            "reported_share": reported_share,
        },
        worked={
            "missed": missed,
            "unreported": missed - reported,
            "all_frauds": caught + missed,
            "seen": caught + reported,
            "rosy": distractors["unreported-is-honest"],
            "precision": distractors["precision-for-recall"],
            "share": distractors["share-instead-of-percent"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rates_to_counts(random: Random) -> Draw | None:
    """From precision and recall on a slide back to the four counts."""
    patients = random.randrange(2_000, 12_001, 1_000)
    rate = random.choice((5, 8, 10, 12))
    recall = random.choice((40, 50, 60, 70, 75, 80))
    precision = random.choice((20, 25, 30, 40, 50, 60))
    returned = patients * rate // 100
    tp, rest_of_recall = divmod(returned * recall, 100)
    flagged, rest_of_precision = divmod(tp * 100, precision)
    fp, fn = flagged - tp, returned - tp
    tn = patients - tp - fp - fn
    whole = not rest_of_recall and not rest_of_precision
    if not whole or not are_apart((tp, fp, fn, tn), gap=4):
        return None
    return Draw(
        parameters={
            "patients": patients,
            "rate": rate,
            "recall": recall,
            "precision": precision,
        },
        worked={
            "returned": returned,
            "home": patients - returned,
            "wrong_share": 100 - precision,
            "flagged": flagged,
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
        },
        answer={"tp": tp, "fp": fp, "fn": fn, "tn": tn},
    )


@until_sound
def f1_from_matrix(random: Random) -> Draw | None:
    """F1 from a matrix as scikit-learn prints it."""
    bottles = random.randrange(400, 1_001, 50)
    defects = random.randint(bottles * 8 // 100, bottles * 25 // 100)
    tp = random.randint(defects * 30 // 100, defects * 95 // 100)
    fp = random.randint(tp * 10 // 100, (bottles - defects) * 15 // 100)
    fn = defects - tp
    tn = bottles - tp - fp - fn
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    answer = 2 * tp / (2 * tp + fp + fn)
    of_good_ones = 2 * tn / (2 * tn + fp + fn)
    distractors = {
        "arithmetic-mean": (precision + recall) / 2,
        "class-of-good-ones": of_good_ones,
        "mean-over-classes": (answer + of_good_ones) / 2,
        "accuracy-for-f1": (tp + tn) / bottles,
        "two-forgotten": answer / 2,
        "true-positives-once": tp / (tp + fp + fn),
        "plain-product": precision * recall,
    }
    # Three digits for the largest, so that the matrix stands as NumPy prints it.
    readable = min(tp, fp, fn) >= 5 and 100 <= tn <= 999 and len({tp, fp, fn, tn}) == 4
    if not readable or not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        worked={
            "flagged": tp + fp,
            "defects": defects,
            "precision": precision,
            "recall": recall,
            "mean": distractors["arithmetic-mean"],
            "of_good_ones": of_good_ones,
            "macro": distractors["mean-over-classes"],
            "accuracy": distractors["accuracy-for-f1"],
            "once": tp + fp + fn,
            "bottom": 2 * tp + fp + fn,
            "double": 2 * tp,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def live_precision(random: Random) -> Draw | None:
    """Precision where positives are rare, from rates measured where they were not."""
    recall = random.randrange(60, 96, 5)
    false_alarm_rate = random.randint(3, 12)
    share = random.randint(1, 5)  # of claims that are fraud, in percent
    frauds, honest = 100 * share, 100 * (100 - share)  # of 10,000 claims
    caught, false_alarms = share * recall, (100 - share) * false_alarm_rate
    answer = 100 * caught / (caught + false_alarms)
    distractors = {
        "precision-travels": 100 * recall / (recall + false_alarm_rate),
        "recall-for-precision": recall,
        "specificity-for-precision": 100 - false_alarm_rate,
        "rates-scaled-down": share * recall / (recall + false_alarm_rate),
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"recall": recall, "false_alarm_rate": false_alarm_rate, "share": share},
        worked={
            "frauds": frauds,
            "honest": honest,
            "caught": caught,
            "false_alarms": false_alarms,
            "flagged": caught + false_alarms,
            "notebook": distractors["precision-travels"],
            "specificity": 100 - false_alarm_rate,
            "as_share": distractors["share-instead-of-percent"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def cheapest_threshold(random: Random) -> Draw | None:
    """The threshold at which a false alarm and a miss cost the same."""
    both = random.choice((25, 40, 50, 80, 100, 120, 150, 200))
    false_alarm = random.randint(both * 12 // 100, both * 40 // 100)
    miss = both - false_alarm
    answer = false_alarm / both
    distractors = {
        "one-half-is-neutral": 0.5,
        "costs-swapped": miss / both,
        "ratio-of-costs": false_alarm / miss,
        "percent-instead-of-share": 100 * answer,
    }
    hundredths = (false_alarm * 100) % both == 0
    if not hundredths or not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    example = (false_alarm * 100 // both - 5) / 100  # a score a little below the threshold
    return Draw(
        parameters={"false_alarm": false_alarm, "miss": miss},
        worked={
            "both": both,
            "below": example,
            "rest": 1 - example,
            "cost_if_hidden": (1 - example) * false_alarm,
            "cost_if_left": example * miss,
            "ratio": distractors["ratio-of-costs"],
            "swapped": distractors["costs-swapped"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def model_to_ship(random: Random) -> Draw | None:
    """Three models: one with the fewest errors, one with the fewest misses, one that is cheap."""
    batches = random.randrange(3_000, 8_001, 500)
    bad = batches * random.randint(3, 5) // 100
    scrap = random.randrange(60, 201, 20)  # what a good batch costs that is thrown away
    claim = scrap * random.choice((8, 10, 12, 15))  # what a bad batch costs that is delivered
    missed = {
        "fewest_errors": random.randint(bad * 40 // 100, bad * 55 // 100),
        "cheapest": random.randint(bad * 12 // 100, bad * 20 // 100),
        "fewest_missed": random.randint(2, bad * 5 // 100),
    }
    scrapped = {
        "fewest_errors": random.randint(5, bad * 15 // 100),
        "cheapest": random.randint(bad * 60 // 100, bad * 160 // 100),
        "fewest_missed": random.randint(bad * 4, bad * 8),
    }
    roles = tuple(missed)
    errors = {role: scrapped[role] + missed[role] for role in roles}
    costs = {role: scrap * scrapped[role] + claim * missed[role] for role in roles}
    f1 = {
        role: 2 * (bad - missed[role]) / (2 * bad - missed[role] + scrapped[role]) for role in roles
    }
    sound = (
        errors["fewest_errors"] < errors["cheapest"] < errors["fewest_missed"] < batches // 3
        # The explanation says that the cheapest has a lower accuracy than no model at all.
        and errors["cheapest"] > bad + 5
        and f1["fewest_errors"] == max(f1.values())
        # So clear that rounding in the head cannot turn it round.
        and costs["cheapest"] * 115 <= min(costs["fewest_errors"], costs["fewest_missed"]) * 100
        and max(costs.values()) < claim * bad
    )
    if not sound:
        return None
    letters = dict(zip(random.sample(roles, 3), "ABC", strict=True))
    rows = {letter.lower(): role for role, letter in letters.items()}
    return Draw(
        parameters={
            "batches": batches,
            "bad": bad,
            "scrap": scrap,
            "claim": claim,
            **letters,
            **{f"{row}_caught": bad - missed[role] for row, role in rows.items()},
            **{f"{row}_missed": missed[role] for row, role in rows.items()},
            **{f"{row}_scrapped": scrapped[role] for row, role in rows.items()},
        },
        worked={
            **{f"{row}_cost": costs[role] for row, role in rows.items()},
            **{f"{row}_scrap_cost": scrap * scrapped[role] for row, role in rows.items()},
            **{f"{row}_claim_cost": claim * missed[role] for row, role in rows.items()},
            **{f"{role}_cost": costs[role] for role in roles},
            # Of the two that accuracy and F1 would choose between.
            **{f"{role}_f1": f1[role] for role in roles[:2]},
            **{f"{role}_accuracy": 100 - 100 * errors[role] / batches for role in roles[:2]},
            "careless_missed": missed["fewest_errors"],
            "eager_scrapped": scrapped["fewest_missed"],
            "without_cost": claim * bad,
            "without_accuracy": 100 - 100 * bad / batches,
            "times": claim // scrap,
        },
    )


GENERATORS = (
    alerts_opened,
    cheapest_threshold,
    f1_from_matrix,
    late_labels,
    live_precision,
    model_to_ship,
    rates_to_counts,
    report_in_words,
    vendor_accuracy,
)
