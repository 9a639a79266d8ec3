"""The checks of the project: what they are called, what they need, and how accuracy is judged.

Each takes answers that were read already and returns its verdict; nothing here runs code of the
learner's. Those on files that cannot be taken, and on the server, stand in ``file_checks``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from apps.checks.project import CheckSpec
from apps.checks.projects.image_classification import disturb
from apps.checks.projects.image_classification.generator import Flags, Ints
from apps.checks.projects.image_classification.outputs import Answer
from apps.checks.projects.image_classification.probes import Asked, Draw
from apps.checks.results import JSON, Metric, Stage, Test
from apps.checks.scoring import Measurement, compare_shares
from apps.checks.verdicts import failed, passed

TILES_A_YEAR = 30_000  # of the brief's firm
MARGIN = 0.05  # below the in-house network, for networks of other kinds
AHEAD_OF_LINEAR = 0.15  # of the pictures: how much better a network must be
REFUSED_SHARE = 0.02  # of good pictures, from which on errors are what to look at first


def _spec(name: str, title: str, points: float, *concepts: str) -> CheckSpec:
    return CheckSpec(
        name=name, title=title, stage=Stage.BEHAVIOUR, max_score=points, concepts=concepts
    )


TRACK_RULE = _spec("track_rule", "Starts from the weights of its track", 3, "transfer-learning")
CLEAN = _spec(
    "clean", "Names the line of a clean picture", 15, "convolutions", "cross-entropy", "pooling",
    "training-loops",
)  # fmt: skip
ROTATION = _spec(
    "rotation", "Names the line of a turned tile", 7, "data-augmentation", "receptive-field"
)
BRIGHTNESS = _spec(
    "brightness", "Names the line in poor light", 7, "data-augmentation", "feature-scaling"
)
BLUR = _spec("blur", "Names the line through a dusty lens", 7, "data-augmentation", "convolutions")
OCCLUSION = _spec(
    "occlusion", "Names the line of a covered tile", 7, "data-augmentation", "dropout"
)
BEATS_LINEAR = _spec(
    "beats_linear", "Beats a linear model on the pixels", 5, "baselines", "training-loops",
    "learning-rate-schedules",
)  # fmt: skip
BAD_FILES = _spec(
    "bad_files", "Tells which files it cannot read", 7, "request-validation", "testing"
)
UPLOAD = _spec("upload", "Serves an upload", 3, "model-serving")
BAD_UPLOADS = _spec(
    "bad_uploads", "Turns bad uploads away and goes on", 4, "request-validation", "model-serving"
)
CHECKS = (
    TRACK_RULE, CLEAN, ROTATION, BRIGHTNESS, BLUR, OCCLUSION, BEATS_LINEAR, BAD_FILES, UPLOAD,
    BAD_UPLOADS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An accuracy, what it is compared with, and how it is told."""

    spec: CheckSpec
    title: str
    condition: str  # of disturb.CONDITIONS
    pictures: str  # for people
    rival: Callable[[Asked], Ints]
    rival_name: str
    margin: float  # below the rival; less than 0: above it
    hint: str
    rival_is: Literal["in_house", "baseline"] = "in_house"  # on the page


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


_AUGMENT = (
    "Add {what} to the augmentation of your training pictures, over the whole published range, and "
    "measure again on pictures that you put aside and changed in the same way."
)


def _disturbed(spec: CheckSpec, title: str, condition: str, pictures: str, what: str) -> Figure:
    return Figure(
        spec=spec,
        title=title,
        condition=condition,
        pictures=pictures,
        rival=lambda asked: asked.in_house,
        rival_name="the checker's own network",
        margin=MARGIN,
        hint=_AUGMENT.format(what=what),
    )


FIGURES = (
    Figure(
        spec=CLEAN,
        title="clean",
        condition=disturb.CLEAN,
        pictures="clean pictures",
        rival=lambda asked: asked.in_house,
        rival_name="the checker's own network",
        margin=MARGIN,
        hint="Look at the loss of the training pictures first: if it is still falling at the end, "
        "train longer or with a larger rate; if it is near 0, add augmentation.",
    ),
    _disturbed(
        ROTATION,
        "turned",
        disturb.ROTATION,
        f"pictures turned by {_range(disturb.DEGREES)} degrees to either side",
        "turns to both sides",
    ),
    _disturbed(
        BRIGHTNESS,
        "darker or brighter",
        disturb.BRIGHTNESS,
        f"pictures darkened by a factor of {_range(disturb.DARKER)} or brightened by "
        f"{_range(disturb.BRIGHTER)}",
        "a factor on the pixels, with 0 and 255 as the ends,",
    ),
    _disturbed(
        BLUR,
        "blurred",
        disturb.BLUR,
        f"pictures blurred by {_range(disturb.BLUR_PIXELS)} pixels",
        "Gaussian blur",
    ),
    _disturbed(
        OCCLUSION,
        "partly covered",
        disturb.OCCLUSION,
        f"pictures of which a patch covers {100 * disturb.COVERED[0]:g} to "
        f"{100 * disturb.COVERED[1]:g} %",
        "patches of one colour",
    ),
    Figure(
        spec=BEATS_LINEAR,
        title="clean, beside a linear model",
        condition=disturb.CLEAN,
        pictures="clean pictures",
        rival=lambda asked: asked.linear,
        rival_name="a linear model on the pixels",
        margin=-AHEAD_OF_LINEAR,
        rival_is="baseline",
        hint="Let your network learn 20 pictures by heart. If it cannot, the training loop is "
        "wrong: see that pictures and labels stay together when you shuffle, and that the loss "
        "falls.",
    ),
)


def right(asked: Asked, labels: Ints) -> Flags:
    return np.asarray(labels == asked.line)


def measure(asked: Asked, answer: Ints, figure: Figure) -> Measurement:
    """The share is the accuracy: the gap goes from all pictures wrong to none."""
    rows = asked.rows(figure.condition)
    own, rival = (
        (~right(asked, labels)[rows]).astype(float) for labels in (answer, figure.rival(asked))
    )
    return compare_shares(own, rival, naive=np.ones(len(own)), margin=figure.margin)


def judge(
    figure: Figure,
    first: Measurement,
    *,
    confirmed: Measurement | None,
    asked: Asked,
    draw: Draw,
    answer: Answer,
) -> Test:
    """``confirmed``: on the second draw, which only those meet who passed the first one.

    ``asked``, ``draw``, ``answer``: of the draw that is told.
    """
    found = confirmed or first
    measured, spec = found.measured, figure.spec
    rows = asked.rows(figure.condition)
    output = (
        f"Of {measured.rows} {figure.pictures}, your code names the right line of "
        f"{percent(measured.share)}; {figure.rival_name}, trained on the same pictures, of "
        f"{percent(found.in_house.share)}. Needed for this draw: {percent(found.needed)}."
    )
    refused = sum(
        bool(error) for error, asked_for in zip(answer.errors, rows, strict=True) if asked_for
    )
    by_form = accuracy_by_form(asked, draw.lines(answer.labels), rows)
    evidence: dict[str, JSON] = {
        "accuracy": round(measured.share, 4),
        "interval_low": round(measured.low, 4),
        "interval_high": round(measured.high, 4),
        "needed": round(found.needed, 4),
        "compared_with": round(found.in_house.share, 4),
        "pictures": measured.rows,
        "answered_with_an_error": refused,
        "accuracy_by_form": {name: round(value, 4) for name, value in by_form.items()},
    }
    if confirmed:
        before = first.measured.share
        evidence["accuracy_in_the_first_factory"] = round(before, 4)
        output = (
            f"In a first factory it was {percent(before)}, which was enough. Drawn to rule out "
            f"luck, a second one: {output}"
        )
    if found.enough:
        return passed(spec, output, evidence=evidence)
    wrong = round(TILES_A_YEAR * (1 - measured.share), -2)
    needed = round(TILES_A_YEAR * (1 - found.needed), -2)
    return failed(
        spec,
        f"{output} If all of the {TILES_A_YEAR:,} tiles a year were like these, {wrong:,.0f} would "
        f"go to a wrong shelf instead of {needed:,.0f} at most, and people would sort them again.",
        hint=_form_hint(by_form, refused / max(1, measured.rows)) or figure.hint,
        evidence=evidence,
    )


def accuracy_by_form(asked: Asked, labels: Ints, rows: Flags) -> dict[str, float]:
    """Of the chosen pictures, by the form of their file."""
    forms = np.array([file.form for file in asked.files])[rows]
    good = right(asked, labels)[rows]
    return {str(form): float(good[forms == form].mean()) for form in np.unique(forms)}


def _form_hint(by_form: Mapping[str, float], refused: float) -> str:
    """What to do where pictures of one form are the trouble, and not all of them."""
    worst = min(by_form, key=lambda form: by_form[form])
    others = [value for form, value in by_form.items() if form != worst]
    if others and by_form[worst] < 0.5 * min(others):
        return (
            f"Look at how you read pictures of the form “{worst}”: they are named rightly far more "
            "rarely than all others. Convert every picture to one mode and size first, as the data "
            "dictionary says."
        )
    if refused > REFUSED_SHARE:
        return (
            "Look at the errors that predict writes for pictures that are in order, and read those "
            "as the data dictionary says."
        )
    return ""


def metric(figure: Figure, found: Measurement) -> Metric:
    """In per cent."""
    measured, rival = found.measured, round(100 * found.in_house.share, 2)
    return Metric(
        name=figure.spec.name,
        title=f"Accuracy: {figure.title}",
        value=round(100 * measured.share, 2),
        unit="%",
        in_house=rival if figure.rival_is == "in_house" else None,
        baseline=rival if figure.rival_is == "baseline" else None,
        threshold=round(100 * found.needed, 2),
        ci_low=round(100 * measured.low, 2),
        ci_high=round(100 * measured.high, 2),
        n=measured.rows,
        higher_is_better=True,
    )


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
