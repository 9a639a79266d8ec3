"""What belongs together: read, marked with a correction for guessing, and shown."""

from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import from_json
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.kinds.matching import INPUTS, PairView
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz
from tests.quizzes.test_secrecy import SEEDS, asked, html, without_answer

ERRORS = """\
+++
kind = "matching"
position = 1
concepts = ["confusion-matrix"]
extra = ["True negative"]
[[pairs]]
left = "A letter from the bank lands in the *spam* folder"
right = "False positive"
misconception = "positive-is-good"
mistaken = "False negative"
[[pairs]]
left = "An advertisement stands in the inbox"
right = "False negative"
[[pairs]]
left = "An advertisement lands in the `spam` folder"
right = "True positive"
misconception = "positive-is-good"
mistaken = "True negative"
[misconceptions]
positive-is-good = "[Positive](concept:confusion-matrix) is what is looked for, not what is good."
+++

A filter looks for spam. What is each of these?

## Explanation

Positive is what is looked for.
"""
NUMBERS = """\
+++
kind = "matching"
position = 2
concepts = ["accuracy", "confusion-matrix"]
generator = "majority"
extra = ["None of {{ total }}", "`NaN` & `<more>`"]
[[pairs]]
left = "$\\\\mathit{tn}$ of a rule that never says spam"
right = "{{ negatives }} mails"
[[pairs]]
left = "$\\\\mathit{fn}$ of that rule"
right = "{{ positives }} mails"
[[pairs]]
left = "Its change, `{{ change }}`, as a number"
right = "**Change** {{ change }}"
+++

{{ positives }} of {{ total }} mails are spam.

## Explanation

It never says spam, so {{ answer:.1f }} % are right.
"""
SAMPLES = {"errors": ERRORS, "numbers": NUMBERS}
ORDER = [2, 0, 3, 1]
FACTS = {
    "pairs": [
        {"html": "A", "misconception": "one-off", "mistaken": 1},
        {"html": "B", "misconception": "one-off", "mistaken": 2},
        {"html": "C", "misconception": "", "mistaken": -1},
    ],
    "rights": ["a", "b", "c", "d"],
    "misconceptions": {},
}


def read(folder: Path, text: str = ERRORS) -> Question:
    write_quiz(folder, questions={"one": text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def response_for(chosen: tuple[int, ...], order: list[int] = ORDER) -> Response:
    """``chosen``: the text on the right for each on the left, by its place in the file."""
    return {name: [str(order.index(one))] for name, one in zip(INPUTS, chosen, strict=False)}


def marked(*chosen: int) -> Marked:
    drawn = Drawn(parameters={}, order=ORDER)
    return mark(kind="matching", drawn=drawn, facts=FACTS, response=response_for(chosen))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((0, 1, 2), Marked(correct=True)),
        ((0, 1, 3), Marked(correct=False, credit=5 / 9)),
        ((0, 0, 0), Marked(correct=False, credit=1 / 9)),
        ((1, 2, 0), Marked(correct=False, misconceptions=("one-off",))),
        ((3, 2, 2), Marked(correct=False, misconceptions=("one-off",), credit=1 / 9)),
        ((3, 3, 3), Marked(correct=False)),
    ],
)
def test_credit_is_the_share_corrected_for_guessing(
    chosen: tuple[int, ...], expected: Marked
) -> None:
    assert marked(*chosen) == expected


def test_blind_guesses_are_worth_nothing_before_the_cut_at_zero() -> None:
    shares = [sum(one == n for n, one in enumerate(c)) / 3 for c in product(range(4), repeat=3)]
    corrected = [(share - 1 / 4) / (1 - 1 / 4) for share in shares]
    scores = [marked(*chosen).score for chosen in product(range(4), repeat=3)]
    assert sum(corrected) == pytest.approx(0, abs=1e-12)
    assert scores == pytest.approx([max(0, one) for one in corrected])


@pytest.mark.parametrize(
    ("given_values", "where"),
    [
        (["0", "1", ""], "match-2"),
        (["4", "1", "2"], "match-0"),
        (["0", "-1", "2"], "match-1"),
        (["0", "1", "²"], "match-2"),
        (["0"], "match-1"),
        ([], "match-0"),
    ],
)
def test_each_on_the_left_needs_one(given_values: list[str], where: str) -> None:
    response = {name: [value] for name, value in zip(INPUTS, given_values, strict=False)}
    with pytest.raises(NotMarked, match=r"^Choose one text for each\.$") as caught:
        mark(
            kind="matching",
            drawn=Drawn(parameters={}, order=ORDER),
            facts=FACTS,
            response=response,
        )
    assert caught.value.input == where


@given(
    st.dictionaries(
        st.sampled_from([*INPUTS, "other"]), st.lists(st.text() | st.sampled_from(list("01234")))
    )
)
def test_any_response_gets_a_verdict_or_a_sentence(response: Response) -> None:
    with suppress(NotMarked):
        drawn = Drawn(parameters={}, order=ORDER)
        one = mark(kind="matching", drawn=drawn, facts=FACTS, response=response)
        assert one.correct or 0 <= one.credit < 1


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_page_is_the_same_whatever_belongs_together(tmp_path: Path, text: str) -> None:
    question = read(tmp_path, text)
    for seed in SEEDS:
        one = asked(question, seed=seed)
        turned = without_answer(one)
        assert turned.facts["rights"] != one.facts["rights"]
        assert html(one) == html(turned)
        assert "{{" not in html(one)


def test_texts_on_the_right_are_plain_and_have_their_numbers(tmp_path: Path) -> None:
    one = asked(read(tmp_path, NUMBERS), seed=4)
    values = one.draw["parameters"]
    assert {text for _, text in question_page(one).input.options} == {
        f"{values['negatives']} mails",
        f"{values['positives']} mails",
        f"Change \N{MINUS SIGN}{-values['change']}",
        f"None of {values['total']}",
        "NaN &amp; &lt;more&gt;",
    }


def test_draft_is_shown_as_it_was_left(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    page = question_page(replace(one, response={"match-1": ["3"], "match-2": ["4"]}))
    assert [pair.chosen for pair in page.input.pairs] == ["", "3", ""]
    rendered = html(one)
    assert rendered.count("<select") == 3
    assert rendered.count("<option") == 3 * 5
    assert "selected" not in rendered
    assert "aria-invalid" not in rendered


def test_marked_page_shows_what_was_given_and_what_is_right(tmp_path: Path) -> None:
    one = asked(read(tmp_path), seed=1)
    response = response_for((0, 1, 3), one.draw["order"])
    verdict = mark(kind="matching", drawn=from_json(one.draw), facts=one.facts, response=response)
    assert verdict == Marked(correct=False, misconceptions=("positive-is-good",), credit=5 / 9)
    done = replace(
        one, response=response, score=verdict.score, misconceptions=list(verdict.misconceptions)
    )
    pairs: tuple[PairView, ...] = question_page(done).input.pairs
    assert [(pair.state, pair.given, pair.right) for pair in pairs] == [
        ("passed", "False positive", "False positive"),
        ("passed", "False negative", "False negative"),
        ("failed", "True negative", "True positive"),
    ]
    assert html(done).count("Not right: you chose True negative") == 1
    assert "<select" not in html(done)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '[[pairs]]\nleft = "An advertisement stands in the inbox"\nright = "False negative"\n',
            "",
            "6: pairs must be 3 to 6 tables, each begun by [[pairs]].",
        ),
        (
            'left = "An advertisement stands in the inbox"',
            'left = "An advertisement stands in the inbox"\nup = "x"',
            "6: pairs number 2 has up, which is unknown; it has left, right, misconception, "
            "mistaken.",
        ),
        (
            'left = "An advertisement stands in the inbox"\n',
            "",
            "6: pairs number 2 has a left that must be a text in quotes.",
        ),
        (
            'right = "True positive"',
            f'right = "{"x" * 81}"',
            "6: pairs number 3 has a right that has 81 characters; one line of at most 80 fits.",
        ),
        (
            'mistaken = "False negative"\n',
            "",
            "6: pairs number 1 must have misconception and mistaken, or neither.",
        ),
        (
            'misconception = "positive-is-good"\nmistaken = "False negative"\n',
            'misconception = 1\nmistaken = "False negative"\n',
            "6: pairs number 1 has a misconception that is no name in quotes.",
        ),
        (
            'mistaken = "False negative"\n',
            "mistaken = 1\n",
            "6: pairs number 1 has a mistaken that is no text in quotes.",
        ),
        (
            'mistaken = "False negative"\n',
            'mistaken = "False positive"\n',
            "6: The mistaken of number 1 is no other text on the right. Copy one.",
        ),
        (
            'mistaken = "False negative"\n',
            'mistaken = "False hope"\n',
            "6: The mistaken of number 1 is no other text on the right. Copy one.",
        ),
        (
            'extra = ["True negative"]',
            'extra = ["True negative", "$x$"]',
            "5: A text on the right holds a formula or a tag. A list shows plain text only.",
        ),
        (
            'right = "True positive"',
            'right = "True $x$"',
            "6: A text on the right holds a formula or a tag. A list shows plain text only.",
        ),
        (
            'extra = ["True negative"]',
            "extra = []",
            "5: extra must be a list of 1 to 3 texts.",
        ),
        (
            'extra = ["True negative"]',
            'extra = ["True negative", "True positive"]',
            "6: Two texts on the right are the same for some draws. Make them differ.",
        ),
        (
            'left = "An advertisement stands in the inbox"',
            'left = "An advertisement lands in the `spam` folder"',
            "6: Two texts on the left are the same for some draws. Make them differ.",
        ),
        (
            'right = "False negative"\n',
            'right = "False negative"\nmisconception = "other"\nmistaken = "True positive"\n',
            "6: other is not in [misconceptions]. Write there what it is.",
        ),
        (
            "[misconceptions]\n",
            '[misconceptions]\nother = "You err."\n',
            "19: other belongs to no pair. Give it to one, or take it out.",
        ),
    ],
)
def test_what_an_author_has_to_mend_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert ERRORS.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, ERRORS.replace(old, new))
    assert [str(one) for one in caught.value.problems] == [f"quizzes/judging/one.md:{told}"]
