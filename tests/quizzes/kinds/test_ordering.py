"""Items in their right order: read, drawn, marked by Kendall's tau, and shown."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.kinds.ordering import INPUTS, ItemView
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz
from tests.quizzes.test_secrecy import SEEDS, asked, html, without_answer

EXPERIMENT = """\
+++
kind = "ordering"
position = 1
concepts = ["accuracy"]
items = [
  "Split off a test set and put it away",
  "Fit the scaler on the training set with `fit`",
  "Choose $\\\\lambda$ by cross-validation on the training set",
  "Fit the chosen model on the whole training set",
  "Measure it once on the test set",
]
[swapped]
scales-first = [1, 2]
chooses-on-test = [3, 5]
[misconceptions]
scales-first = "You scale before you split: [training](concept:accuracy) knows the test set."
chooses-on-test = "You choose after you have measured, and so by the test set."
+++

You tune a ridge regression. In which order do you work?

## Explanation

What has seen the test set cannot be measured with it.
"""
METRICS = """\
+++
kind = "ordering"
position = 2
concepts = ["accuracy", "confusion-matrix"]
generator = "majority"
items = [
  "A rule that calls all {{ total }} spam",
  "A coin that says spam for every second mail",
  "A rule that never says spam",
]
+++

{{ positives }} of {{ total }} mails are spam. Order these by accuracy, the lowest first.

## Explanation

The last one reaches {{ answer:.1f }} %.
"""
SAMPLES = {"experiment": EXPERIMENT, "rules": METRICS}
ORDER = [2, 0, 4, 1, 3]
FACTS = {"items": list("ABCDE"), "swapped": {"late": [2, 4], "early": [1, 2]}, "misconceptions": {}}


def read(folder: Path, text: str = EXPERIMENT) -> Question:
    write_quiz(folder, questions={"one": text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def response_for(places: Sequence[int], order: Sequence[int] = ORDER) -> Response:
    """``places``: of each item, in the right order."""
    return {f"place-{shown}": [str(places[index])] for shown, index in enumerate(order)}


def marked(*places: int) -> Marked:
    drawn = Drawn(parameters={}, order=ORDER)
    return mark(kind="ordering", drawn=drawn, facts=FACTS, response=response_for(places))


def test_right_order_is_right_whatever_the_draw() -> None:
    for order in permutations(range(5)):
        drawn = Drawn(parameters={}, order=order)
        response = response_for((1, 2, 3, 4, 5), order)
        assert mark(kind="ordering", drawn=drawn, facts=FACTS, response=response) == Marked(
            correct=True
        )


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((1, 2, 3, 5, 4), Marked(correct=False, credit=0.8)),
        ((2, 1, 3, 4, 5), Marked(correct=False, misconceptions=("early",), credit=0.8)),
        ((1, 4, 3, 2, 5), Marked(correct=False, misconceptions=("late",), credit=0.4)),
        ((4, 3, 5, 1, 2), Marked(correct=False, misconceptions=("early", "late"))),
        ((5, 4, 3, 2, 1), Marked(correct=False, misconceptions=("early", "late"))),
    ],
)
def test_credit_is_that_of_the_pairs(places: tuple[int, ...], expected: Marked) -> None:
    assert marked(*places) == expected


def test_credit_is_kendalls_tau_and_random_orders_have_none_on_average() -> None:
    taus = []
    signs = np.sign(np.subtract.outer(range(5), range(5)))
    for places in permutations(range(1, 6)):
        given_signs = np.sign(np.subtract.outer(places, places))
        tau = float((signs * given_signs).sum()) / (5 * 4)
        assert marked(*places).score == pytest.approx(max(0, tau), abs=1e-12)
        taus.append(tau)
    assert sum(taus) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("given_places", "where"),
    [
        (["1", "2", "3", "4", "4"], "place-3"),
        (["1", "2", "1", "4", "5"], "place-0"),
        (["1", "2", "", "4", "5"], "place-2"),
        (["1", "2", "3", "4", "6"], "place-4"),
        (["1", "2", "3", "4", "\N{ARABIC-INDIC DIGIT FIVE}"], "place-4"),
        (["0", "1", "2", "3", "4"], "place-0"),
        (["1", "2", "3", "4"], "place-4"),
        ([], "place-0"),
    ],
)
def test_each_item_needs_a_place_of_its_own(given_places: list[str], where: str) -> None:
    response = {name: [place] for name, place in zip(INPUTS, given_places, strict=False)}
    with pytest.raises(NotMarked, match=r"^Give each item a place of its own\.$") as caught:
        mark(
            kind="ordering",
            drawn=Drawn(parameters={}, order=ORDER),
            facts=FACTS,
            response=response,
        )
    assert caught.value.input == where


@given(
    st.dictionaries(
        st.sampled_from([*INPUTS, "other"]), st.lists(st.text() | st.sampled_from(list("12345")))
    )
)
def test_any_response_gets_a_verdict_or_a_sentence(response: Response) -> None:
    with suppress(NotMarked):
        drawn = Drawn(parameters={}, order=ORDER)
        one = mark(kind="ordering", drawn=drawn, facts=FACTS, response=response)
        assert one.correct or 0 <= one.credit < 1


def test_items_are_never_shown_in_the_right_order(tmp_path: Path) -> None:
    question = read(tmp_path, METRICS)
    orders = {tuple(asked(question, seed=seed).draw["order"]) for seed in range(200)}
    assert orders == set(permutations(range(3))) - {(0, 1, 2)}


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_page_is_the_same_whatever_the_right_order_is(tmp_path: Path, text: str) -> None:
    question = read(tmp_path, text)
    for seed in SEEDS:
        one = asked(question, seed=seed)
        turned = without_answer(one)
        assert turned.facts["items"] != one.facts["items"]
        assert html(one) == html(turned)
        assert "{{" not in html(one)


def test_draft_is_shown_as_it_was_left(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    page = question_page(replace(one, response={"place-1": ["4"], "place-2": ["9"]}))
    assert [item.place for item in page.input.items] == ["", "4", "", "", ""]
    error = NotMarked("Give each item a place of its own.", input="place-0")
    rendered = html(one)
    assert rendered.count("<select") == 5
    assert "selected" not in rendered
    assert "aria-invalid" not in rendered
    assert question_page(one, error=error).wrong_input == "place-0"
    assert "js/ordering.js" in rendered
    assert question_page(one).has_formulas


def test_marked_page_shows_the_right_order_and_what_was_given(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    response = response_for((1, 2, 3, 5, 4), one.draw["order"])
    verdict = mark(kind="ordering", drawn=from_json(one.draw), facts=one.facts, response=response)
    done = replace(
        one, response=response, score=verdict.score, misconceptions=list(verdict.misconceptions)
    )
    page = question_page(done)
    items: tuple[ItemView, ...] = page.input.items
    assert [item.html for item in items] == one.facts["items"]
    assert [item.state for item in items] == ["passed"] * 3 + ["failed"] * 2
    assert [item.word for item in items[2:]] == [
        "Right: 3rd",
        "Not right: it is 4th, you put it 5th",
        "Not right: it is 5th, you put it 4th",
    ]
    assert "9 of 10 pairs of items stand the right way round" in html(done)
    assert "js/ordering.js" not in html(done)
    right = replace(done, score=1.0, response=response_for((1, 2, 3, 4, 5), one.draw["order"]))
    assert "pairs of items" not in html(right)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '  "Measure it once on the test set",\n',
            '  "Measure it once on the test set", "a", "b", "c",\n',
            "5: items must be a list of 3 to 7 texts.",
        ),
        (
            '"Measure it once on the test set"',
            '"Split off a test set and put it away"',
            "5: Two items are the same for some draws. Make them differ in all.",
        ),
        (
            '"Measure it once on the test set"',
            '"Measure it [once](concept:accuracy)"',
            "10: A link cannot be chosen as an answer. Write it without.",
        ),
        (
            "scales-first = [1, 2]",
            "scales-first = 1",
            "12: swapped must be a table such as {name-of-a-misconception = [1, 3]}.",
        ),
        (
            "scales-first = [1, 2]",
            "scales-first = [true, 2]",
            "12: swapped must be a table such as {name-of-a-misconception = [1, 3]}.",
        ),
        (
            "scales-first = [1, 2]",
            "scales-first = [2, 1]",
            "12: scales-first names the items 2 and 1. Write two numbers from 1 to 5, first that "
            "of the item that stands first.",
        ),
        (
            "chooses-on-test = [3, 5]",
            "chooses-on-test = [3, 6]",
            "12: chooses-on-test names the items 3 and 6. Write two numbers from 1 to 5, first "
            "that of the item that stands first.",
        ),
        (
            "chooses-on-test = [3, 5]",
            "other = [3, 5]\nchooses-on-test = [3, 5]",
            "12: other is not in [misconceptions]. Write there what it is.",
        ),
        (
            "scales-first = [1, 2]\n",
            "",
            "14: scales-first belongs to no pair of swapped. Give it to one, or take it out.",
        ),
    ],
)
def test_what_an_author_has_to_mend_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert EXPERIMENT.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, EXPERIMENT.replace(old, new))
    assert [str(one) for one in caught.value.problems] == [f"quizzes/judging/one.md:{told}"]
