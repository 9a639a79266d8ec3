"""Questions about ROC and precision-recall curves."""

from itertools import pairwise
from math import hypot
from random import Random
from statistics import mean

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import SHARE_GAP, are_apart, until_sound


@until_sound
def auc_of_ranking(random: Random) -> Draw | None:
    """ROC AUC of a short ranking, counted in pairs."""
    parts, defects = random.randint(8, 11), random.randint(3, 4)
    places = sorted(random.sample(range(1, parts + 1), defects))
    good = parts - defects
    beaten = [good - (place - rank) for rank, place in enumerate(places, start=1)]
    precisions = [rank / place for rank, place in enumerate(places, start=1)]
    wins, pairs = sum(beaten), defects * good
    answer = wins / pairs
    distractors = {
        "pairs-lost": 1 - answer,
        "average-precision-for-auc": mean(precisions),
        "all-pairs-below-the-line": wins / (parts * (parts - 1) / 2),
        "precision-at-the-top": sum(place <= defects for place in places) / defects,
    }
    if not 0.55 <= answer <= 0.95:
        return None
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={
            "parts": parts,
            "row": " ".join("D" if place in places else "g" for place in range(1, parts + 1)),
        },
        worked={
            "defects": defects,
            "good": good,
            "pairs": pairs,
            "beaten": " + ".join(map(str, beaten)),
            "wins": wins,
            "lost": pairs - wins,
            "all_pairs": parts * (parts - 1) // 2,
            "precision_mean": distractors["average-precision-for-auc"],
            "top": distractors["precision-at-the-top"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def ap_of_ranking(random: Random) -> Draw | None:
    """Average precision of three finds in a list."""
    first, second, third = sorted(random.sample(range(1, 13), 3))
    contracts = random.randint(14, 20)
    places = (first, second, third)
    precisions = [rank / place for rank, place in enumerate(places, start=1)]
    finds = [sum(place <= stop for place in places) for stop in range(1, third + 1)]
    beaten = [contracts - 3 - (place - rank) for rank, place in enumerate(places, start=1)]
    answer = mean(precisions)
    distractors = {
        "precision-at-the-end": 3 / third,
        "reciprocal-places": mean(1 / place for place in places),
        "every-place-counted": mean(find / stop for stop, find in enumerate(finds, start=1)),
        "auc-for-average-precision": sum(beaten) / (3 * (contracts - 3)),
    }
    if not 0.2 <= answer <= 0.9:
        return None
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"contracts": contracts, "first": first, "second": second, "third": third},
        worked={
            "first_precision": precisions[0],
            "second_precision": precisions[1],
            "third_precision": precisions[2],
            "chance": 3 / contracts,
            "area": distractors["auc-for-average-precision"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def easy_negatives(random: Random) -> Draw | None:
    """ROC AUC after negatives were added that win all their pairs."""
    bots = random.randrange(40, 121, 10)
    people = random.randrange(1_000, 4_001, 250)
    added = random.randrange(1_000, 8_001, 500)
    before = random.randint(68, 90) / 100
    answer = (before * people + added) / (people + added)
    distractors = {
        "area-unmoved": before,
        "halfway-to-one": (before + 1) / 2,
        "new-pairs-not-won": before * people / (people + added),
        "relative-to-the-old": before * (people + added) / people,
    }
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"bots": bots, "people": people, "added": added, "before": before},
        worked={
            "people_after": people + added,
            "lost_before": 1 - before,
            "share_old": people / (people + added),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def crossing_models(random: Random) -> Draw | None:
    """Two models whose curves cross, and a team that can open a fixed number of cases."""
    claims = random.randrange(20_000, 60_001, 5_000)
    frauds = claims * random.randint(4, 9) // 1_000
    capacity = random.randrange(100, 301, 20)
    even_hits = random.randint(capacity * 25 // 100, capacity * 40 // 100)
    sharp_hits = random.randint(capacity * 60 // 100, capacity * 85 // 100)
    even_recall, sharp_recall = random.randint(82, 90), random.randint(64, 74)
    honest = claims - frauds
    areas = {
        name: _area([(0, 0), ((capacity - hits) / honest, hits / frauds), (0.1, recall / 100)])
        for name, hits, recall in (
            ("even", even_hits, even_recall),
            ("sharp", sharp_hits, sharp_recall),
        )
    }
    sound = (
        areas["even"] > areas["sharp"] + 0.04
        and even_hits / frauds < even_recall / 100 - 0.1
        and sharp_hits / frauds < sharp_recall / 100 - 0.05
        and round(honest * 0.1) > 8 * capacity
    )
    if not sound:
        return None
    return Draw(
        parameters={"claims": claims, "frauds": frauds, "capacity": capacity},
        worked={
            "even_hits": even_hits,
            "sharp_hits": sharp_hits,
            "more": sharp_hits - even_hits,
            "even_area": areas["even"],
            "sharp_area": areas["sharp"],
            "even_recall": even_recall,
            "sharp_recall": sharp_recall,
            "alarms": round(honest * 0.1),
            "nothing": 100 * honest / claims,
            "rate": 100 * (capacity - sharp_hits) / honest,
        },
    )


@until_sound
def cheapest_corner(random: Random) -> Draw | None:
    """Three points of a ROC curve: cheapest, nearest to the corner, most sensitive."""
    cases = 100_000
    share = random.choice((0.4, 0.5, 0.8, 1.0))
    positives = round(cases * share / 100)
    false_alarm = random.choice((8, 10, 12, 15, 20))
    miss = false_alarm * random.randint(6, 18)
    rates = {
        "cheapest": (random.choice((0.1, 0.2, 0.3, 0.4)), random.randint(40, 58)),
        "corner": (random.choice((6.0, 8.0, 10.0, 12.0)), random.randint(82, 89)),
        "sensitive": (random.choice((30.0, 35.0, 40.0, 45.0)), random.randint(95, 98)),
    }
    alarms = {role: round((cases - positives) * fpr / 100) for role, (fpr, _) in rates.items()}
    missed = {role: round(positives * (100 - tpr) / 100) for role, (_, tpr) in rates.items()}
    costs = {role: false_alarm * alarms[role] + miss * missed[role] for role in rates}
    nothing = miss * positives
    distance = {role: hypot(fpr, 100 - tpr) for role, (fpr, tpr) in rates.items()}
    sound = (
        costs["cheapest"] * 115 <= 100 * min(costs["corner"], costs["sensitive"], nothing)
        and min(distance, key=distance.__getitem__) == "corner"
    )
    if not sound:
        return None
    letters = dict(zip(random.sample(sorted(rates), 3), "ABC", strict=True))
    rows = {letter.lower(): role for role, letter in letters.items()}
    return Draw(
        parameters={
            "share": share,
            "false_alarm": false_alarm,
            "miss": miss,
            **letters,
            **{f"{row}_fpr": rates[role][0] for row, role in rows.items()},
            **{f"{row}_tpr": rates[role][1] for row, role in rows.items()},
        },
        worked={
            "positives": positives,
            "negatives": cases - positives,
            **{f"{row}_alarms": alarms[role] for row, role in rows.items()},
            **{f"{row}_missed": missed[role] for row, role in rows.items()},
            **{f"{row}_cost": costs[role] for row, role in rows.items()},
            **{f"{role}_cost": costs[role] for role in rates},
            "nothing_cost": nothing,
            "slope": false_alarm * (100 - share) / (miss * share),
        },
    )


@until_sound
def auc_of_labels(random: Random) -> Draw | None:
    """The area that a ranking with two places gets."""
    ill, healthy = random.randrange(40, 161, 20), random.randrange(800, 2_001, 100)
    found = random.randint(ill * 55 // 100, ill * 85 // 100)
    alarms = random.randint(healthy * 3 // 100, healthy * 20 // 100)
    recall, specificity = found / ill, 1 - alarms / healthy
    answer = (recall + specificity) / 2
    distractors = {
        "accuracy-for-area": (found + healthy - alarms) / (ill + healthy),
        "recall-for-area": recall,
        "corner-as-rectangle": recall * specificity,
        "precision-for-area": found / (found + alarms),
    }
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"ill": ill, "healthy": healthy, "found": found, "alarms": alarms},
        worked={
            "passed": healthy - alarms,
            "recall": recall,
            "specificity": specificity,
            "false_rate": 1 - specificity,
            "accuracy": distractors["accuracy-for-area"],
            "flagged": found + alarms,
        },
        answer=answer,
        distractors=distractors,
    )


def _area(points: list[tuple[float, float]]) -> float:
    """Below straight lines through the points, and on to the upper right corner."""
    corners = [*points, (1.0, 1.0)]
    return sum(
        (right - left) * (low + high) / 2 for (left, low), (right, high) in pairwise(corners)
    )


GENERATORS = (
    ap_of_ranking,
    auc_of_labels,
    auc_of_ranking,
    cheapest_corner,
    crossing_models,
    easy_negatives,
)
