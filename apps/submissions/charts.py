"""Draws a check's charts as SVG, on the server, in the page's own colours.

Colours, weights and sizes of text are classes (static/css/charts.css), so that a picture follows
light and dark. Lengths are in units of the view box, which the page scales to its column.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from django.utils.safestring import SafeString, mark_safe

from apps.checks.results import Chart, Metric, ReferenceLine
from apps.submissions import svg
from apps.submissions.axes import Axis, axis, number, plain_axis
from apps.submissions.svg import LABEL_ROW, WIDTH

LEFT, RIGHT, TOP, BOTTOM = 62.0, 18.0, 46.0, 54.0  # around the plot
PLOT = 240.0  # its height
BAR_ROW = 48.0
MAX_MARKS = 2000  # drawn; a page must stay light
MAX_BARS = 30
MAX_LABEL = 44  # characters
MAX_ROWS = 200  # of the table
NEEDED = "Needed for this draw"
FEW_POINTS = 30  # each is worth looking at; of more, where they are dense
# Points in one path do not darken each other; in a few paths that take turns they do.
POINT_PATHS = 8

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart as the page shows it: picture, words, and the numbers as a table."""

    name: str
    test: str
    title: str
    summary: str
    svg: SafeString
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_left_out: int


def figure(chart: Chart) -> Figure:
    columns, rows = table(chart)
    return Figure(
        name=chart.name,
        test=chart.test,
        title=chart.title,
        summary=chart.summary,
        svg=mark_safe(draw(chart)),  # noqa: S308 -- draw escapes all text
        columns=columns,
        rows=tuple(rows[:MAX_ROWS]),
        rows_left_out=max(len(rows) - MAX_ROWS, 0),
    )


def table(chart: Chart) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Column names and rows, as text."""
    x, y = chart.x_label or "x", chart.y_label or "y"
    match chart.kind:
        case "bar":
            bars = zip(chart.labels, chart.values, strict=False)
            return (x, y), [(label, _cell(value)) for label, value in bars if _finite(value)]
        case "histogram":
            return (f"{x}, from", "to", y), [
                (_cell(low), _cell(high), _cell(count)) for low, high, count in _bins(chart)
            ]
        case _:
            return (x, y), [(_cell(a), _cell(b)) for a, b in _points(chart)]


def _cell(value: float) -> str:
    return number(value, digits=5)


def draw(chart: Chart) -> str:
    """The chart as an ``<svg>``; anything that is not a finite number is left out."""
    kinds: dict[str, Callable[[Chart], tuple[float, list[str]]]] = {
        "scatter": _scatter,
        "line": _line,
        "histogram": _histogram,
        "bar": _bar,
    }
    height, parts = kinds[chart.kind](chart)
    return svg.document(
        parts, height=height, kind=chart.kind, name=chart.name, title=chart.title,
        description=chart.summary,
    )  # fmt: skip


# Kinds -----------------------------------------------------------------------------------------


def _scatter(chart: Chart) -> tuple[float, list[str]]:
    points = _points(chart)
    if not points:
        return _nothing()
    xs, ys = _plane(points, chart.lines)
    places = [(xs.at(x), ys.at(y)) for x, y in _thinned(points)]
    frame, thresholds = _frame(chart, xs, ys), _thresholds(chart.lines, xs, ys)
    if len(places) <= FEW_POINTS:
        return ys.start + BOTTOM, [*frame, *thresholds, svg.dots(places, "dots")]
    parts = [places[start::POINT_PATHS] for start in range(POINT_PATHS)]
    marks = [svg.dots(part, "points") for part in parts if part]
    return ys.start + BOTTOM, [*frame, *marks, *thresholds]


def _line(chart: Chart) -> tuple[float, list[str]]:
    points = sorted(_points(chart))
    if not points:
        return _nothing()
    xs, ys = _plane(points, chart.lines)
    places = [(xs.at(x), ys.at(y)) for x, y in _thinned(points)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = [f'<path class="series" d="M{path}"/>']
    if len(places) <= FEW_POINTS:
        marks.append(svg.dots(places, "dots"))
    return ys.start + BOTTOM, [*_frame(chart, xs, ys), *marks, *_thresholds(chart.lines, xs, ys)]


def _histogram(chart: Chart) -> tuple[float, list[str]]:
    bins = _bins(chart)
    if not bins:
        return _nothing()
    across = [edge for low, high, _ in bins for edge in (low, high)]
    xs = axis([*across, *_values(chart.lines, "x")], start=LEFT, end=WIDTH - RIGHT)
    up = [0.0, *(count for *_, count in bins), *_values(chart.lines, "y")]
    ys = _upward(up, chart.lines)
    marks = []
    for low, high, count in bins:
        left, right, top = xs.at(low), xs.at(high), ys.at(count)
        gap = 1.0 if right - left > 3 else 0.0
        marks.append(svg.rect(left + gap / 2, top, right - left - gap, ys.at(0) - top))
    return ys.start + BOTTOM, [*_frame(chart, xs, ys), *marks, *_thresholds(chart.lines, xs, ys)]


def _bar(chart: Chart) -> tuple[float, list[str]]:
    """Lying bars, each below its own label: long labels fit, on a phone too."""
    pairs = zip(chart.labels, chart.values, strict=False)
    bars = [(label, value) for label, value in pairs if _finite(value)][:MAX_BARS]
    if not bars:
        return _nothing()
    lines = [line for line in chart.lines if line.axis != "diagonal" and _finite(line.value)]
    values = [0.0, *(value for _, value in bars), *(line.value for line in lines)]
    # Room on both sides for the number at a bar's end.
    xs = axis(values, start=70.0 if min(values) < 0 else 2.0, end=WIDTH - 80.0)
    top = LABEL_ROW * (1 + len(lines))
    height = top + BAR_ROW * len(bars) + 8
    zero = xs.at(0)
    marks, words = [], [svg.text(2, 16, chart.y_label, "axis-label")]
    for index, (label, value) in enumerate(bars):
        y, end = top + BAR_ROW * index, xs.at(value)
        anchor = "end" if value < 0 else "start"
        marks.append(svg.rect(min(zero, end), y + 24, max(abs(end - zero), 1.0), 16))
        words.append(svg.text(2, y + 17, _shortened(label), "bar-label"))
        x = end + (-6 if value < 0 else 6)
        words.append(svg.text(x, y + 37, number(value), "value", anchor=anchor))
    marks.append(svg.segment(zero, top, zero, height - 4, "baseline"))
    for row, line in enumerate(sorted(lines, key=lambda line: line.value), start=1):
        x = xs.at(line.value)
        marks.append(svg.segment(x, LABEL_ROW * row + 2, x, height - 4, "threshold"))
        words.append(_beside(x, LABEL_ROW * row + 16, line.label))
    return height, [*marks, *words]


def _nothing() -> tuple[float, list[str]]:
    return 96.0, [
        svg.text(WIDTH / 2, 54, "There is no data to draw.", "axis-label", anchor="middle")
    ]


# What the checker measured, on one line --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFigure:
    """A figure beside those it is compared with."""

    name: str
    title: str
    value: str
    unit: str
    svg: SafeString
    rows: tuple[tuple[str, str], ...]  # what it is compared with, and its value


def metric_figure(metric: Metric) -> MetricFigure:
    rows = [(label, quantity(value, metric.unit)) for label, value in _compared(metric)]
    if _finite(metric.ci_low) and _finite(metric.ci_high):
        between = f"{number(metric.ci_low)} to {quantity(metric.ci_high, metric.unit)}"
        rows.append(("95 % interval", between))
    if metric.n:
        rows.append(("Measured on", f"{metric.n:,} rows"))
    return MetricFigure(
        name=metric.name,
        title=metric.title,
        value=quantity(metric.value, metric.unit).removesuffix(metric.unit).rstrip(),
        unit=metric.unit,
        svg=mark_safe(draw_metric(metric)),  # noqa: S308 -- draw_metric escapes all text
        rows=tuple(rows),
    )


def draw_metric(metric: Metric) -> str:
    """The value as a bar from the naive solution (as a mark where there is none), the threshold as
    a named line above it, the checker's own model and the best possible as named ticks below."""
    compared = _compared(metric)
    title = f"{metric.title}: {quantity(metric.value, metric.unit)}"
    against = ", ".join(f"{name.lower()} {quantity(v, metric.unit)}" for name, v in compared)
    if _finite(metric.value):
        height, parts = _bullet(metric, _metric_axis(metric, compared), compared)
    else:
        height, parts = _nothing()
    return svg.document(
        parts,
        height=height,
        kind="metric",
        name=f"metric-{metric.name}",
        title=title,
        description=f"Compared with: {against}." if against else "",
    )


def _metric_axis(metric: Metric, compared: Sequence[tuple[str, float]]) -> Axis:
    """From bad on the left to good on the right, also where less is better. It has no ticks to be
    round for, and an interval that begins just below the naive solution needs no room of its own.
    """
    origin = 0.0 if metric.baseline is None else metric.baseline
    values = [origin, metric.value, metric.ci_low, metric.ci_high, *(at for _, at in compared)]
    start, end = (0.0, WIDTH) if metric.higher_is_better else (WIDTH, 0.0)
    return plain_axis([value for value in values if _finite(value)], start=start, end=end)


def _bullet(
    metric: Metric, xs: Axis, compared: Sequence[tuple[str, float]]
) -> tuple[float, list[str]]:
    top, bottom = 30.0, 50.0
    parts = [svg.rect(0, top, WIDTH, bottom - top, "track"), _metric_bar(metric, xs, top, bottom)]
    if _finite(metric.ci_low) and _finite(metric.ci_high):
        low, high, middle = xs.at(metric.ci_low), xs.at(metric.ci_high), (top + bottom) / 2
        parts.append(svg.segment(low, middle, high, middle, "spread"))
    # A long unit stands beside the value only.
    unit = metric.unit if len(metric.unit) <= 3 else ""
    labels = [(xs.at(at), f"{name} {quantity(at, unit)}", name) for name, at in compared]
    below = sorted((x, label) for x, label, name in labels if name != NEEDED)
    rows = svg.rows([svg.extent(x, label) for x, label in below])
    for (x, label), row in zip(below, rows, strict=True):
        y = bottom + 4 + LABEL_ROW * row
        parts.append(svg.segment(x, bottom, x, y + 4, "tick"))
        parts.append(svg.clamped(x, y + 18, label, "tick-label"))
    for x, label, name in labels:
        if name == NEEDED:
            parts.append(svg.segment(x, top - 8, x, bottom + 6, "halo"))
            parts.append(svg.segment(x, top - 8, x, bottom + 6, "threshold"))
            parts.append(svg.clamped(x, top - 13, label, "threshold-label"))
    return bottom + 6 + LABEL_ROW * (max(rows, default=-1) + 1), parts


def _metric_bar(metric: Metric, xs: Axis, top: float, bottom: float) -> str:
    value, thick = xs.at(metric.value), bottom - top
    if not _finite(metric.baseline):
        return svg.rect(min(max(value - 3, 0), WIDTH - 6), top, 6, thick)
    origin = xs.at(metric.baseline)
    return svg.rect(min(origin, value), top, max(abs(value - origin), 2.0), thick)


def _compared(metric: Metric) -> list[tuple[str, float]]:
    pairs = (
        ("Naive", metric.baseline),
        (NEEDED, metric.threshold),
        ("Our own model", metric.in_house),
        ("Best possible", metric.achievable),
    )
    return [(name, value) for name, value in pairs if _finite(value)]


def quantity(value: float, unit: str) -> str:
    """A number with its unit: "81.2 %", "0.14"."""
    # A tenth of a per cent is as much as any figure is known to.
    exact = round(value, 1) if unit == "%" and _finite(value) else value
    text = number(exact) if _finite(value) else "not a number"
    return f"{text} {unit}".rstrip()


# Parts -----------------------------------------------------------------------------------------


def _frame(chart: Chart, xs: Axis, ys: Axis) -> list[str]:
    """Grid, tick labels, and what the axes mean: the vertical one above, as in a newspaper."""
    bottom = ys.start
    parts = [svg.segment(LEFT, ys.at(y), WIDTH - RIGHT, ys.at(y), "grid") for y in ys.ticks]
    parts += [
        svg.text(LEFT - 8, ys.at(y) + 5, label, "tick-label", anchor="end")
        for y, label in zip(ys.ticks, ys.labels, strict=True)
    ]
    parts.append(svg.segment(LEFT, bottom, WIDTH - RIGHT, bottom, "baseline"))
    for x, label in zip(xs.ticks, xs.labels, strict=True):
        parts.append(svg.segment(xs.at(x), bottom, xs.at(x), bottom + 5, "tick"))
        parts.append(svg.text(xs.at(x), bottom + 21, label, "tick-label", anchor="middle"))
    parts.append(svg.text(0, 18, chart.y_label, "axis-label"))
    parts.append(svg.text(WIDTH - RIGHT, bottom + 46, chart.x_label, "axis-label", anchor="end"))
    return parts


def _plane(points: Sequence[Point], lines: Sequence[ReferenceLine]) -> tuple[Axis, Axis]:
    across = [*(x for x, _ in points), *_values(lines, "x")]
    up = [*(y for _, y in points), *_values(lines, "y")]
    if any(line.axis == "diagonal" for line in lines):
        across = up = [*across, *up]
    return axis(across, start=LEFT, end=WIDTH - RIGHT), _upward(up, lines)


def _upward(values: Sequence[float], lines: Sequence[ReferenceLine]) -> Axis:
    """The vertical axis, below a row of room for the name of each upright line."""
    top = TOP + LABEL_ROW * len(_values(lines, "x"))
    return axis(values, start=top + PLOT, end=top)


def _thresholds(lines: Sequence[ReferenceLine], xs: Axis, ys: Axis) -> list[str]:
    parts = []
    upright = sorted(
        (line for line in lines if line.axis == "x" and _finite(line.value)),
        key=lambda line: line.value,
    )
    for row, line in enumerate(upright):
        x, y = xs.at(line.value), TOP + LABEL_ROW * row
        parts.append(svg.segment(x, y - 10, x, ys.start, "threshold"))
        parts.append(_beside(x, y + 2, line.label))
    for line in lines:
        if line.axis == "y" and _finite(line.value):
            y = ys.at(line.value)
            parts.append(svg.segment(LEFT, y, WIDTH - RIGHT, y, "threshold"))
            label = _shortened(line.label)
            parts.append(svg.text(WIDTH - RIGHT, y - 6, label, "threshold-label", anchor="end"))
        elif line.axis == "diagonal":
            low, high = max(xs.low, ys.low), min(xs.high, ys.high)
            parts.append(svg.segment(xs.at(low), ys.at(low), xs.at(high), ys.at(high), "threshold"))
            near = low + 0.95 * (high - low)
            label = _shortened(line.label)
            parts.append(
                svg.text(xs.at(near) - 14, ys.at(near) + 4, label, "threshold-label", anchor="end")
            )
    return parts


def _beside(x: float, y: float, label: str) -> str:
    """A label on that side of an upright line where there is more room."""
    left = x > WIDTH / 2
    anchor = "end" if left else "start"
    return svg.text(x + (-6 if left else 6), y, _shortened(label), "threshold-label", anchor=anchor)


# Data ------------------------------------------------------------------------------------------


def _points(chart: Chart) -> list[Point]:
    return [(x, y) for x, y in chart.points if _finite(x) and _finite(y)]


def _bins(chart: Chart) -> list[tuple[float, float, float]]:
    bins = zip(chart.edges, chart.edges[1:], chart.values, strict=False)
    return [bin_ for bin_ in bins if all(_finite(value) for value in bin_)]


def _values(lines: Sequence[ReferenceLine], axis_name: str) -> list[float]:
    return [line.value for line in lines if line.axis == axis_name and _finite(line.value)]


def _finite(value: object) -> TypeGuard[float]:
    """Results come from JSON, where a figure that was not a number is null."""
    return isinstance(value, int | float) and math.isfinite(value)


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    return points[:: math.ceil(len(points) / MAX_MARKS)]


def _shortened(label: str) -> str:
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
