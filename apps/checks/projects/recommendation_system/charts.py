"""The pictures of a verdict, as data. They show figures of all listeners together, never one."""

import numpy as np

from apps.checks.projects.recommendation_system.checks import (
    NOTHING_TWICE,
    WELL_FORMED,
    Found,
    Scored,
)
from apps.checks.projects.recommendation_system.judgements import heard_lists
from apps.checks.projects.recommendation_system.outputs import FAULTS, Answer
from apps.checks.projects.recommendation_system.probes import METHODS, SERVED, Asked
from apps.checks.ranking import EMPTY
from apps.checks.results import Chart, ReferenceLine

CURVE_POINTS = 60


def form_chart(answer: Answer) -> Chart:
    counts = dict.fromkeys(FAULTS, 0) | {fault.kind: fault.count for fault in answer.faults}
    return Chart(
        name="faults",
        kind="bar",
        title="What is wrong with rows and lists",
        summary=f"{sum(counts.values()):,} faults were found in rows and lists.",
        x_label="kind of fault",
        y_label="rows or lists",
        test=WELL_FORMED.name,
        labels=tuple(counts),
        values=tuple(float(count) for count in counts.values()),
    )


def twice_chart(asked: Asked, answer: Answer) -> Chart:
    counts = [heard_lists(answer.lists[name], asked.heard) for name in METHODS]
    return Chart(
        name="heard_before",
        kind="bar",
        title="Lists with a title that was heard before",
        summary=f"{sum(counts):,} lists hold a title that their listener has heard.",
        x_label="method",
        y_label="lists",
        test=NOTHING_TWICE.name,
        labels=METHODS,
        values=tuple(float(count) for count in counts),
    )


def figure_chart(scored: Scored, found: Found) -> Chart:
    """The first figure of the check beside what it is compared with."""
    name, figure = next(iter(found.figures.items()))
    measured = figure.measured
    needed = measured.naive_loss - figure.needed * (measured.naive_loss - measured.best_loss)
    values = {
        "bestsellers": 1 - measured.naive_loss,
        "yours": 1 - measured.loss,
        "checker's own": 1 - figure.in_house.loss,
        "best possible": 1 - measured.best_loss,
    }
    return Chart(
        name=f"{scored.spec.name}_figure",
        kind="bar",
        title=f"{name} of your {scored.method} lists",
        summary=f"Yours reach {values['yours']:.3f}, the bestsellers {values['bestsellers']:.3f}; "
        f"needed for this draw: {1 - needed:.3f}.",
        x_label="lists",
        y_label=name,
        test=scored.spec.name,
        labels=tuple(values),
        values=tuple(round(value, 4) for value in values.values()),
        lines=(ReferenceLine(label="needed", axis="y", value=round(1 - needed, 4)),),
    )


def places_chart(scored: Scored, found: Found) -> Chart:
    """How the places of all served lists spread over the catalogue."""
    asked = found.asked
    lists = found.answer.lists[SERVED][: asked.warm]
    items = len(asked.items)
    places = np.sort(np.bincount(lists[lists != EMPTY], minlength=items))[::-1]
    share = np.cumsum(places) / max(int(places.sum()), 1)
    at = np.unique(np.linspace(1, items, CURVE_POINTS).astype(int))
    tenth = float(share[items // 10])
    return Chart(
        name="places",
        kind="line",
        title="How the places spread over the catalogue",
        summary=f"The tenth of the titles that you show most takes {100 * tenth:.0f} % of the "
        "places.",
        x_label="% of the catalogue, most shown first",
        y_label="% of all places",
        test=scored.spec.name,
        points=tuple((round(100 * n / items, 2), round(100 * float(share[n - 1]), 2)) for n in at),
    )
