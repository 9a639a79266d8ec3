"""Charts are drawn from whatever a result holds, and everything in them is escaped."""

import dataclasses
import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.checks.results import Chart, Metric, ReferenceLine
from apps.submissions import axes, svg
from apps.submissions.charts import (
    MAX_MARKS,
    MAX_ROWS,
    PLOT,
    POINT_PATHS,
    TOP,
    draw,
    draw_metric,
    figure,
    metric_figure,
)

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert(1)</script>" onload="x'


def chart(**changes: object) -> Chart:
    given_by_default = {
        "name": "residuals",
        "kind": "scatter",
        "title": "Residuals",
        "summary": "They spread evenly.",
        "x_label": "expected",
        "y_label": "predicted",
        "points": ((0.0, 1.0), (10.0, 3.0), (4.0, 2.0)),
    }
    return Chart(**{**given_by_default, **changes})  # type: ignore[arg-type]


def parsed(text: str) -> ET.Element:
    """Fails on anything that is not well-formed. Browsers know the namespace by themselves."""
    return ET.fromstring(text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))


def marks(text: str, tag: str, css_class: str) -> list[ET.Element]:
    return [one for one in parsed(text).iter(SVG + tag) if one.get("class") == css_class]


def texts(text: str, css_class: str) -> list[str]:
    return [one.text or "" for one in marks(text, "text", css_class)]


BARS = chart(kind="bar", points=(), labels=("clean", "dirty"), values=(2.0, -1.0))
HISTOGRAM = chart(kind="histogram", points=(), edges=(0.0, 1.0, 2.0), values=(3.0, 6.0))
LINE = chart(kind="line")
ALL_KINDS = pytest.mark.parametrize(
    "one", [chart(), LINE, BARS, HISTOGRAM], ids=lambda one: one.kind
)


# Every kind ------------------------------------------------------------------------------------


@ALL_KINDS
def test_draw_names_and_describes_the_picture(one: Chart) -> None:
    root = parsed(draw(one))
    title, description = root.find(SVG + "title"), root.find(SVG + "desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == ("Residuals", "They spread evenly.")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


@ALL_KINDS
def test_draw_holds_no_inline_style_or_colour(one: Chart) -> None:
    for element in parsed(draw(one)).iter():
        assert not {"style", "fill", "stroke"} & set(element.attrib)


@ALL_KINDS
def test_draw_escapes_every_text(one: Chart) -> None:
    hostile = dataclasses.replace(
        one,
        name=HOSTILE,
        title=HOSTILE,
        summary=HOSTILE,
        x_label=HOSTILE,
        y_label=HOSTILE,
        labels=(HOSTILE,) * len(one.labels),
        lines=(
            ReferenceLine(label=HOSTILE, axis="x", value=1.0),
            ReferenceLine(label=HOSTILE, axis="y", value=1.0),
            ReferenceLine(label=HOSTILE, axis="diagonal"),
        ),
    )
    root = parsed(draw(hostile))
    assert not list(root.iter(SVG + "script"))
    assert all(not name.startswith("on") for one in root.iter() for name in one.attrib)


@ALL_KINDS
def test_draw_says_so_without_data(one: Chart) -> None:
    empty = dataclasses.replace(one, points=(), labels=(), values=(), edges=())
    assert texts(draw(empty), "axis-label") == ["There is no data to draw."]


@ALL_KINDS
def test_draw_leaves_out_what_is_not_a_number(one: Chart) -> None:
    # JSON has no NaN: a result read back holds None where one stood.
    bad: tuple[Any, ...] = (None, float("nan"), float("inf"))
    broken = dataclasses.replace(
        one,
        points=tuple((value, value) for value in bad),
        values=bad,
        lines=(ReferenceLine(label="needed", axis="x", value=float("nan")),),
    )
    assert texts(draw(broken), "axis-label") == ["There is no data to draw."]


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**6), 10**6)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["scatter", "line", "bar", "histogram"]),
    values=st.lists(numbers, max_size=8),
    threshold=numbers,
    axis=st.sampled_from(["x", "y", "diagonal"]),
)
def test_draw_stays_inside_its_view_box(
    kind: str, values: list[float], threshold: float, axis: str
) -> None:
    one = chart(
        kind=kind,
        points=tuple(zip(values, reversed(values), strict=True)),
        labels=tuple(f"label {n}" for n, _ in enumerate(values)),
        values=tuple(values[:-1]),
        edges=tuple(values),
        lines=(ReferenceLine(label="needed", axis=axis, value=threshold),),  # type: ignore[arg-type]
    )
    text = draw(one)
    height = float(parsed(text).get("viewBox", "").split()[3])
    for element in parsed(text).iter():
        for name, limit in (
            ("x", svg.WIDTH), ("x1", svg.WIDTH), ("x2", svg.WIDTH),
            ("y", height), ("y1", height), ("y2", height),
        ):  # fmt: skip
            assert 0 <= float(element.get(name, 0)) <= limit
        for x, y in re.findall(r"[ML](\S+) ([\d.]+)", element.get("d", "")):
            assert 0 <= float(x) <= svg.WIDTH
            assert 0 <= float(y) <= height


# Scatter and line ------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "css_class"), [(3, "dots"), (100, "points")])
def test_scatter_draws_every_point_once(count: int, css_class: str) -> None:
    drawn = draw(chart(points=tuple((float(n), float(n)) for n in range(count))))
    paths = marks(drawn, "path", css_class)
    assert sum((one.get("d") or "").count("M") for one in paths) == count


def test_few_points_lie_above_the_line_that_they_are_compared_with() -> None:
    drawn = draw(chart(lines=(ReferenceLine(label="perfect", axis="diagonal"),)))
    assert drawn.index('class="threshold"') < drawn.index('class="dots"')


def test_scatter_of_one_point_stands_in_the_middle() -> None:
    (path,) = marks(draw(chart(points=((5.0, 5.0),))), "path", "dots")
    x, y = map(float, re.findall(r"[\d.]+", path.get("d") or "")[:2])
    assert 0.4 < x / svg.WIDTH < 0.65
    assert y == pytest.approx(TOP + PLOT / 2, abs=1)


def test_scatter_of_many_points_stays_light() -> None:
    many = draw(chart(points=tuple((float(n), float(n % 97)) for n in range(50_000))))
    paths = marks(many, "path", "points")
    assert len(paths) == POINT_PATHS
    assert MAX_MARKS / 2 < sum((one.get("d") or "").count("M") for one in paths) <= MAX_MARKS


def test_scatter_with_a_diagonal_has_the_same_scale_on_both_axes() -> None:
    drawn = draw(chart(lines=(ReferenceLine(label="perfect", axis="diagonal"),)))
    assert texts(drawn, "tick-label")[:6] == texts(drawn, "tick-label")[6:]
    (line,) = marks(drawn, "line", "threshold")
    assert float(line.get("x1", 0)) < float(line.get("x2", 0))
    assert float(line.get("y1", 0)) > float(line.get("y2", 0))


def test_threshold_outside_of_the_data_is_still_drawn_and_named() -> None:
    drawn = draw(chart(lines=(ReferenceLine(label="needed", axis="y", value=50.0),)))
    (line,) = marks(drawn, "line", "threshold")
    assert line.get("y1") == line.get("y2") == f"{TOP:.1f}"
    assert texts(drawn, "threshold-label") == ["needed"]


def test_upright_thresholds_have_a_row_each_for_their_names() -> None:
    lines = tuple(ReferenceLine(label=f"at {n}", axis="x", value=n) for n in (3.0, 1.0, 2.0))
    names = marks(draw(chart(lines=lines)), "text", "threshold-label")
    assert [one.text for one in names] == ["at 1.0", "at 2.0", "at 3.0"]
    rows = [float(one.get("y", 0)) for one in names]
    assert [b - a for a, b in pairwise(rows)] == [svg.LABEL_ROW] * 2


def test_line_runs_in_order_of_x() -> None:
    (path,) = marks(draw(LINE), "path", "series")
    xs = [float(x) for x in re.findall(r"[ML](\S+)", path.get("d") or "")]
    assert xs == sorted(xs)
    assert len(xs) == 3


# Bars and histograms ---------------------------------------------------------------------------


def test_histogram_bars_stand_on_zero_and_keep_their_ratio() -> None:
    low, high = marks(draw(HISTOGRAM), "rect", "bar")
    assert float(high.get("height", 0)) == pytest.approx(2 * float(low.get("height", 0)), abs=0.2)
    bottoms = {float(one.get("y", 0)) + float(one.get("height", 0)) for one in (low, high)}
    assert all(bottom == pytest.approx(TOP + PLOT, abs=0.2) for bottom in bottoms)


def test_bars_grow_from_zero_to_both_sides() -> None:
    drawn = draw(BARS)
    up, down = marks(drawn, "rect", "bar")
    (zero,) = marks(drawn, "line", "baseline")
    at = float(zero.get("x1", 0))
    assert float(up.get("x", 0)) == pytest.approx(at, abs=0.2)
    assert float(down.get("x", 0)) + float(down.get("width", 0)) == pytest.approx(at, abs=0.2)
    assert texts(drawn, "value") == ["2", "\N{MINUS SIGN}1"]


def test_bar_shortens_an_endless_label_and_the_table_keeps_it() -> None:
    label = "x" * 500
    one = dataclasses.replace(BARS, labels=(label, "b"))
    assert texts(draw(one), "bar-label")[0].endswith("…")
    assert figure(one).rows[0][0] == label


# The table -------------------------------------------------------------------------------------


def test_figure_has_the_numbers_as_a_table() -> None:
    assert figure(HISTOGRAM).columns == ("expected, from", "to", "predicted")
    assert figure(HISTOGRAM).rows == (("0", "1", "3"), ("1", "2", "6"))
    assert figure(BARS).rows == (("clean", "2"), ("dirty", "\N{MINUS SIGN}1"))
    assert figure(chart()).rows == (("0", "1"), ("10", "3"), ("4", "2"))


def test_figure_says_how_many_rows_are_left_out() -> None:
    one = figure(chart(points=((1.0, 1.0),) * (MAX_ROWS + 7)))
    assert (len(one.rows), one.rows_left_out) == (MAX_ROWS, 7)


# Metrics ---------------------------------------------------------------------------------------

GAP = Metric(
    name="gap", title="Gap closed", value=81.2, unit="%", baseline=0.0, in_house=84.3,
    achievable=100.0, threshold=75.0, ci_low=79.0, ci_high=83.5, n=2000,
)  # fmt: skip


def test_metric_stands_beside_all_that_it_is_compared_with() -> None:
    drawn = draw_metric(GAP)
    assert texts(drawn, "threshold-label") == ["Needed for this draw 75 %"]
    assert texts(drawn, "tick-label") == [
        "Naive 0 %",
        "Our own model 84.3 %",
        "Best possible 100 %",
    ]
    assert (metric_figure(GAP).value, metric_figure(GAP).unit) == ("81.2", "%")
    assert metric_figure(GAP).rows == (
        ("Naive", "0 %"),
        ("Needed for this draw", "75 %"),
        ("Our own model", "84.3 %"),
        ("Best possible", "100 %"),
        ("95 % interval", "79 to 83.5 %"),
        ("Measured on", "2,000 rows"),
    )


def test_metric_runs_from_bad_on_the_left_to_good_also_where_less_is_better() -> None:
    error = dataclasses.replace(
        GAP, value=0.2, baseline=0.45, achievable=0.07, threshold=0.1, in_house=None,
        ci_low=None, ci_high=None, higher_is_better=False,
    )  # fmt: skip
    (bar,) = marks(draw_metric(error), "rect", "bar")
    (needed,) = marks(draw_metric(error), "line", "threshold")
    end = float(bar.get("x", 0)) + float(bar.get("width", 0))
    assert float(bar.get("x", 0)) < end < float(needed.get("x1", 0))


def test_interval_just_beyond_the_ends_leaves_them_where_they_are() -> None:
    low = dataclasses.replace(GAP, value=0.0, ci_low=-0.2, ci_high=0.2)
    (naive, _, best) = [mark.get("x1") for mark in marks(draw_metric(low), "line", "tick")]
    assert float(naive or 9) == pytest.approx(0, abs=2)
    assert float(best or 0) == svg.WIDTH


def test_metric_without_a_naive_solution_is_a_mark_not_a_bar() -> None:
    alone = dataclasses.replace(GAP, baseline=None)
    (mark,) = marks(draw_metric(alone), "rect", "bar")
    assert float(mark.get("width", 0)) == 6


def test_metric_says_a_long_unit_once() -> None:
    long = metric_figure(dataclasses.replace(GAP, unit="RMSE of the log price"))
    assert long.unit == "RMSE of the log price"
    assert texts(long.svg, "threshold-label") == ["Needed for this draw 75"]


def test_metric_names_below_never_overlap() -> None:
    close = dataclasses.replace(GAP, baseline=99.0, in_house=99.5, achievable=100.0)
    below = marks(draw_metric(close), "text", "tick-label")
    assert len({one.get("y") for one in below}) == 3


def test_metric_without_a_number_says_so() -> None:
    missing = dataclasses.replace(GAP, value=None)  # type: ignore[arg-type]
    assert metric_figure(missing).value == "not a number"
    assert texts(draw_metric(missing), "axis-label") == ["There is no data to draw."]


# Axes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ((0.0, 1.0), ("0", "0.2", "0.4", "0.6", "0.8", "1.0")),
        ((11.2, 13.9), ("11", "12", "13", "14")),
        ((0.0, 480_000.0), ("0", "100k", "200k", "300k", "400k", "500k")),
        ((-2.5e6, 5e6), ("\N{MINUS SIGN}4M", "\N{MINUS SIGN}2M", "0", "2M", "4M", "6M")),
    ],
)
def test_axis_has_round_ticks(values: tuple[float, float], labels: tuple[str, ...]) -> None:
    made = axes.axis(values, start=0, end=100)
    assert made.labels == labels


@pytest.mark.parametrize(
    ("values", "labels"),
    [((0, 2), ("0", "1", "2")), ((0, 12), ("0", "5", "10", "15"))],
)
def test_axis_of_counts_has_no_halves(values: tuple[int, int], labels: tuple[str, ...]) -> None:
    assert axes.axis(values, start=0, end=100).labels == labels


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_axis_holds_all_values_on_few_ticks_with_distinct_labels(values: list[float]) -> None:
    made = axes.axis(values, start=0, end=100)
    assert 2 <= len(made.ticks) <= 8
    assert made.low < made.high
    assert len(set(made.labels)) == len(made.labels)
    unseen = 1e-8 * (made.high - made.low)  # far less than a pixel
    drawn = [min(max(one, -axes.LARGEST), axes.LARGEST) for one in values]
    assert all(made.low - unseen <= one <= made.high + unseen for one in drawn)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.8123, "0.812"), (81.25, "81.2"), (12345.6, "12,346"),
        (-3.5, "\N{MINUS SIGN}3.5"), (2.0, "2"), (100.0, "100"), (1e-9, "1e\N{MINUS SIGN}09"),
    ],
)  # fmt: skip
def test_number_has_three_significant_digits(value: float, text: str) -> None:
    assert axes.number(value) == text
