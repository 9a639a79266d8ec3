"""Before marking, a page is the same whatever the answer is: so it cannot give it away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from apps.quizzes.content import read_quizzes
from apps.quizzes.drawing import draw_question, question_seed, to_json
from apps.quizzes.generators import GENERATORS as REAL_GENERATORS
from apps.quizzes.kinds.kind import Facts
from apps.quizzes.queries import AskedQuestion
from apps.quizzes.question_file import Question
from apps.quizzes.question_page import question_page
from tests.quizzes.samples import GENERATORS, write_quiz

SEEDS = range(40)
GIVEN = {name: ["1"] for name in ("number", "tn", "fp", "fn", "tp")}


def asked(question: Question, *, seed: int) -> AskedQuestion:
    generators = {**REAL_GENERATORS, **GENERATORS}
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
        correct=None,
        misconceptions=[],
        attempt_id=1,
        public_id="abcdefgh2345",
        number=1,
        quiz_title="A quiz",
        quiz_slug="a-quiz",
        quiz_published=True,
        slug=question.slug,
        kind=question.kind,
        placeholders=question.placeholders,
        stem_html=question.stem_html,
        explanation_html=question.explanation_html,
        facts=question.facts,
        concepts=question.concepts,
        marks=[None, None],
    )


def without_answer(one: AskedQuestion) -> AskedQuestion:
    """The same with all that only whoever marks it may know taken out or turned round."""
    return replace(
        one,
        slug="x",
        draw={"parameters": one.draw["parameters"], "order": one.draw["order"]},
        explanation_html="",
        facts=_turned_round(one.facts),
        concepts=[],
    )


def _turned_round(facts: Facts) -> Facts:
    known: dict[str, Any] = {**facts, "misconceptions": {}, "answer": None, "distractors": {}}
    if "options" in known:
        known["options"] = [
            {"html": option["html"], "correct": not option["correct"], "misconception": "x"}
            for option in facts["options"]
        ]
    return known


def questions(tmp_path: Path) -> Iterator[Question]:
    write_quiz(tmp_path)
    for quiz in read_quizzes(tmp_path, generators=GENERATORS):
        yield from quiz.questions
    for quiz in read_quizzes(settings.BASE_DIR / "fixtures"):
        yield from quiz.questions


def html(one: AskedQuestion) -> str:
    return render_to_string("quizzes/question.html", {"page": question_page(one)})


def test_page_is_the_same_whatever_the_answer_is(tmp_path: Path) -> None:
    for question in questions(tmp_path):
        for seed in SEEDS:
            one = asked(question, seed=seed)
            assert html(one) == html(without_answer(one)), question.slug


def test_page_has_a_value_for_every_placeholder(tmp_path: Path) -> None:
    for question in questions(tmp_path):
        for seed in SEEDS:
            one = asked(question, seed=seed)
            believed = list(question.facts["misconceptions"])
            marked = replace(one, correct=False, misconceptions=believed, response=GIVEN)
            for page in (html(one), html(marked)):
                assert not any("\ue000" <= char <= "\uf8ff" for char in page), question.slug
                assert "{{" not in page, question.slug


@pytest.mark.parametrize("correct", [True, False])
def test_page_differs_once_it_is_marked(tmp_path: Path, correct: bool) -> None:
    """So that the first test compares what it is meant to compare."""
    for question in questions(tmp_path):
        one = replace(asked(question, seed=1), correct=correct, response=GIVEN)
        assert question.explanation_html[:3] in html(one)
        assert html(one) != html(replace(one, explanation_html=""))
