"""The commands: questions out of a folder of content, and into one."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.quizzes.content import read_quizzes
from tests.quizzes.samples import GENERATORS, write_quiz

LESSON = """\
+++
title = "Classifiers"
position = 1
summary = "How good is it?"
minutes = 10
objectives = ["Read a matrix", "Say what accuracy is"]
concepts = ["confusion-matrix", "accuracy"]
explain = ["What is accuracy?"]
last_reviewed = 2026-01-31
[[sources]]
author = "A"
title = "B"
year = 2020
url = "https://example.org/"
+++
Text.
"""
SOUND = """\
::Three figures::Which of them counts false alarms?{
=Precision ~Recall#You count the missed ones. ~Inertia#You take one of clusterings.
####Precision divides by the alarms.
}

// [tag:accuracy]
::How many?::Of 10, 9 are right. How many are wrong?{#1:0 =%0%9:0#You count the right ones.}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Content with one quiz and one lesson."""
    root = tmp_path / "content"
    root.mkdir()
    write_quiz(root)
    (root / "steps" / "ml").mkdir(parents=True)
    (root / "steps" / "ml" / "classifiers.md").write_text(LESSON)
    return root


def run(command: str, *args: Any, root: Path, **options: Any) -> tuple[list[str], list[str]]:
    """What it says, and its warnings."""
    out, err = StringIO(), StringIO()
    call_command(command, *args, folder=root, stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def import_text(text: str | bytes, *, root: Path, **options: Any) -> tuple[list[str], list[str]]:
    path = root.parent / "questions.gift"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    given = {"format_name": "gift", "quiz": "figures", "lesson": "classifiers", **options}
    return run("import_questions", path, root=root, **given)


def refused(text: str | bytes, *, root: Path, **options: Any) -> str:
    before = sorted(root.rglob("*"))
    with pytest.raises(CommandError) as raised:
        import_text(text, root=root, **options)
    assert sorted(root.rglob("*")) == before
    return str(raised.value)


def test_imported_questions_are_a_sound_quiz(root: Path) -> None:
    out, warnings = import_text(SOUND, root=root)
    assert [Path(line).name for line in out[:-1]] == ["three-figures.md", "how-many.md", "quiz.md"]
    assert out[-1].startswith("3 files written, 3 warnings.")
    assert warnings == [
        "Warning: line 1: Three figures: no tag names a concept; it counts for confusion-matrix, "
        "which may be wrong.",
        "Warning: line 7: How many?: it has no explanation; write the steps to the answer.",
        "Warning: quizzes/figures: the quiz is new; write its title, summary and text.",
    ]
    _, figures = read_quizzes(root, generators=GENERATORS)
    assert (figures.slug, figures.position, figures.lesson) == ("figures", 2, "classifiers")
    choice, number = figures.questions
    assert choice.concepts == ["confusion-matrix"]
    assert [option["correct"] for option in choice.facts["options"]] == [True, False, False]
    assert number.concepts == ["accuracy"]
    assert (number.facts["answer"], number.facts["absolute"]) == (1, 0)
    assert number.facts["distractors"] == {"you-count-the-right-ones": 9}


def test_import_adds_to_a_quiz_and_never_overwrites(root: Path) -> None:
    import_text(SOUND, root=root)
    message = refused(SOUND, root=root)
    assert message.splitlines() == [
        "questions.gift:1: quizzes/figures/three-figures.md is there already. Delete it or name "
        "the question otherwise.",
        "questions.gift:7: quizzes/figures/how-many.md is there already. Delete it or name the "
        "question otherwise.",
        "Nothing was written.",
    ]
    import_text(SOUND.replace("::Three", "::Four").replace("::How", "::Just how"), root=root)
    _, figures = read_quizzes(root, generators=GENERATORS)
    assert [question.position for question in figures.questions] == [1, 2, 3, 4]


def test_question_that_cannot_be_ours_is_left_out_by_name(root: Path) -> None:
    _, warnings = import_text(f"{SOUND}\n::Two::This or that?{{=a ~b#c}}", root=root)
    assert (
        "Warning: line 9: Two: options must be 3 to 6 tables, each begun by [[options]]. Left out."
        in warnings
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quiz": "../out"}, "quizzes/../out: Name the quiz in small letters, digits and hyphens."),
        ({"lesson": "none"}, "lesson none: There is no such lesson. Name one of fixtures/steps."),
        (
            {"quiz": "judging"},
            "quizzes/judging/quiz.md: This quiz belongs to no lesson. Name another quiz.",
        ),
    ],
)
def test_target_that_is_none_is_refused(root: Path, options: dict[str, str], message: str) -> None:
    assert refused(SOUND, root=root, **options) == f"{message}\nNothing was written."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "questions.gift: The file is empty."),
        (b"a\n\xff", "questions.gift:2: The line is not UTF-8. Save the file as UTF-8."),
        (
            SOUND.encode("utf-16"),
            "questions.gift:1: The line is not UTF-8. Save the file as UTF-8.",
        ),
        (
            b"a\0b",
            "questions.gift:1: The line holds the character U+0000, which is no text. Take it out.",
        ),
        (b"x" * 5_000_001, "questions.gift: The file has 5,000,001 bytes; 5,000,000 are the most."),
        (
            b"a {=b}\n\n" * 100,
            "questions.gift: The quiz would have 100 questions; 99 are the most. "
            "Divide the file among quizzes.",
        ),
    ],
)
def test_file_that_is_no_text_is_refused(root: Path, data: bytes, message: str) -> None:
    assert refused(data, root=root) == f"{message}\nNothing was written."


def test_file_that_is_missing_is_told(root: Path) -> None:
    with pytest.raises(CommandError, match="The file cannot be read: No such file or directory"):
        run(
            "import_questions",
            root / "none",
            root=root,
            format_name="gift",
            quiz="figures",
            lesson="classifiers",
        )


def test_export_draws_as_often_as_asked(root: Path, tmp_path: Path, monkeypatch: Any) -> None:
    quiz = root.parents[0] / "out.gift"
    out, warnings = run(
        "export_questions",
        "evaluation-metrics",
        root=Path("fixtures").resolve(),
        format_name="gift",
        output=quiz,
        draws=2,
    )
    text = quiz.read_text()
    assert "::evaluation-metrics/opened-alerts-1::" in text
    assert "::evaluation-metrics/opened-alerts-2::" in text
    assert "::evaluation-metrics/four-parcels::" in text
    assert (
        "Warning: evaluation-metrics/before-the-switch: ordering questions do not exist there; "
        "left out." in warnings
    )
    assert out[-1].endswith(f"questions, {len(warnings)} warnings.")


@pytest.mark.parametrize(
    ("quizzes", "draws", "output", "message"),
    [
        (["none"], 1, "x.xml", "quizzes/none: There is no such quiz."),
        (["evaluation-metrics"], 0, "x.xml", "--draws is a number from 1 to 50."),
        (["model-apis"], 1, "no/x.xml", "cannot be written: No such file or directory."),
    ],
)
def test_export_says_what_is_wrong(
    tmp_path: Path, quizzes: list[str], draws: int, output: str, message: str
) -> None:
    with pytest.raises(CommandError) as raised:
        run(
            "export_questions",
            *quizzes,
            root=Path("fixtures").resolve(),
            format_name="moodle-xml",
            output=tmp_path / output,
            draws=draws,
        )
    assert message in str(raised.value)
