"""Every question file with the numbers of many draws: complete, fair, and rendered as meant."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.curriculum.front_matter import (
    Source,
    one_line,
    read_source,
    whole_number,
)
from apps.curriculum.renderer import render
from apps.quizzes.draws import Draw
from apps.quizzes.generators import GENERATORS
from apps.quizzes.question_file import ALL_FACTS, MAY_LACK

FIXTURES: Path = settings.BASE_DIR / "fixtures"
QUIZZES = sorted(path.parent for path in FIXTURES.glob("quizzes/*/quiz.md"))
QUESTIONS = sorted(set(FIXTURES.glob("quizzes/*/*.md")) - set(FIXTURES.glob("quizzes/*/quiz.md")))
SEEDS = range(25)
PLACEHOLDER = re.compile(r"\{\{ (?P<name>\w+)(?::(?P<format>[^ }]+))? \}\}")
CHOSEN = ("single", "multiple", "metric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One file and what its generator makes of many seeds."""

    source: Source
    stem: str
    explanation: str
    draws: tuple[Draw, ...]

    @property
    def kind(self) -> str:
        return str(self.source.facts["kind"])

    @property
    def options(self) -> list[dict[str, Any]]:
        return list(self.source.facts["options"] or [])

    @property
    def texts_before(self) -> list[str]:
        """What is shown before the answer, in Markdown."""
        facts = self.source.facts
        pairs = [
            text for pair in facts.get("pairs") or [] for text in (pair["left"], pair["right"])
        ]
        items = [*(facts.get("items") or []), *(facts.get("extra") or [])]
        return [self.stem, *(option["text"] for option in self.options), *pairs, *items]

    @property
    def texts_after(self) -> list[str]:
        consequences = [option.get("consequence", "") for option in self.options]
        return [self.explanation, *self.misconceptions.values(), *filter(None, consequences)]

    @property
    def misconceptions(self) -> dict[str, str]:
        return dict(self.source.facts["misconceptions"])

    @property
    def right_options(self) -> list[str]:
        return [option["text"] for option in self.options if option.get("correct")]

    @property
    def wrong_options(self) -> list[dict[str, Any]]:
        return [option for option in self.options if not option.get("correct")]


def draw_numbers(generator: str) -> Iterable[Draw]:
    """Draws of many seeds, or the one of a question that is always the same."""
    if not generator:
        return [Draw(parameters={})]
    return (GENERATORS[generator](seed) for seed in SEEDS)


def read_question(path: Path) -> Question:
    source = read_source(path, root=FIXTURES, facts=ALL_FACTS, optional=MAY_LACK, slug=path.stem)
    assert not source.problems, source.problems
    stem, explanation = source.body.split("\n## Explanation\n")
    return Question(
        source=source,
        stem=stem,
        explanation=explanation,
        draws=tuple(draw_numbers(source.facts["generator"])),
    )


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with its numbers. Raises KeyError where the draw has no such number."""

    def written(found: re.Match[str]) -> str:
        value = values[found["name"]]
        if found["format"]:
            return format(value, found["format"])
        return f"{value:.12g}" if isinstance(value, float) else str(value)

    return PLACEHOLDER.sub(written, text)


def after_marking(draw: Draw) -> dict[str, Any]:
    known: dict[str, Any] = {**draw.parameters, **draw.worked}
    return known if isinstance(draw.answer, Mapping) else known | {"answer": draw.answer}


def assert_renders(text: str) -> None:
    rendered = render(text, id_prefix="question")
    assert not rendered.unusable_formulas
    assert not rendered.dropped_tags
    without_code = re.sub(r"<(pre|code|math).*?</\1>", "", rendered.html, flags=re.DOTALL)
    assert not re.search(r"[{}$\\`]|\*\w|\w\*", without_code), without_code


@pytest.fixture(
    params=QUESTIONS, ids=lambda path: f"{path.parent.name}/{path.stem}", scope="module"
)
def question(request: pytest.FixtureRequest) -> Question:
    return read_question(request.param)


@pytest.fixture(params=QUIZZES, ids=lambda path: path.name)
def bank(request: pytest.FixtureRequest) -> list[Question]:
    """All questions of one quiz."""
    return [read_question(path) for path in QUESTIONS if path.parent == request.param]


# One question ------------------------------------------------------------------------------------


def test_stem_and_options_use_parameters_only(question: Question) -> None:
    for draw in question.draws:
        for text in question.texts_before:
            assert "{{" not in fill(text, draw.parameters)


def test_explanation_and_misconceptions_find_their_numbers(question: Question) -> None:
    for draw in question.draws:
        for text in question.texts_after:
            assert "{{" not in fill(text, after_marking(draw))


def test_texts_render_with_their_numbers(question: Question) -> None:
    for draw in question.draws[:5]:
        for text in (*question.texts_before, *question.texts_after):
            assert_renders(fill(text, after_marking(draw)))


def test_every_number_of_the_draw_is_shown_somewhere(question: Question) -> None:
    texts = [*question.texts_before, *question.texts_after, question.source.facts.get("code") or ""]
    used = {found["name"] for text in texts for found in PLACEHOLDER.finditer(text)}
    draw = question.draws[0]
    assert {*draw.parameters, *draw.worked} <= used


def test_options_are_right_for_their_kind(question: Question) -> None:
    right = len(question.right_options)
    if question.kind == "multiple":
        assert right >= 2
    elif question.options:
        assert right == 1
    of_options = [option["misconception"] for option in question.wrong_options]
    assert len(set(of_options)) == len(of_options)


def test_options_are_pairwise_different_after_filling_in(question: Question) -> None:
    for draw in question.draws:
        filled = [fill(option["text"], draw.parameters) for option in question.options]
        assert len({re.sub(r"\W+", "", text).casefold() for text in filled}) == len(filled)


def test_numbers_have_typical_wrong_answers_and_counts_differ(question: Question) -> None:
    for draw in question.draws if question.source.facts["generator"] else ():
        if question.kind == "numeric":
            assert isinstance(draw.answer, int | float)
            assert draw.distractors
        elif question.kind == "confusion-matrix":
            assert isinstance(draw.answer, Mapping)
            assert min(draw.answer.values()) > 0
            assert len(set(draw.answer.values())) == 4


def test_no_typical_wrong_answer_is_within_twice_the_tolerance(question: Question) -> None:
    for draw in question.draws:
        if question.kind == "numeric" and isinstance(draw.answer, int | float):
            values = sorted((draw.answer, *draw.distractors.values()))
            absolute, relative = (
                question.source.facts[name] or 0 for name in ("absolute", "relative")
            )
            for low, high in pairwise(values):
                assert high - low > 2 * max(absolute, relative * max(abs(low), abs(high))), values


def test_concepts_exist(question: Question) -> None:
    for concept in question.source.facts["concepts"]:
        assert (FIXTURES / "concepts" / f"{concept}.md").is_file()


# One quiz ----------------------------------------------------------------------------------------


def share_where_a_right_option_is_longest(bank: Iterable[Question]) -> float:
    longest = []
    for question in bank:
        for draw in question.draws if question.kind in CHOSEN else ():
            right = [fill(text, draw.parameters) for text in question.right_options]
            wrong = [fill(option["text"], draw.parameters) for option in question.wrong_options]
            longest.append(max(map(len, right)) > max(map(len, wrong)))
    return sum(longest) / len(longest) if longest else 0.0


def test_the_longest_option_is_no_hint(bank: list[Question]) -> None:
    assert share_where_a_right_option_is_longest(bank) <= 0.5


def test_positions_count_up(bank: list[Question]) -> None:
    positions = sorted(question.source.facts["position"] for question in bank)
    assert positions == list(range(1, len(bank) + 1))


def test_quiz_covers_the_concepts_of_its_lesson(bank: list[Question]) -> None:
    path = (FIXTURES / bank[0].source.file).parent / "quiz.md"
    quiz = read_source(
        path,
        root=FIXTURES,
        facts={
            "title": one_line(60),
            "position": whole_number(999),
            "summary": one_line(300),
            "minutes": whole_number(120),
            "lesson": one_line(60),
        },
        slug=path.parent.name,
    )
    assert not quiz.problems
    assert_renders(quiz.body)
    (lesson,) = FIXTURES.glob(f"steps/*/{quiz.facts['lesson']}.md")
    taught = re.search(r"^concepts = \[(.*)\]$", lesson.read_text(encoding="utf-8"), re.MULTILINE)
    assert taught is not None
    asked = {concept for question in bank for concept in question.source.facts["concepts"]}
    assert asked == set(re.findall(r'"([^"]+)"', taught[1]))


def test_every_generator_serves_a_question() -> None:
    named = {read_question(path).source.facts["generator"] for path in QUESTIONS}
    assert named - {""} == GENERATORS.keys()
