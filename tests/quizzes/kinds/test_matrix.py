"""A grid of numbers: read, marked cell by cell, and its typical mistakes recognised."""

from contextlib import suppress
from dataclasses import replace
from math import exp
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import from_json
from apps.quizzes.draws import Draw
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn, Marked, NotMarked, Response
from apps.quizzes.kinds.matrix import GridCell
from apps.quizzes.marking import mark
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes import samples
from tests.quizzes.samples import write_quiz
from tests.quizzes.test_secrecy import asked, html, without_answer

PRODUCT = """\
+++
kind = "matrix"
position = 1
concepts = ["accuracy"]
rows = ["Shop A", "Shop B"]
columns = ["cost in euros", "weight in kg"]
absolute = 0
answer = [[19, 22], [43, 50]]
[distractors]
entry-by-entry = [[5, 12], [21, 32]]
[misconceptions]
entry-by-entry = "You multiply entry by entry."
transposed = "You write each shop as a column."
+++

Shop A sold 1 tea and 2 breads, shop B 3 and 4. What does each shop's sale cost and weigh?

## Explanation

Rows times columns.
"""
ATTENTION = """\
+++
kind = "matrix"
position = 2
concepts = ["confusion-matrix"]
generator = "attention"
rows = ["the", "cat", "sat"]
columns = ["the", "cat", "sat"]
absolute = 0.01
[misconceptions]
softmax-over-columns = "You let each column add up to 1."
rows-do-not-add-up = "Your weights of a word do not add up to 1."
+++

The first word scores {{ score }} for itself. What are the weights?

## Explanation

Softmax of each row; the first weight is {{ weight:.3f }}.
"""


def softmax(scores: list[float]) -> list[float]:
    powers = [exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def attention(seed: int) -> Draw:
    random = Random(seed)
    scores = [[random.randint(-20, 20) / 10 for _ in range(3)] for _ in range(3)]
    scores[0][1] = scores[0][0] + 1
    scores[1][0] = scores[0][0] + 2
    weights = [softmax(row) for row in scores]
    by_column = [softmax([*column]) for column in zip(*scores, strict=True)]
    return Draw(
        parameters={"score": scores[0][0]},
        worked={"weight": weights[0][0]},
        answer=weights,
        distractors={"softmax-over-columns": [[*row] for row in zip(*by_column, strict=True)]},
    )


GENERATORS = {**samples.GENERATORS, "attention": attention}
KNOWN = {"transposed": "…", "rows-do-not-add-up": "…"}
WEIGHTS = [[0.7, 0.3], [0.4, 0.6]]
MINUS = "\N{MINUS SIGN}"


def read(folder: Path, text: str) -> Question:
    write_quiz(folder, questions={"grid": text})
    return read_quizzes(folder, generators=GENERATORS)[0].questions[0]


def response(matrix: list[list[Any]]) -> Response:
    return {
        f"cell-{i}-{j}": [str(value)] for i, row in enumerate(matrix) for j, value in enumerate(row)
    }


def marked(given: Any, *, answer: Any = WEIGHTS, **more: Any) -> Marked:
    facts = {
        "rows": ["the", "cat"][: len(answer)],
        "columns": ["the", "cat", "sat"][: len(answer[0])],
        "absolute": 0.01,
        "relative": None,
        "misconceptions": KNOWN,
    }
    drawn = Drawn(parameters={}, answer=answer, distractors=more.pop("distractors", {}))
    return mark(kind="matrix", drawn=drawn, facts={**facts, **more}, response=response(given))


def test_matrix_is_right_within_the_tolerance() -> None:
    assert marked(WEIGHTS) == Marked(correct=True)
    assert marked([["0,71", " .29 "], ["4e-1", "0.6"]]) == Marked(correct=True)
    far = [[700, f"{MINUS}300"], [400, 618]]
    answer = [[700, -300], [400, 600]]
    assert marked(far, answer=answer, absolute=None, relative=0.03).correct
    assert not marked(far, answer=answer, absolute=None, relative=0.02).correct


@pytest.mark.parametrize(
    ("given", "credit", "names"),
    [
        ([[0.7, 0.3], [0.6, 0.4]], 0.5, ()),
        ([[0.7, 0.3], [0.45, 0.55]], 0.5, ()),
        ([[0.7, 0.5], [0.4, 0.6]], 0.75, ("rows-do-not-add-up",)),
        ([[0.7, 0.4], [0.3, 0.6]], 0.5, ("transposed",)),
        ([[7, 3], [4, 6]], 0.0, ("rows-do-not-add-up",)),
        # What rounding takes from a row is no mistake of its own.
        ([[0.69, 0.29], [0.6, 0.4]], 0.5, ()),
    ],
)
def test_share_of_right_cells_is_the_credit(
    given: list[list[float]], credit: float, names: tuple[str, ...]
) -> None:
    assert marked(given) == Marked(correct=False, misconceptions=names, credit=credit)


def test_recognised_only_if_the_question_names_it() -> None:
    for wrong in ([[0.7, 0.4], [0.3, 0.6]], [[7, 3], [4, 6]]):
        assert marked(wrong, misconceptions={}).misconceptions == ()


def test_distractor_comes_before_what_is_built_in() -> None:
    wrong = {"halved": [[0.35, 0.15], [0.2, 0.3]], "doubled": [[1.4, 0.6], [0.8, 1.2]]}
    given = [[0.35, 0.15], [0.2, 0.31]]
    assert marked(given, distractors=wrong).misconceptions == ("halved",)
    given[1][1] = 0.32
    assert marked(given, distractors=wrong).misconceptions == ("rows-do-not-add-up",)


def test_matrix_that_is_not_square_is_never_transposed() -> None:
    assert marked([[1, 3, 2]], answer=[[1, 2, 3]]) == Marked(correct=False, credit=1 / 3)


def test_cell_that_cannot_be_read_is_named() -> None:
    with pytest.raises(NotMarked) as caught:
        marked([[0.7, 0.3], ["two", 0.6]])
    assert caught.value.input == "cell-1-0"
    assert str(caught.value) == (
        "cat, the: This is not a number. Write one in digits, such as 0.25 or 1e-3."
    )
    with pytest.raises(NotMarked, match=r"^the, cat: Write a number, such as 0\.25\.$"):
        marked([[0.7]])


def test_inputs_are_those_of_the_largest_matrix() -> None:
    assert len(KINDS["matrix"].inputs) == 36
    assert KINDS["matrix"].inputs[-1] == "cell-5-5"


TEXT = st.one_of(
    st.text("0123456789 .,-+e%½", max_size=45),
    st.floats().map(repr),
    st.sampled_from(["1", "0.5", "9" * 39, "-1e308"]),
)
CELLS = [f"cell-{i}-{j}" for i in (0, 1) for j in (0, 1)]


@given(st.fixed_dictionaries({name: st.lists(TEXT, max_size=2) for name in CELLS}))
def test_any_response_gets_a_verdict_or_a_sentence(given: Response) -> None:
    drawn = Drawn(parameters={}, answer=WEIGHTS, distractors={"huge": [[1e308, -1e308]] * 2})
    facts = {
        "rows": ["a", "b"],
        "columns": ["c", "d"],
        "absolute": 0.01,
        "relative": 0.1,
        "misconceptions": KNOWN,
    }
    with suppress(NotMarked):
        assert 0 <= mark(kind="matrix", drawn=drawn, facts=facts, response=given).score <= 1


def test_page_shows_fields_and_then_each_cell(tmp_path: Path) -> None:
    one = asked(read(tmp_path, PRODUCT), seed=1)
    before = html(one)
    assert before.count('<input type="text"') == 4
    assert 'name="cell-1-0" value=""' in before
    assert 'aria-label="Shop B, cost in euros"' in before
    assert "43" not in before

    given = response([["19", "21,5"], ["43", "50"]])
    page = question_page(replace(one, score=0.75, response=given))
    assert page.input.rows[0][1] == (
        GridCell(
            name="cell-0-0",
            label="Shop A, cost in euros",
            text="19",
            state="passed",
            word="right",
            right="19",
        ),
        GridCell(
            name="cell-0-1",
            label="Shop A, weight in kg",
            text="21,5",
            state="failed",
            word="not right",
            right="22",
        ),
    )
    after = html(replace(one, score=0.75, response=given))
    assert "not right: it is 22" in after
    assert "<input" not in after.split("<main")[1]


def test_page_keeps_what_was_given_and_points_at_what_cannot_be_read(tmp_path: Path) -> None:
    one = replace(asked(read(tmp_path, PRODUCT), seed=1), response=response([[1, '"<b>']]))
    error = NotMarked("Write it.", input="cell-0-1")
    view = render_to_string("quizzes/question.html", {"page": question_page(one, error=error)})
    assert 'name="cell-0-0" value="1"' in view
    assert 'value="&quot;&lt;b&gt;"' in view
    assert view.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("text", [PRODUCT, ATTENTION])
def test_page_is_the_same_whatever_the_answer_is(tmp_path: Path, text: str) -> None:
    question = read(tmp_path, text)
    for seed in range(40):
        one = asked_with(question, seed)
        assert html(one) == html(without_answer(one))
        given = response(one.draw["answer"])
        assert html(one) != html(replace(one, score=1.0, response=given))
        assert mark(
            kind="matrix", drawn=from_json(one.draw), facts=question.facts, response=given
        ).correct


def asked_with(question: Question, seed: int) -> Any:
    return asked(question, seed=seed, generators=GENERATORS)


def test_distractors_of_a_generator_are_recognised(tmp_path: Path) -> None:
    question = read(tmp_path, ATTENTION)
    draw = asked_with(question, 3).draw
    given = response(draw["distractors"]["softmax-over-columns"])
    verdict = mark(kind="matrix", drawn=from_json(draw), facts=question.facts, response=given)
    assert verdict.misconceptions == ("softmax-over-columns",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('["Shop A", "Shop B"]', "[]", "rows must be a list of 1 to 6 texts."),
        ('["Shop A", "Shop B"]', '["A", "A"]', "rows holds a label twice; one could not tell"),
        ('["Shop A", "Shop B"]', '["$x$", "y"]', "rows holds Markdown or a number of the draw;"),
        (
            'columns = ["cost in euros", "weight in kg"]\n',
            "",
            "columns is missing from the facts of a matrix question.",
        ),
        ("absolute = 0\n", "", "Say how near an answer must come: absolute, relative, or both."),
        ("absolute = 0\n", "absolute = -1\n", "absolute must be a number from 0 on."),
        ("[[19, 22], [43, 50]]", "[19, 22]", "answer must be a list of rows: [[0.5, 0.5], [0, 1]]"),
        ("[[19, 22], [43, 50]]", "[[nan, 22], [43, 50]]", "answer must be a list of rows:"),
        (
            "answer = [[19, 22], [43, 50]]\n",
            "",
            "Nothing says what is right. Write answer, or name a generator.",
        ),
        (
            "[[19, 22], [43, 50]]",
            "[[19, 22], [43]]",
            "answer has another shape than rows and columns, 2 by 2.",
        ),
        (
            "[[5, 12], [21, 32]]",
            "[[5, 12, 1], [21, 32, 1]]",
            "entry-by-entry has another shape than rows and columns, 2 by 2.",
        ),
        (
            "[[5, 12], [21, 32]]",
            "5",
            "distractors must be a table such as {name-of-a-misconception = [[1, 0], [0, 1]]}.",
        ),
        (
            'entry-by-entry = "You multiply entry by entry."\n',
            "",
            "The distractor entry-by-entry has no sentence here. Write one.",
        ),
        (
            "[misconceptions]\n",
            '[misconceptions]\nnobody = "Nobody."\n',
            "nobody is the name of no distractor. Take it out, or add one.",
        ),
        (
            "[[5, 12], [21, 32]]",
            "[[19, 22], [43, 50]]",
            "For some draws, the distractor entry-by-entry counts as the answer. Draw again.",
        ),
        (
            "[[19, 22], [43, 50]]",
            "[[19, 22], [22, 50]]",
            "For some draws, the answer transposed is the answer. Draw again.",
        ),
        (
            "transposed = ",
            'rows-do-not-add-up = "They do not."\ntransposed = ',
            "rows-do-not-add-up needs an answer whose rows add up to 1.",
        ),
    ],
)
def test_what_an_author_has_to_mend_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert PRODUCT.count(old) == 1
    with pytest.raises(ContentError) as caught:
        read(tmp_path, PRODUCT.replace(old, new))
    assert told in str(caught.value)


def test_transposed_needs_a_square(tmp_path: Path) -> None:
    text = (
        PRODUCT.replace('"Shop A", "Shop B"', '"Shop A"')
        .replace("[[19, 22], [43, 50]]", "[[19, 22]]")
        .replace("[[5, 12], [21, 32]]", "[[5, 12]]")
    )
    with pytest.raises(ContentError, match="transposed needs as many rows as columns"):
        read(tmp_path, text)


def test_answer_of_a_generator_must_be_a_matrix(tmp_path: Path) -> None:
    text = ATTENTION.replace('"attention"', '"majority"')
    with pytest.raises(ContentError, match="not a list of rows of ints and floats"):
        read(tmp_path, text.replace("{{ score }}", "").replace("{{ weight:.3f }}", ""))
