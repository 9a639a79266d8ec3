"""How often a verdict on accuracy is wrong, by simulation.

A solution whose true accuracy lies 0.05 above what is needed is to fail in 1 % of whole verdicts at
most, and one 0.05 below is to pass in 1 %. The checker's own network is right in a share of the
pictures as it was on real draws. A solution is right by luck of its own, or mostly on the same
pictures: that decides how sharp a paired difference is.
"""

from collections.abc import Callable

import numpy as np
import pytest

from apps.checks.asking import Question
from apps.checks.projects.image_classification import checks
from apps.checks.projects.image_classification.checks import Figure
from apps.checks.projects.image_classification.disturb import CONDITIONS
from apps.checks.projects.image_classification.generator import Flags
from apps.checks.projects.image_classification.probes import HELD_OUT_PICTURES, Asked
from apps.checks.scoring import settle

VERDICTS = 300
ALLOWED = 3  # 1 % of them
AWAY = 0.05
RIVALS = {"clean": 0.96, "rotation": 0.9, "brightness": 0.93, "blur": 0.8, "occlusion": 0.7}
LINEAR = 0.32

type Luck = Callable[[np.random.Generator, Flags, float], Flags]


def of_its_own(rng: np.random.Generator, rival: Flags, accuracy: float) -> Flags:
    return np.asarray(rng.random(len(rival)) < accuracy)


def on_the_same(rng: np.random.Generator, rival: Flags, accuracy: float) -> Flags:
    """Right where the rival is, as far as the accuracy allows."""
    hit, miss = _shares(float(rival.mean()), accuracy)
    return np.asarray(rng.random(len(rival)) < np.where(rival, hit, miss))


def _shares(rival: float, accuracy: float) -> tuple[float, float]:
    """Of the pictures that the rival names rightly and of the others: how many to name rightly."""
    if accuracy <= rival:
        return accuracy / rival, 0.0
    return 1.0, (accuracy - rival) / (1 - rival)


def asked_and_answer(
    rng: np.random.Generator, figure: Figure, luck: Luck, *, away: float, factor: int
) -> tuple[Asked, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Right is line 0, wrong is line 1; the same true accuracies in every draw."""
    count = factor * HELD_OUT_PICTURES
    is_linear = figure.spec == checks.BEATS_LINEAR
    true = LINEAR if is_linear else RIVALS[figure.condition]
    rival = rng.random(count) < true
    own = luck(rng, rival, true - figure.margin + away)
    wrong = (~rival).astype(np.int64)
    asked = Asked(
        question=Question(content=b"", ids=()),
        line=np.zeros(count, np.int64),
        condition=np.full(count, CONDITIONS.index(figure.condition)),
        strength=np.zeros(count),
        in_house=wrong,
        linear=wrong,
        files=(),
    )
    return asked, (~own).astype(np.int64)


def passes(rng: np.random.Generator, figure: Figure, luck: Luck, *, away: float) -> bool:
    """A whole verdict: on one draw, and after a pass on a second one."""

    def enough() -> bool:
        return settle(
            lambda factor: checks.measure(
                *asked_and_answer(rng, figure, luck, away=away, factor=factor), figure
            )
        )[1]

    return enough() and enough()


@pytest.mark.parametrize("luck", [of_its_own, on_the_same])
@pytest.mark.parametrize("figure", checks.FIGURES, ids=lambda figure: figure.spec.name)
def test_verdict_is_seldom_wrong(figure: Figure, luck: Luck) -> None:
    rng = np.random.default_rng(11)
    failed = sum(not passes(rng, figure, luck, away=AWAY) for _ in range(VERDICTS))
    passed = sum(passes(rng, figure, luck, away=-AWAY) for _ in range(VERDICTS))
    assert failed <= ALLOWED
    assert passed <= ALLOWED


def test_verdict_at_what_is_needed_goes_either_way() -> None:
    """So that the promise above is not kept by verdicts that never change."""
    rng = np.random.default_rng(12)
    figure = checks.FIGURES[0]
    share = np.mean([passes(rng, figure, of_its_own, away=0.0) for _ in range(VERDICTS)])
    assert 0.1 < share < 0.45  # two draws, each with an even chance
