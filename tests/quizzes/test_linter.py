"""Flaws of a bank as a whole: each is told, and a sound bank has none."""

from pathlib import Path

import pytest

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes
from apps.quizzes.linter import check_bank
from tests.content import whole_bank, whole_content
from tests.quizzes.samples import GENERATORS, MULTIPLE, NUMERIC, write_quiz

QUESTION = """\
+++
kind = "single"
position = {position}
concepts = ["{concept}"]
[[options]]
text = "{right}"
correct = true
[[options]]
text = "{wrong}"
misconception = "wrong"
[[options]]
text = "{other}"
misconception = "other"
[misconceptions]
wrong = "You believe it."
other = "You believe the other."
+++

{stem}

## Explanation

So it is.
"""
STEMS = (
    "A filter lets every mail pass through. What does its accuracy say about spam?",
    "Two nurses read the same alarm list at night. Which count tells who sleeps less?",
    "Your manager compares vendors by one figure alone. Where does that lead her?",
    "After a year the share of fraud has halved. Which figure moves although nobody changed it?",
)


def problems(folder: Path, **taught: list[str]) -> list[str]:
    try:
        check_bank(read_quizzes(folder, generators=GENERATORS), taught=taught)
    except ContentError as error:
        return [str(problem) for problem in error.problems]
    return []


def write(
    folder: Path, *, right: str = "short", stems: tuple[str, ...] = STEMS, **more: str
) -> None:
    questions = {
        f"question-{number}": QUESTION.format(
            position=number,
            stem=stem,
            **{
                "concept": "accuracy",
                "right": right,
                "wrong": "of middling length",
                "other": "other one",
                **more,
            },
        )
        for number, stem in enumerate(stems, start=1)
    }
    write_quiz(folder, questions=questions)


def test_the_bank_that_is_taught_is_sound() -> None:
    taught = {lesson.slug: lesson.concepts for lesson in whole_content().lessons}
    check_bank(whole_bank(), taught=taught)


def test_sound_bank_has_no_problems(tmp_path: Path) -> None:
    write(tmp_path)
    assert problems(tmp_path) == []


def test_right_options_that_are_the_longest_are_told(tmp_path: Path) -> None:
    write(tmp_path, right="by far the longest of all three options")
    (told,) = problems(tmp_path)
    assert told.startswith("quizzes/judging/quiz.md: In 4 of 4 questions with options a right one")
    assert "question-1, question-2, question-3, question-4" in told


@pytest.mark.parametrize(
    "text", ["All of the above", "none of these", "Both of them", "All of the above."]
)
def test_options_about_options_are_told(tmp_path: Path, text: str) -> None:
    write(tmp_path, stems=STEMS[:1], other=text)
    assert problems(tmp_path) == [
        f"quizzes/judging/question-1.md: The option {text!r} speaks of the others. Write one of "
        "its own."
    ]


def test_an_option_may_say_all(tmp_path: Path) -> None:
    write(tmp_path, stems=STEMS[:1], other="All of the mails are spam")
    assert problems(tmp_path) == []


def test_twins_are_told(tmp_path: Path) -> None:
    twin = STEMS[0].replace("spam", "the inbox")
    write(tmp_path, stems=(*STEMS, twin))
    assert problems(tmp_path) == [
        "quizzes/judging/question-5.md: It begins as judging/question-1 does. Ask about another "
        "situation."
    ]


def test_concepts_that_nobody_asks_about_are_told(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, questions={"readers": MULTIPLE, "share": NUMERIC})
    lessons = tmp_path / "steps" / "one"
    lessons.mkdir(parents=True)
    (lessons / "a-lesson.md").write_text("")
    quiz = folder / "quiz.md"
    quiz.write_text(quiz.read_text().replace("minutes = 10", 'minutes = 10\nlesson = "a-lesson"'))

    assert problems(tmp_path, **{"a-lesson": ["accuracy", "confusion-matrix"]}) == []
    assert problems(tmp_path, **{"a-lesson": ["accuracy", "recall", "precision"]}) == [
        "quizzes/judging/quiz.md: No question asks about precision, recall, which its lesson "
        "teaches."
    ]
