import pytest

from spamfilter.words import words_of


@pytest.mark.parametrize(
    "disguise",
    [
        "b0nus",
        "b0nu$",
        "bonu5",
        "BONUS",
        "b o n u s",
        "b.o.n.u.s",
        "b.o.n.u.s.",
        "b\u043enus",
        "bo\u200bnus",
    ],
)
def test_disguised_words_are_read(disguise):
    assert words_of(f"your {disguise} now") == {"your", "bonus", "now"}


@pytest.mark.parametrize(
    ("disguise", "word"),
    [("fr€e", "free"), ("fr3e", "free"), ("@pril", "april"), ("4pril", "april"), ("g1f7", "gift")],
)
def test_signs_stand_for_letters(disguise, word):
    assert words_of(disguise) == {word}


def test_every_look_alike_is_known():
    assert words_of("\u0430\u0441\u0435\u043e\u0440\u0445\u0443") == {"aceopxy"}


def test_numbers_and_lone_signs_are_no_words():
    assert words_of("4711 order 10 € & 30") == {"order"}


def test_two_words_that_are_pulled_apart_by_lines_stay_two():
    assert words_of("g i f t\nb o n u s") == {"gift", "bonus"}


def test_blanks_and_points_are_not_mixed_in_a_pulled_word():
    assert "ordernow" not in words_of("order. now")
