"""A decision threshold, chosen on the curve of a validation set by what its errors cost.

The draw's ``shown`` holds ``points`` (dictionaries of threshold, tp, fp, fn, tn; the highest
threshold first), ``cost_fp`` and ``cost_fn``; its answer is the place of the cheapest point. The
cost of each point stands on the page, as in a notebook: what is asked is to choose by it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any

from apps.curriculum.front_matter import choice, one_line
from apps.quizzes.draws import Number
from apps.quizzes.kinds.kind import (
    Asked,
    Case,
    Drawn,
    Facts,
    Kind,
    Marked,
    NotMarked,
    Response,
    Wrong,
)
from apps.quizzes.kinds.numeric import is_number
from apps.quizzes.kinds.threshold_plot import TITLES, Curve, Place, draw, percent
from apps.quizzes.numbers import shown_number

INPUT = "point"
FEWEST, MOST = 5, 41
DEFAULT = 0.5  # what most classifiers use unless they are told
COUNTS = ("tp", "fp", "fn", "tn")
LARGEST = 10**7  # of a count and of a cost, so that no credit rounds to 1
_NAMES = {"threshold", *COUNTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One threshold and what it makes of the validation set."""

    threshold: Number
    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def base_rate(self) -> float:
        """The share of positives, which is the same for every point."""
        return (self.tp + self.fn) / (self.tp + self.fp + self.fn + self.tn)

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn)

    @property
    def false_positive_rate(self) -> float:
        return self.fp / (self.fp + self.tn)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp)

    @property
    def f1(self) -> float:
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn)

    @property
    def from_corner(self) -> float:
        """How far it lies from the perfect point of a ROC curve."""
        return hypot(self.false_positive_rate, 1 - self.recall)

    def cost(self, shown: Mapping[str, Any]) -> int:
        return int(self.fp * shown["cost_fp"] + self.fn * shown["cost_fn"])

    def place(self, plot: str) -> Place:
        if plot == "roc":
            return self.false_positive_rate, self.recall
        return self.recall, self.precision


# What is recognised: the point that one chooses by another rule than cost. The lowest value wins;
# where a point wins by two rules, the first one is told.
RULES: Mapping[str, Callable[[Point], float]] = {
    "default-threshold": lambda point: abs(point.threshold - DEFAULT),
    "highest-f1": lambda point: -point.f1,
    "highest-accuracy": lambda point: -(point.tp + point.tn),
    "closest-to-corner": lambda point: point.from_corner,
}
_OF_ROC_ONLY = {"closest-to-corner"}


_RATES: Mapping[str, tuple[tuple[str, Callable[[Point], float]], ...]] = {
    "roc": (
        ("Recall", lambda point: point.recall),
        ("False positive rate", lambda point: point.false_positive_rate),
    ),
    "pr": (
        ("Recall", lambda point: point.recall),
        ("Precision", lambda point: point.precision),
    ),
}
_COUNT_NAMES = ("True positives", "False positives", "False negatives", "True negatives")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    value: str
    x: str  # in the picture
    y: str
    cells: tuple[str, ...]
    words: str  # the same in a sentence
    brief: str
    chosen: bool
    cheapest: bool  # known once it is marked


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdView:
    svg: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[PointRow, ...]
    chosen: PointRow  # where the slider stands
    last: int
    cheapest: PointRow | None  # after marking


def points_of(shown: Mapping[str, Any]) -> list[Point]:
    return [Point(**point) for point in shown["points"]]


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    known = RULES.keys() - (_OF_ROC_ONLY if facts["plot"] == "pr" else set())
    for name in sorted(facts["misconceptions"].keys() - known):
        listed = ", ".join(rule for rule in RULES if rule in known)
        yield "misconceptions", f"{name} is never recognised. Known are {listed}."
    for case in cases:
        if wrong := _wrong_draw(case.drawn, facts["plot"]):
            yield "generator", wrong
            return
    for name in sorted(facts["misconceptions"].keys() & known):
        if not any(_chosen_by(name, case.drawn) for case in cases):
            message = f"{name} chooses the cheapest point in every draw. Take it out."
            yield "misconceptions", message


def _wrong_draw(drawn: Drawn, plot: str) -> str:
    shown = drawn.shown
    if not shown:
        return "Nothing draws the points. Name a generator that does."
    if wrong := _wrong_form(shown):
        return wrong
    points = points_of(shown)
    if wrong := _wrong_curve(points, plot):
        return wrong
    costs = [point.cost(shown) for point in points]
    cheapest = min(costs)
    if costs.count(cheapest) > 1:
        return "For some draws two points cost the least. Draw again until there is one."
    if type(drawn.answer) is not int or drawn.answer != costs.index(cheapest):
        return f"The answer is {drawn.answer!r}; the cheapest point is {costs.index(cheapest)}."
    return ""


def _wrong_form(shown: Mapping[str, Any]) -> str:
    points = shown.get("points")
    if not isinstance(points, list) or not FEWEST <= len(points) <= MOST:
        return f"shown must hold points, a list of {FEWEST} to {MOST}."
    if not all(map(_is_point, points)):
        return "A point must be a dictionary of threshold, tp, fp, fn, tn, the last four counts."
    for name in ("cost_fp", "cost_fn"):
        if type(shown.get(name)) is not int or not 0 < shown[name] <= LARGEST:
            return f"shown must hold {name}, an int from 1 to {LARGEST:,}."
    return ""


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, dict)
        and point.keys() == _NAMES
        and is_number(point["threshold"])
        and all(type(point[name]) is int and 0 <= point[name] <= LARGEST for name in COUNTS)
    )


def _wrong_curve(points: Sequence[Point], plot: str) -> str:
    if any(one.threshold <= other.threshold for one, other in pairwise(points)):
        return "The thresholds must fall from one point to the next."
    classes = {(point.tp + point.fn, point.fp + point.tn) for point in points}
    if len(classes) > 1 or 0 in next(iter(classes)):
        return "The counts of all points must add up to the same positives and negatives."
    if any(one.tp > other.tp or one.fp > other.fp for one, other in pairwise(points)):
        return "A lower threshold flags no fewer cases: tp and fp must not fall."
    if plot == "pr" and points[0].tp + points[0].fp == 0:
        return "Where nothing is flagged there is no precision. Begin with a lower threshold."
    return ""


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    points = points_of(drawn.shown)
    chosen = _chosen(response, len(points))
    if chosen is None:
        raise NotMarked("Choose one of the thresholds.", input=INPUT)
    costs = [point.cost(drawn.shown) for point in points]
    regret = costs[chosen] - min(costs)
    if not regret:
        return Marked(correct=True)
    believed = [
        name
        for name in RULES
        if name in facts["misconceptions"] and chosen in _chosen_by(name, drawn)
    ]
    reference = costs[_reference(points, costs)] - min(costs)
    return Marked(
        correct=False,
        misconceptions=tuple(believed[:1]),
        credit=max(0.0, 1 - regret / reference),
    )


def right(drawn: Drawn, facts: Facts) -> Response:
    return {INPUT: [str(drawn.answer)]}


def _chosen(response: Response, count: int) -> int | None:
    given = [*response.get(INPUT, ()), ""][0].strip()
    readable = given.isascii() and given.isdigit() and len(given) <= 3
    return int(given) if readable and int(given) < count else None


def _chosen_by(name: str, drawn: Drawn) -> list[int]:
    """The points that a rule chooses, without the cheapest."""
    points = points_of(drawn.shown)
    values = [RULES[name](point) for point in points]
    return [
        place
        for place, value in enumerate(values)
        if value == min(values) and place != drawn.answer
    ]


def _reference(points: Sequence[Point], costs: Sequence[int]) -> int:
    """The point that is worth nothing: the usual one, or the dearer end if that is the cheapest."""
    usual = min(range(len(points)), key=lambda place: abs(points[place].threshold - DEFAULT))
    if costs[usual] > min(costs):
        return usual
    return max(0, len(points) - 1, key=lambda place: costs[place])


def show(asked: Asked) -> ThresholdView:
    plot, unit = asked.facts["plot"], asked.facts["unit"]
    points = points_of(asked.drawn.shown)
    given = _chosen(asked.response, len(points))
    # The slider has to stand somewhere: in the middle, wherever the cheapest point is.
    chosen = len(points) // 2 if given is None else given
    costs = [point.cost(asked.drawn.shown) for point in points]
    cheapest = costs.index(min(costs)) if asked.marked else None
    curve = Curve(
        plot=plot,
        places=[point.place(plot) for point in points],
        thresholds=[shown_number(point.threshold) for point in points],
        base_rate=points[0].base_rate,
        chosen=chosen,
        cheapest=cheapest,
    )
    columns = ("Threshold", *(name for name, _ in _RATES[plot]), *_COUNT_NAMES, "Cost")
    rows = [
        _row(curve, place, columns, _cells(point, plot=plot, cost=costs[place], unit=unit))
        for place, point in enumerate(points)
    ]
    return ThresholdView(
        svg=draw(curve),
        title=TITLES[plot],
        columns=columns,
        rows=tuple(rows),
        chosen=rows[chosen],
        last=len(rows) - 1,
        cheapest=None if cheapest is None else rows[cheapest],
    )


def _row(curve: Curve, place: int, columns: Sequence[str], cells: Sequence[str]) -> PointRow:
    (x, y), named = curve.at(place), [*zip(columns, cells, strict=True)]
    words = [f"{column.lower()} {cell}" for column, cell in named]
    return PointRow(
        value=str(place),
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        cells=tuple(cells),
        words=", ".join(words),
        brief=f"{cells[0]}: {', '.join((*words[1:3], words[-1]))}",
        chosen=place == curve.chosen,
        cheapest=place == curve.cheapest,
    )


def _cells(point: Point, *, plot: str, cost: int, unit: str) -> tuple[str, ...]:
    return (
        shown_number(point.threshold),
        *(percent(rate(point)) for _, rate in _RATES[plot]),
        *(f"{getattr(point, name):,}" for name in COUNTS),
        f"{cost:,} {unit}".rstrip(),
    )


THRESHOLD = Kind(
    name="threshold",
    template="quizzes/kinds/threshold.html",
    inputs=(INPUT,),
    facts={"plot": choice(TITLES), "unit": one_line(20)},
    may_lack={"unit": ""},
    needs_answer=False,  # ``judge`` says what is missing: not an answer but a generator
    judge=judge,
    mark=mark,
    right=right,
    show=show,
)
