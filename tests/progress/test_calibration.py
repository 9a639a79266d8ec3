"""What mastery predicts is what learners then do.

The learners are simulated by another model than that of ``mastery.py``: an ability and an ease of
each concept on the scale of item response theory (Lord, 1980, ISBN 978-0-89859-006-7), practice
that adds to it with diminishing returns, forgetting of what practice gave that slows down with
spacing, questions that differ, guessing, and projects in between.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from apps.progress.mastery import WEIGHTS, average, mastery

LEARNERS, CONCEPTS, DAYS = 60, 25, 200
BINS = 10
# From learners who know little when they come, to those who know most of it.
ABILITIES = (-1.0, 0.0, 1.0, 2.0)

type Predict = Callable[[list[tuple[str, float]], float], float]


@dataclass(frozen=True, slots=True)
class Event:
    day: float
    concept: int
    source: str
    score: float


def simulated(ability: float, *, rise: float, seed: int) -> list[list[Event]]:
    """The events of each learner in time. ``rise``: of the ability within ``DAYS``, in logits."""
    draw = np.random.default_rng(seed)
    return [_learner(draw, draw.normal(ability, 1.0), rise) for _ in range(LEARNERS)]


def _learner(draw: np.random.Generator, ability: float, rise: float) -> list[Event]:
    events = []
    for concept in range(CONCEPTS):
        ease = ability + draw.normal(0, 0.9)
        day = last = draw.uniform(0, DAYS)
        gain, kept_for = 0.0, 15.0
        for turn in range(draw.integers(1, 10)):
            gain *= np.exp((last - day) / kept_for)
            source = "project" if draw.random() < 0.1 else "quiz"
            guess = 0.0
            if source == "quiz":
                guess = 0.25 if draw.random() < 0.55 else 0.02
            logit = ease + gain + rise * day / DAYS - draw.normal(0, 0.5)
            right = draw.random() < guess + (1 - guess) / (1 + np.exp(-logit))
            events.append(Event(day, concept, source, float(right)))
            kept_for *= 1.6 if day - last > 3 else 1.0
            gain += 0.5 / (1 + 0.2 * turn)
            last = day
            day += 0.002 if draw.random() < 0.45 else draw.exponential(14)
    return sorted(events, key=lambda event: event.day)


def expected_calibration_error(learners: list[list[Event]], predict: Predict) -> float:
    """Of the predictions before each question: how far they lie from the share that was right,
    averaged over bins by their size (Naeini, Cooper and Hauskrecht, 2015)."""
    predicted, right = [], []
    for events in learners:
        seen: defaultdict[int, list[tuple[str, float]]] = defaultdict(list)
        weight = total = 0.0
        for event in events:
            if event.source == "quiz":
                now = average(weight=weight, total=total)
                predicted.append(predict(seen[event.concept], now))
                right.append(event.score)
            seen[event.concept].insert(0, (event.source, event.score))
            weight += WEIGHTS[event.source]
            total += WEIGHTS[event.source] * event.score
    values, scores = np.array(predicted), np.array(right)
    bins = np.minimum((values * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == one).mean() * abs(values[bins == one].mean() - scores[bins == one].mean())
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def as_built(seen: list[tuple[str, float]], now: float) -> float:
    return mastery(seen, average=now).estimate


def without_average(seen: list[tuple[str, float]], now: float) -> float:
    return mastery(seen, average=0.5).estimate


def share_of_right(seen: list[tuple[str, float]], now: float) -> float:
    return float(np.mean([score for _, score in seen])) if seen else 0.5


@pytest.mark.parametrize("ability", ABILITIES)
def test_mastery_predicts_within_five_points(ability: float) -> None:
    learners = simulated(ability, rise=0.0, seed=11)
    assert expected_calibration_error(learners, as_built) < 0.05


def test_mastery_of_a_mixed_cohort_that_learns_is_within_five_points() -> None:
    learners = [
        one
        for ability in ABILITIES
        for one in simulated(ability, rise=1.0, seed=12)[: LEARNERS // len(ABILITIES)]
    ]
    assert expected_calibration_error(learners, as_built) < 0.05


@pytest.mark.parametrize("predict", [without_average, share_of_right])
def test_plainer_models_miss_by_more(predict: Predict) -> None:
    """What the measure is there to see."""
    learners = simulated(1.0, rise=0.0, seed=11)
    assert expected_calibration_error(learners, predict) > 0.1
