"""Mastery follows what was seen, late things more than early ones."""

import pytest

from apps.progress.mastery import TYPICAL, UNSEEN, Level, average, history, mastery

GOOD, BAD = ("quiz", 1.0), ("quiz", 0.0)
PROJECT = ("project", 1.0)
FADE = 0.5 ** (1 / 3)


def level(evidence: list[tuple[str, float]]) -> Level:
    """Of a learner of whom nothing else was seen."""
    weights = {"quiz": 1.0, "project": 2.0}
    weight = sum(weights[source] for source, _ in evidence)
    total = sum(weights[source] * score for source, score in evidence)
    return mastery(evidence, average=average(weight=weight, total=total)).level


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], Level.UNSEEN),
        ([BAD], Level.SHAKY),
        ([GOOD], Level.GROWING),
        ([GOOD, GOOD], Level.GROWING),
        ([GOOD, GOOD, GOOD], Level.SOLID),
        ([PROJECT], Level.SOLID),
        ([BAD, GOOD, GOOD], Level.GROWING),
        ([GOOD, BAD, BAD, BAD], Level.SHAKY),
        ([GOOD, GOOD, GOOD, GOOD, BAD, BAD], Level.GROWING),
    ],
)
def test_level_of_what_was_seen_latest_first(
    evidence: list[tuple[str, float]], expected: Level
) -> None:
    assert level(evidence) is expected


def test_estimate_begins_at_the_average_and_moves_with_each_score() -> None:
    assert mastery([], average=0.7).estimate == 0.7
    assert mastery([GOOD], average=0.7).estimate == pytest.approx((4 * 0.7 + 1) / 5)
    assert mastery([BAD], average=0.7).estimate == pytest.approx(4 * 0.7 / 5)
    assert mastery([PROJECT], average=0.7).estimate == pytest.approx((4 * 0.7 + 2) / 6)


def test_three_later_pieces_halve_the_weight_of_one() -> None:
    weights = [1, FADE, FADE**2, 0.5]
    expected = (4 * 0.6 + weights[3]) / (4 + sum(weights))
    assert mastery([BAD, BAD, BAD, GOOD], average=0.6).estimate == pytest.approx(expected)


def test_other_concepts_alone_make_nothing_solid_nor_growing() -> None:
    assert mastery([BAD], average=0.95).estimate > 0.75
    assert mastery([BAD], average=0.95).level is Level.SHAKY
    assert mastery([GOOD, GOOD], average=0.95).level is Level.GROWING
    assert mastery([GOOD, GOOD, GOOD], average=0.2).level is Level.GROWING


def test_average_is_that_of_a_typical_learner_until_there_is_more() -> None:
    assert average() == TYPICAL
    assert average(weight=6, total=6) == pytest.approx((TYPICAL + 1) / 2)
    assert average(weight=10_000, total=2_000) == pytest.approx(0.2, abs=1e-3)


def test_nothing_seen_is_no_evidence() -> None:
    assert mastery([], average=TYPICAL) == UNSEEN
    assert UNSEEN.count == 0


def test_history_ends_at_the_estimate_of_now() -> None:
    evidence = [GOOD, BAD, PROJECT]
    estimates = history(evidence, average=0.6, latest=20)
    assert estimates == [
        mastery([PROJECT], average=0.6).estimate,
        mastery([BAD, PROJECT], average=0.6).estimate,
        mastery(evidence, average=0.6).estimate,
    ]
    assert history(evidence, average=0.6, latest=2) == estimates[1:]
