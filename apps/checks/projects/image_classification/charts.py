"""The pictures of accuracy, as data: by line where nothing was changed, else by how much was."""

import numpy as np

from apps.checks.projects.image_classification import disturb
from apps.checks.projects.image_classification.checks import Figure, percent, right
from apps.checks.projects.image_classification.generator import Ints
from apps.checks.projects.image_classification.probes import Asked, Draw
from apps.checks.results import Chart
from apps.checks.scoring import Floats

GROUPS = 4  # of how strong the change is
_UNITS = {
    disturb.ROTATION: ("degrees", "{:.0f} to {:.0f}"),
    disturb.BRIGHTNESS: ("factor", "{:.2f} to {:.2f}"),
    disturb.BLUR: ("pixels", "{:.2f} to {:.2f}"),
    disturb.OCCLUSION: ("share covered", "{:.2f} to {:.2f}"),
}


def accuracy_chart(figure: Figure, asked: Asked, draw: Draw, answer: Ints) -> Chart:
    """``answer``: lines of the pictures that were asked about."""
    rows = asked.rows(figure.condition)
    good = right(asked, answer)[rows]
    if figure.condition == disturb.CLEAN:
        line = asked.line[rows]
        labels = tuple(name for n, name in enumerate(draw.process.names) if (line == n).any())
        parts = [good[line == number] for number in np.unique(line)]
        x_label = "product line"
    else:
        x_label, form = _UNITS[figure.condition]
        labels, parts = _by_strength(good, np.abs(asked.strength[rows]), form)
    values = [100 * float(part.mean()) for part in parts]
    worst = int(np.argmin(values))
    return Chart(
        name=figure.spec.name,
        kind="bar",
        title=f"Accuracy by {x_label}",
        summary=f"{percent(float(good.mean()))} of all; worst is {labels[worst]} with "
        f"{values[worst]:.0f} %.",
        x_label=x_label,
        y_label="named rightly, %",
        test=figure.spec.name,
        labels=labels,
        values=tuple(values),
    )


def _by_strength(
    good: "np.ndarray[tuple[int], np.dtype[np.bool_]]", strength: Floats, form: str
) -> tuple[tuple[str, ...], list[Floats]]:
    """In groups of the same size."""
    groups = np.array_split(np.argsort(strength), GROUPS)
    labels = tuple(form.format(strength[rows[0]], strength[rows[-1]]) for rows in groups)
    return labels, [good[rows].astype(float) for rows in groups]
