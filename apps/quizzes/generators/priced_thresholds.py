"""Questions about the cheapest point of a curve, where each habit chooses another one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, hypot
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import until_sound
from apps.quizzes.generators.thresholds import THRESHOLDS, Point, f1, points_of, scores

# Scores of an overconfident model crowd at both ends.
TO_THE_ENDS = [percent / 100 for percent in range(98, 0, -4)]
DEFAULT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The points that a rule chooses, by their place, and what each point costs."""

    points: list[Point]
    costs: list[int]
    cheapest: int
    by_f1: int
    by_accuracy: int
    by_corner: int
    default: int

    def apart(self, *rules: int) -> bool:
        """Whether these and the cheapest are different points, and choosing them is dear."""
        lowest = self.costs[self.cheapest]
        return (
            len({self.cheapest, *rules}) == 1 + len(rules)
            and min(self.costs[rule] for rule in rules) * 100 >= lowest * 105
        )

    @property
    def clear(self) -> bool:
        """Whether the valley has two sides, and its bottom can be told."""
        lowest, second = sorted(self.costs)[:2]
        first, last = self.points[0], len(self.points) - 1
        return (
            0 < self.cheapest < last
            and second * 100 >= lowest * 101
            and first["tp"] + first["fp"] >= 3
        )

    def threshold(self, place: int) -> float:
        return self.points[place]["threshold"]


def choose(points: list[Point], *, cost_fp: int, cost_fn: int) -> Choices | None:
    """None where two points share the first place by some rule."""
    costs = [int(cost_fp * point["fp"] + cost_fn * point["fn"]) for point in points]
    rules: tuple[Callable[[Point], float], ...] = (
        lambda point: -cost_fp * point["fp"] - cost_fn * point["fn"],
        f1,
        lambda point: point["tp"] + point["tn"],
        lambda point: -_from_corner(point),
        lambda point: -abs(point["threshold"] - DEFAULT),
    )
    places = [_only_best([rule(point) for point in points]) for rule in rules]
    found = [place for place in places if place is not None]
    if len(found) < len(rules):
        return None
    cheapest, by_f1, by_accuracy, by_corner, default = found
    return Choices(
        points=points,
        costs=costs,
        cheapest=cheapest,
        by_f1=by_f1,
        by_accuracy=by_accuracy,
        by_corner=by_corner,
        default=default,
    )


@until_sound
def transfers_to_hold(random: Random) -> Draw | None:
    """A rare class: the corner of the ROC curve lies far below the cheapest threshold."""
    transfers = random.randrange(3_000, 8_001, 500)
    frauds = transfers * random.randint(15, 35) // 1_000
    middle = random.uniform(-1.2, -0.5)
    points = points_of(
        scores(random, frauds, mean=middle + 1.25, spread=1.0),
        scores(random, transfers - frauds, mean=middle - 1.25, spread=1.0),
        THRESHOLDS,
    )
    hold = random.randrange(10, 31, 5)
    loss = hold * random.choice((2, 3, 4, 5))
    chosen = choose(points, cost_fp=hold, cost_fn=loss)
    if chosen is None or not chosen.clear:
        return None
    sound = (
        chosen.apart(chosen.default, chosen.by_corner, chosen.by_accuracy)
        # As the explanation says.
        and chosen.by_corner > chosen.cheapest
        and chosen.default > chosen.cheapest
        and chosen.by_accuracy < chosen.cheapest
    )
    if not sound:
        return None
    best, corner = points[chosen.cheapest], points[chosen.by_corner]
    return Draw(
        parameters={"transfers": transfers, "frauds": frauds, "hold": hold, "loss": loss},
        worked={
            **_cheapest_in_words(chosen, cost_fp=hold, cost_fn=loss),
            **_default_in_words(chosen),
            "corner_threshold": corner["threshold"],
            "corner_held": corner["fp"],
            "corner_cost": chosen.costs[chosen.by_corner],
            "corner_rate": 100 * corner["fp"] / (transfers - frauds),
            "cheapest_rate": 100 * best["fp"] / (transfers - frauds),
            "corner_recall": 100 * corner["tp"] / frauds,
            "cheapest_recall": 100 * best["tp"] / frauds,
            **_accuracy_in_words(chosen),
        },
        answer=chosen.cheapest,
        shown={"points": points, "cost_fp": hold, "cost_fn": loss},
    )


@until_sound
def rooms_to_resell(random: Random) -> Draw | None:
    """An overconfident model: the rule for calibrated scores names a threshold too low."""
    bookings = random.randrange(1_000, 2_001, 100)
    centre, stretch = random.uniform(-1.4, -1.0), random.uniform(1.8, 2.4)
    gone: list[float] = []
    there: list[float] = []
    for _ in range(bookings):
        log_odds = random.gauss(centre, 1.4)
        stays_away = random.random() < 1 / (1 + exp(-log_odds))
        # What the model says is as sure as if it had twice the evidence.
        (gone if stays_away else there).append(1 / (1 + exp(-stretch * log_odds)))
    points = points_of(gone, there, TO_THE_ENDS)
    empty = random.randrange(40, 91, 10)
    rebook = empty * random.choice((2, 3))
    chosen = choose(points, cost_fp=rebook, cost_fn=empty)
    if chosen is None or not chosen.clear:
        return None
    by_formula = rebook / (rebook + empty)
    sound = (
        chosen.apart(chosen.default, chosen.by_f1)
        and chosen.threshold(chosen.cheapest) >= by_formula + 0.08
        and chosen.by_f1 > chosen.default
        # Enough rooms are given away for the model to be worth its place.
        and points[chosen.cheapest]["tp"] * 100 >= len(gone) * 15
    )
    if not sound:
        return None
    nearest = min(range(len(points)), key=lambda i: abs(points[i]["threshold"] - by_formula))
    best, by_rule = points[chosen.cheapest], points[nearest]
    between_gone = by_rule["tp"] - best["tp"]
    between = between_gone + by_rule["fp"] - best["fp"]
    if between_gone / between > by_formula - 0.03:  # the explanation shows two decimals
        return None
    return Draw(
        parameters={"bookings": bookings, "gone": len(gone), "rebook": rebook, "empty": empty},
        worked={
            **_cheapest_in_words(chosen, cost_fp=rebook, cost_fn=empty),
            **_default_in_words(chosen),
            **_f1_in_words(chosen),
            "by_formula": by_formula,
            "formula_threshold": by_rule["threshold"],
            "formula_cost": chosen.costs[nearest],
            "between": between,
            "between_gone": between_gone,
            "between_share": between_gone / between,
        },
        answer=chosen.cheapest,
        shown={"points": points, "cost_fp": rebook, "cost_fn": empty},
    )


@until_sound
def cheaper_inspections(random: Random) -> Draw | None:
    """A threshold of 0.5 that was the cheapest, until one of the two errors got cheaper."""
    wells = random.randrange(1_000, 2_001, 100)
    failures = wells * random.randint(7, 14) // 100
    middle = random.uniform(-0.7, 0.1)
    points = points_of(
        scores(random, failures, mean=middle + 0.95, spread=1.0),
        scores(random, wells - failures, mean=middle - 0.95, spread=1.0),
        THRESHOLDS,
    )
    after = random.randrange(10, 41, 5)
    before = after * random.choice((5, 6, 8))
    failure = before * random.choice((2, 3, 4))
    chosen = choose(points, cost_fp=after, cost_fn=failure)
    until_now = choose(points, cost_fp=before, cost_fn=failure)
    if chosen is None or until_now is None or not chosen.clear:
        return None
    sound = (
        until_now.cheapest == until_now.default
        and chosen.apart(chosen.default, chosen.by_f1, chosen.by_corner)
        and chosen.cheapest > max(chosen.default, chosen.by_corner, chosen.by_f1)
    )
    if not sound:
        return None
    return Draw(
        parameters={
            "wells": wells,
            "failures": failures,
            "before": before,
            "after": after,
            "failure": failure,
        },
        worked={
            **_cheapest_in_words(chosen, cost_fp=after, cost_fn=failure),
            **_default_in_words(chosen),
            **_f1_in_words(chosen),
            "corner_threshold": chosen.threshold(chosen.by_corner),
            "corner_cost": chosen.costs[chosen.by_corner],
            "saved": chosen.costs[chosen.default] - chosen.costs[chosen.cheapest],
            "times_before": failure // before,
            "times_now": failure // after,
        },
        answer=chosen.cheapest,
        shown={"points": points, "cost_fp": after, "cost_fn": failure},
    )


@until_sound
def offers_to_leavers(random: Random) -> Draw | None:
    """A retention offer whose two errors cost much the same, by scores of balanced training."""
    customers = random.randrange(1_200, 3_001, 200)
    leavers = customers * random.randint(10, 18) // 100
    middle = random.uniform(0.0, 0.6)
    points = points_of(
        scores(random, leavers, mean=middle + 0.85, spread=1.1),
        scores(random, customers - leavers, mean=middle - 0.85, spread=1.1),
        THRESHOLDS,
    )
    offer = random.randrange(20, 61, 10)
    kept = random.choice((20, 25, 40, 50))
    # What a leaver without an offer costs: the margin that would be kept, less the offer.
    missed = offer * random.choice((3, 4)) // 2
    value, rest = divmod((missed + offer) * 100, kept)
    chosen = choose(points, cost_fp=offer, cost_fn=missed)
    if rest or chosen is None or not chosen.clear:
        return None
    sound = (
        chosen.apart(chosen.default, chosen.by_f1, chosen.by_accuracy)
        and chosen.by_f1 > chosen.cheapest
        and chosen.default > chosen.cheapest
        and chosen.by_accuracy < chosen.cheapest
    )
    if not sound:
        return None
    default = points[chosen.default]
    return Draw(
        parameters={
            "customers": customers,
            "leavers": leavers,
            "offer": offer,
            "kept": kept,
            "value": value,
        },
        worked={
            **_cheapest_in_words(chosen, cost_fp=offer, cost_fn=missed),
            **_default_in_words(chosen),
            **_f1_in_words(chosen),
            **_accuracy_in_words(chosen),
            "gain": missed + offer,
            "loss": missed,
            "default_offers": default["tp"] + default["fp"],
        },
        answer=chosen.cheapest,
        shown={"points": points, "cost_fp": offer, "cost_fn": missed},
    )


def _cheapest_in_words(chosen: Choices, *, cost_fp: int, cost_fn: int) -> dict[str, int | float]:
    best = chosen.points[chosen.cheapest]
    return {
        "cheapest": best["threshold"],
        "alarms": best["fp"],
        "alarms_cost": cost_fp * best["fp"],
        "misses": best["fn"],
        "misses_cost": cost_fn * best["fn"],
        "cost": chosen.costs[chosen.cheapest],
    }


def _default_in_words(chosen: Choices) -> dict[str, int | float]:
    point = chosen.points[chosen.default]
    return {
        "default_alarms": point["fp"],
        "default_misses": point["fn"],
        "default_cost": chosen.costs[chosen.default],
    }


def _f1_in_words(chosen: Choices) -> dict[str, int | float]:
    return {
        "f1_threshold": chosen.threshold(chosen.by_f1),
        "best_f1": f1(chosen.points[chosen.by_f1]),
        "f1_cost": chosen.costs[chosen.by_f1],
    }


def _accuracy_in_words(chosen: Choices) -> dict[str, int | float]:
    point = chosen.points[chosen.by_accuracy]
    return {
        "accuracy_threshold": point["threshold"],
        "accuracy_misses": point["fn"],
        "accuracy_cost": chosen.costs[chosen.by_accuracy],
    }


def _from_corner(point: Point) -> float:
    return hypot(
        point["fp"] / (point["fp"] + point["tn"]), point["fn"] / (point["tp"] + point["fn"])
    )


def _only_best(values: Sequence[float]) -> int | None:
    """The place of the highest value, or None where two share it."""
    return values.index(max(values)) if values.count(max(values)) == 1 else None


GENERATORS = (cheaper_inspections, offers_to_leavers, rooms_to_resell, transfers_to_hold)
