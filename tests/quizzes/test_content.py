"""Every mistake of an author is told with its file, its line and what to change."""

import multiprocessing
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apps.curriculum.problems import ContentError
from apps.quizzes.content import read_quizzes, rendered_ahead
from apps.quizzes.draws import Draw
from apps.quizzes.generators import Generator
from apps.quizzes.kinds import KINDS
from tests.quizzes.samples import GENERATORS, MATRIX, majority, write_quiz


def problems_of(folder: Path, **generators: Generator) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read_quizzes(folder, generators={**GENERATORS, **generators})
    return [str(problem) for problem in caught.value.problems]


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "quizzes" / "judging" / f"{name}.md"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_sound_quiz_is_read_in_order(folder: Path) -> None:
    write_quiz(folder, "earlier", position=1)
    write_quiz(folder, position=2)
    earlier, judging = read_quizzes(folder, generators=GENERATORS)
    assert (earlier.slug, judging.slug, judging.minutes) == ("earlier", "judging", 10)
    assert [one.slug for one in judging.questions] == ["majority", "readers", "share", "counts"]
    assert '<a href="/concepts/confusion-matrix/"' in judging.intro_html
    first = judging.questions[0]
    assert ("share", ".3f") in first.placeholders
    assert "<h2" not in first.explanation_html
    assert "{{" not in first.stem_html
    assert "<mn>" in first.stem_html
    assert [option["correct"] for option in first.facts["options"]] == [True, False, False]


def test_version_is_that_of_the_text(folder: Path) -> None:
    def versions() -> list[str]:
        (quiz,) = read_quizzes(folder, generators=GENERATORS)
        return [question.version for question in quiz.questions]

    before = versions()
    change(folder, "counts", "position = 4", "position = 9")
    assert versions() == before
    change(folder, "counts", "Three were missed", "3 were missed")
    assert versions()[:3] == before[:3]
    assert versions()[3] != before[3]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("quiz", "minutes = 10\n", "", "1: minutes is missing from the facts."),
        (
            "quiz",
            "minutes = 10",
            'minutes = 10\nlesson = "nothing"',
            "6: There is no lesson nothing. Write it, or name another.",
        ),
        (
            "quiz",
            "concept:confusion-matrix",
            "concept:nothing",
            "8: There is no concept nothing. Write it, or name another.",
        ),
        (
            "share",
            'kind = "numeric"',
            'kind = "essay"',
            f"2: kind must be one of {', '.join(KINDS)}.",
        ),
        (
            "share",
            '["accuracy"]',
            '["luck"]',
            "4: There is no concept luck. Write it, or name another.",
        ),
        (
            "share",
            '"majority"',
            '"minority"',
            "5: There is no generator minority. Write it in apps/quizzes/generators.",
        ),
        (
            "share",
            'unit = "%"',
            "answer = 4",
            "6: Say it in the facts or in the generator majority, not in both.",
        ),
        (
            "share",
            "absolute = 0.1\n",
            "",
            "2: Say how near an answer must come: absolute, relative, or both.",
        ),
        ("share", "= 0.1", "= -1", "7: absolute must be a number from 0 on."),
        ("share", "= 0.1", "= nan", "7: absolute must be a number from 0 on."),
        (
            "share",
            "absolute = 0.1",
            "absolute = 100",
            "5: For some draws, the distractor counts-the-rare",
        ),
        (
            "share",
            "counts-the-rare =",
            "counts-them =",
            "8: The distractor counts-the-rare has no sentence here. Write one.",
        ),
        (
            "share",
            "What is the accuracy",
            "What of {{ answer }} is the accuracy",
            "13: {{ answer }} may give the answer away. Only parameters of the draw stand in the "
            "question and its options.",
        ),
        (
            "share",
            "What is the accuracy",
            "What of {{ nothing }} is the accuracy",
            "13: The draw has no nothing. It has change, negatives, positives, total.",
        ),
        (
            "share",
            "What is the accuracy",
            "What of {{ total:.3q }} is the accuracy",
            "13: {{ total:.3q }} has a format that does not fit:",
        ),
        ("share", "\\frac", "\\nofrac", "17: "),
        (
            "share",
            "## Explanation",
            "## Why",
            "11: There is no explanation. Write one below a line ## Explanation.",
        ),
        (
            "share",
            "What is the accuracy",
            "What \ue000 is the accuracy",
            "13: The line holds a character of Unicode's private use area. Take it out.",
        ),
        (
            "readers",
            'kind = "multiple"',
            'kind = "multiple"\nunit = "%"',
            "3: unit does not belong to a multiple question. Take it out.",
        ),
        (
            "readers",
            'text = "Recall"\ncorrect = true',
            'text = "Recall"',
            "5: options number 2 must be either correct or have a misconception.",
        ),
        (
            "readers",
            'misconception = "any-metric"',
            'misconception = "any"',
            "5: any is not in [misconceptions]. Write there what it is.",
        ),
        ("readers", '"Inertia"', '"Precision"', "5: Two options are the same for some draws."),
        (
            "readers",
            '"Inertia"',
            '"[Inertia](https://example.org)"',
            "12: A link cannot be chosen as an answer. Write it without.",
        ),
        (
            "readers",
            '"Inertia"',
            '"- Inertia"',
            "12: Write it as one paragraph, with formulas between single $.",
        ),
        (
            "readers",
            '"Inertia"',
            '"<u>Inertia</u>"',
            "12: <u> is not shown. Take it out, or put it between backticks.",
        ),
        ("readers", 'kind = "multiple"', 'kind = "single"', "5: Exactly one option of a single"),
        (
            "counts",
            "answer = {tp = 5, fp = 2, fn = 3, tn = 90}\n",
            "",
            "1: Nothing says what is right. Write answer, or name a generator.",
        ),
        (
            "counts",
            "fp = 2, ",
            "",
            "5: answer must be four counts: {tp = 1, fp = 2, fn = 3, tn = 4}.",
        ),
        ("counts", "errors-swapped", "mixed-up", "6: mixed-up is never recognised. Known are"),
        ("share", "position = 3", "position = 4", "3: position 4 is also that of counts;"),
    ],
)
def test_mistake_is_told(folder: Path, name: str, old: str, new: str, expected: str) -> None:
    change(folder, name, old, new)
    found = problems_of(folder)
    prefix = f"quizzes/judging/{name}.md:{expected}"
    assert any(problem.startswith(prefix) for problem in found), found
    assert not any("\ue000" <= char <= "\uf8ff" for problem in found for char in problem)


def test_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    for name in ("majority", "readers", "share"):
        change(folder, name, "## Explanation", "## Why")
    change(folder, "quiz", "minutes = 10", "minutes = 0")
    assert len(problems_of(folder)) == 4


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda seed: 1 / 0, "The generator fails for seed"),
        (
            lambda seed: Draw(parameters={"total": True}),
            "The generator's total is a bool. Make it an int, a float or a str.",
        ),
        (
            lambda seed: Draw(parameters={"total": float("inf")}),
            "The generator's total is inf for some draws. Leave those out.",
        ),
        (
            lambda seed: replace(majority(seed), answer=float("nan")),
            "The answer is nan, not an int or a float.",
        ),
    ],
)
def test_mistake_of_a_generator_is_told(folder: Path, draw: Generator, expected: str) -> None:
    (first, *_) = problems_of(folder, majority=draw)
    assert first.startswith("quizzes/judging/")
    assert any(expected in problem for problem in problems_of(folder, majority=draw))


def test_quiz_without_questions_is_told(tmp_path: Path) -> None:
    write_quiz(tmp_path, questions={})
    assert problems_of(tmp_path) == [
        "quizzes/judging/quiz.md: The quiz has no question. Write one."
    ]


def judged_in(cache: Path) -> list[str]:
    with closing(sqlite3.connect(cache / "rendered.sqlite3")) as database:
        rows = database.execute("SELECT key FROM kept WHERE document = 'sound'").fetchall()
    return [key for (key,) in rows]


def test_question_is_judged_once_while_nothing_changes(tmp_path: Path) -> None:
    """A real generator: those of these tests are not known by their code, so never kept."""
    quiz = write_quiz(tmp_path, questions={"counts": MATRIX})
    cache = tmp_path / "cache"
    read_quizzes(tmp_path, cache=cache)
    (kept,) = judged_in(cache)
    read_quizzes(tmp_path, cache=cache)
    assert judged_in(cache) == [kept]

    path = quiz / "counts.md"
    path.write_text(path.read_text().replace("answer = {tp = 5,", "answer = {tp = -5,"))
    with pytest.raises(ContentError, match="must be four counts"):
        read_quizzes(tmp_path, cache=cache)
    path.write_text(path.read_text().replace("tp = -5,", "tp = 6,"))
    read_quizzes(tmp_path, cache=cache)
    assert len(judged_in(cache)) == 2


def test_quizzes_are_rendered_ahead_in_a_second_process(folder: Path, tmp_path: Path) -> None:
    """Whatever that one meets: what it has not rendered is rendered by the reader."""
    write_quiz(folder)
    write_quiz(folder, "broken", position=2, questions={"readers": "no facts"})
    cache = tmp_path / "cache"
    deadline = time.monotonic() + 60
    with rendered_ahead(folder, cache=cache):
        while not _kept(cache) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert _kept(cache) > 0
    assert not multiprocessing.active_children()
    shutil.rmtree(folder / "quizzes" / "broken")
    expected = read_quizzes(folder, generators=GENERATORS)
    assert read_quizzes(folder, generators=GENERATORS, cache=cache) == expected


def _kept(cache: Path) -> int:
    with closing(sqlite3.connect(cache / "rendered.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM kept").fetchone()[0])
