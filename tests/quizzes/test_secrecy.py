"""Before marking, a page is the same whatever the answer is: so it cannot give it away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import draw_question, from_json, question_seed, to_json
from apps.quizzes.generators import GENERATORS as REAL_GENERATORS
from apps.quizzes.generators import Generator
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Facts, Marked
from apps.quizzes.marking import mark
from apps.quizzes.queries import AskedQuestion
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.content import whole_bank
from tests.quizzes.samples import GENERATORS, write_quiz

SEEDS = range(4)
KNOWN_GENERATORS = {**REAL_GENERATORS, **GENERATORS}
GIVEN = {name: ["1"] for name in ("number", "tn", "fp", "fn", "tp", "point", "text", "output")}


def asked(
    question: Question, *, seed: int, generators: Mapping[str, Generator] = KNOWN_GENERATORS
) -> AskedQuestion:
    drawn = draw_question(
        kind=question.kind,
        facts=question.facts,
        generator=generators[question.generator] if question.generator else None,
        seed=question_seed(attempt_seed=seed, slug=question.slug),
    )
    return AskedQuestion(
        answer_id=1,
        position=1,
        draw=to_json(drawn),
        response={},
        score=None,
        misconceptions=[],
        attempt_id=1,
        public_id="abcdefgh2345",
        number=1,
        title="A quiz",
        subject="quiz:a-quiz",
        is_open=True,
        ends_at=None,
        finished=None,
        slug=question.slug,
        kind=question.kind,
        placeholders=question.placeholders,
        stem_html=question.stem_html,
        explanation_html=question.explanation_html,
        facts=question.facts,
        concepts=question.concepts,
        marks=[None, None],
        saved=[False, False],
    )


def without_answer(one: AskedQuestion) -> AskedQuestion:
    """The same with all that only whoever marks it may know taken out or turned round."""
    facts, order = _reordered(_turned_round(one.facts), one.draw["order"])
    return replace(
        one,
        slug="x",
        draw={name: one.draw[name] for name in ("parameters", "shown")} | {"order": order},
        explanation_html="",
        facts=facts,
        concepts=[],
    )


def _turned_round(facts: Facts) -> Facts:
    known: dict[str, Any] = {**facts, "misconceptions": {}, "answer": None, "distractors": {}}
    known |= {"answers": ["x"], "mistaken": {}}
    if "options" in known:
        known["options"] = [
            {
                "html": option["html"],
                "correct": not option["correct"],
                "misconception": "x",
                "consequence": "y",
            }
            for option in facts["options"]
        ]
    return known


def _reordered(facts: Facts, order: list[int]) -> tuple[Facts, list[int]]:
    """Where the order in the file is what is right: the next one stands in each place, and the
    draw shows the same."""
    known = {**facts}
    for name in ("items", "rights"):
        if texts := known.get(name):
            known[name] = [*texts[1:], texts[0]]
            order = [(index - 1) % len(texts) for index in order]
    if "swapped" in known:
        known["swapped"] = {"x": [1, 2]}
    if "pairs" in known:
        known["pairs"] = [
            {"html": pair["html"], "misconception": "x", "mistaken": 1} for pair in known["pairs"]
        ]
    return known, order


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Question]:
    """One of each kind, and all that are asked."""
    folder = tmp_path_factory.mktemp("quizzes")
    write_quiz(folder)
    samples = read_quizzes(folder, generators=GENERATORS)
    return [question for quiz in (*samples, *whole_bank()) for question in quiz.questions]


def html(one: AskedQuestion) -> str:
    return render_to_string("quizzes/question.html", {"page": question_page(one)})


def test_page_is_the_same_whatever_the_answer_is(questions: list[Question]) -> None:
    for question in questions:
        for seed in SEEDS:
            one = asked(question, seed=seed)
            assert html(one) == html(without_answer(one)), question.slug


def test_page_has_a_value_for_every_placeholder(questions: list[Question]) -> None:
    for question in questions:
        for seed in SEEDS:
            one = asked(question, seed=seed)
            believed = list(question.facts["misconceptions"])
            marked = replace(one, score=0.0, misconceptions=believed, response=GIVEN)
            for page in (html(one), html(marked)):
                assert not any("\ue000" <= char <= "\uf8ff" for char in page), question.slug
                assert "{{" not in page, question.slug


@pytest.mark.parametrize("score", [1.0, 0.5, 0.0])
def test_page_differs_once_it_is_marked(questions: list[Question], score: float) -> None:
    """So that the first test compares what it is meant to compare."""
    for question in questions:
        one = replace(asked(question, seed=1), score=score, response=GIVEN)
        assert question.explanation_html[:3] in html(one)
        assert html(one) != html(replace(one, explanation_html=""))


def test_right_answer_of_every_question_is_marked_as_right(questions: list[Question]) -> None:
    for question in questions:
        for seed in SEEDS:
            drawn = from_json(asked(question, seed=seed).draw)
            response = KINDS[question.kind].right(drawn, question.facts)
            marked = mark(kind=question.kind, drawn=drawn, facts=question.facts, response=response)
            assert marked == Marked(correct=True), question.slug


def test_question_left_out_of_an_exam_has_a_page(questions: list[Question]) -> None:
    for question in questions:
        one = replace(asked(question, seed=2), score=0.0, response={})
        assert "Not right" in html(one), question.slug
