"""Draws the curve of a validation set as SVG, with the points that matter named on it.

Colours and sizes of text are classes (static/css/charts.css and quiz.css). Lengths are in units of
the view box, which the page scales to its column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

type Place = tuple[float, float]  # two shares, across and up

WIDTH = 560.0
LEFT, RIGHT = 74.0, 30.0  # around the plot; room for tick labels as large as phones show them
PLOT = 260.0  # its height
LABEL_ROW = 24.0
NAME_ROW = 46.0  # base line of the first name above the plot
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

TITLES: Mapping[str, str] = {"roc": "ROC curve", "pr": "Precision-recall curve"}
_AXES = {  # across, up
    "roc": ("False positive rate", "Recall (true positive rate)"),
    "pr": ("Recall", "Precision"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    plot: str
    places: Sequence[Place]
    thresholds: Sequence[str]  # as they are shown
    base_rate: float  # share of positives
    chosen: int
    cheapest: int | None  # known once it is marked

    @property
    def names(self) -> list[tuple[int, str, str]]:
        """Points that have a name above the plot: the point, its name, its class."""
        if self.cheapest is None:
            return [(self.chosen, f"Threshold {self.thresholds[self.chosen]}", "choice")]
        if self.cheapest == self.chosen:
            return [(self.chosen, f"Yours, the cheapest: {self.thresholds[self.chosen]}", "best")]
        return [
            (self.chosen, f"Yours: {self.thresholds[self.chosen]}", "choice"),
            (self.cheapest, f"Cheapest: {self.thresholds[self.cheapest]}", "best"),
        ]

    @property
    def top(self) -> float:
        return NAME_ROW + 10 + LABEL_ROW * (len(self.names) - 1)

    @property
    def bottom(self) -> float:
        return self.top + PLOT

    def at(self, place: int) -> Place:
        """Where a point lies in the picture."""
        across, up = self.places[place]
        return self.x(across), self.y(up)

    def x(self, share: float) -> float:
        return LEFT + share * (WIDTH - RIGHT - LEFT)

    def y(self, share: float) -> float:
        return self.bottom - share * PLOT


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def draw(curve: Curve) -> str:
    """The curve as an ``<svg>``. Before marking, its one mark is hidden until a script moves it."""
    points = [curve.at(place) for place in range(len(curve.places))]
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    height = curve.bottom + 60
    parts = [
        *_frame(curve),
        *_guessing(curve),
        f'<path class="series" d="M{line}"/>',
        f'<path class="dots" d="{dots}"/>',
        *_ends(curve),
        *(_mark(curve, row, *name) for row, name in enumerate(curve.names)),
    ]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" '
        f'height="{height:g}" role="img" aria-labelledby="curve-title curve-desc">'
        f'<title id="curve-title">{TITLES[curve.plot]}</title>'
        f'<desc id="curve-desc">{escape(_description(curve))}</desc>{"".join(parts)}</svg>'
    )


def _description(curve: Curve) -> str:
    (first_x, first_y), (last_x, last_y) = curve.places[0], curve.places[-1]
    across, up = _AXES[curve.plot]
    text = (
        f"{len(curve.places)} thresholds, from {curve.thresholds[0]} to {curve.thresholds[-1]}. "
        f"{across} goes from {percent(first_x)} to {percent(last_x)}, "
        f"{up[0].lower()}{up[1:]} from {percent(first_y)} to {percent(last_y)}."
    )
    if curve.cheapest is None:
        return text
    named = "; ".join(name for _, name, _ in curve.names)
    return f"{text} {named}."


def _frame(curve: Curve) -> list[str]:
    """Grid, tick labels, and what the axes mean: the vertical one above, as in a newspaper."""
    bottom, end = curve.bottom, WIDTH - RIGHT
    across, up = _AXES[curve.plot]
    parts = []
    for share in TICKS:
        x, y, label = curve.x(share), curve.y(share), f"{share:.0%}".replace("%", " %")
        parts.append(_line(LEFT, y, end, y, "grid" if share else "baseline"))
        parts.append(_text(LEFT - 8, y + 5, label, "tick-label", anchor="end"))
        parts.append(_line(x, bottom, x, bottom + 5, "tick"))
        parts.append(_text(x, bottom + 25, label, "tick-label", anchor="middle"))
    parts.append(_text(0, 18, up, "axis-label"))
    parts.append(_text(end, bottom + 52, across, "axis-label", anchor="end"))
    return parts


def _guessing(curve: Curve) -> list[str]:
    """What a model reaches that knows nothing: one cannot read either curve without it."""
    if curve.plot == "roc":
        line = _line(curve.x(0), curve.y(0), curve.x(1), curve.y(1), "guess")
        label = _text(curve.x(0.7), curve.y(0.6), "Guessing", "tick-label")
    else:
        level = curve.y(curve.base_rate)
        line = _line(curve.x(0), level, curve.x(1), level, "guess")
        above = curve.base_rate < 0.9
        label = _text(curve.x(0) + 6, level + (-7 if above else 18), "Guessing", "tick-label")
    return [line, label]


def _ends(curve: Curve) -> list[str]:
    """Which way the threshold falls; both labels below the curve, where it leaves room."""
    (x1, y1), (x2, y2) = curve.at(0), curve.at(len(curve.places) - 1)
    if curve.plot == "roc":
        first, last = (x1 + 10, y1 + 5), (x2, y2 + 24)
    else:
        first, last = (x1, y1 + 24), (x2 - 10, y2 + 14)
    return [
        _text(*first, curve.thresholds[0], "tick-label"),
        _text(*last, curve.thresholds[-1], "tick-label", anchor="end"),
    ]


def _mark(curve: Curve, row: int, place: int, name: str, css_class: str) -> str:
    x, y = curve.at(place)
    base = NAME_ROW + LABEL_ROW * row
    left = x > WIDTH / 2
    hidden = ' visibility="hidden"' if curve.cheapest is None else ""
    return (
        f'<g class="{css_class}"{hidden}>'
        f"{_line(x, base - 14, x, curve.bottom, '')}"
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
        f"{_text(x + (-8 if left else 8), base, name, '', anchor='end' if left else 'start')}</g>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, css_class: str) -> str:
    return f'<line class="{css_class}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, content: str, css_class: str, *, anchor: str = "start") -> str:
    return (
        f'<text class="{css_class}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(content)}</text>"
    )
