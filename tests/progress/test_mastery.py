"""Mastery follows what was seen, late things more than early ones."""

import pytest

from apps.progress.mastery import UNSEEN, Level, mastery

GOOD, BAD = ("quiz", 1.0), ("quiz", 0.0)
PROJECT = ("project", 1.0)


@pytest.mark.parametrize(
    ("evidence", "level"),
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
    evidence: list[tuple[str, float]], level: Level
) -> None:
    assert mastery(evidence).level is level


def test_estimate_of_one_answer_is_that_of_laplace() -> None:
    assert mastery([GOOD]).estimate == pytest.approx(2 / 3)
    assert mastery([BAD]).estimate == pytest.approx(1 / 3)
    assert mastery([PROJECT]).estimate == pytest.approx(3 / 4)


def test_three_later_pieces_halve_the_weight_of_one() -> None:
    fade = 0.5 ** (1 / 3)
    weights = [1, fade, fade**2, 0.5]
    expected = (1 + weights[3]) / (2 + sum(weights))
    assert mastery([BAD, BAD, BAD, GOOD]).estimate == pytest.approx(expected)


def test_nothing_seen_is_no_evidence() -> None:
    assert mastery([]) == UNSEEN
    assert UNSEEN.count == 0
