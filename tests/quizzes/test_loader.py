"""Loading twice is loading once; what goes away is withdrawn, never deleted."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from apps.curriculum.models import Concept
from apps.quizzes.content import read_quizzes
from apps.quizzes.loader import load_quizzes
from apps.quizzes.models import Attempt, Question, QuestionVersion, Quiz
from roadmap_site.loading import load_all as load_all_texts
from tests.content import load_all, whole_content
from tests.quizzes.samples import (
    GENERATORS,
    MATRIX,
    MULTIPLE,
    begin,
    load,
    make_learner,
    write_quiz,
)

pytestmark = pytest.mark.django_db


def counts(folder: Path) -> tuple[tuple[int, int, int], ...]:
    loaded = load_quizzes(read_quizzes(folder, generators=GENERATORS))
    return tuple(
        (len(one.written), len(one.unchanged), len(one.withdrawn)) for one in loaded.values()
    )


def test_loading_again_writes_nothing(
    quiz: Quiz, folder: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = list(QuestionVersion.objects.values())
    quizzes = read_quizzes(folder, generators=GENERATORS)
    # A savepoint, quizzes twice, questions, its release.
    with django_assert_num_queries(5):
        load_quizzes(quizzes)
    assert counts(folder) == ((0, 1, 0), (0, 4, 0))
    assert list(QuestionVersion.objects.values()) == rows
    first = quiz.questions.get(slug="readers")
    assert {one.slug for one in first.concepts.all()} == {"accuracy", "confusion-matrix"}


def test_changed_question_is_a_new_version(quiz: Quiz, folder: Path) -> None:
    path = folder / "quizzes" / "judging" / "readers.md"
    key = quiz.questions.get(slug="readers").pk
    path.write_text(path.read_text().replace("Precision and recall do.", "Both do."))
    assert counts(folder) == ((0, 1, 0), (1, 3, 0))
    assert quiz.questions.get(slug="readers").pk == key
    # Nobody was asked the old one.
    assert "Both do." in QuestionVersion.objects.get(question=key).explanation_html

    begin(make_learner(), quiz)
    path.write_text(path.read_text().replace("Both do.", "Two do."))
    load(folder)
    versions = QuestionVersion.objects.filter(question=key).order_by("pk")
    assert [one.current for one in versions] == [False, True]
    path.write_text(path.read_text().replace("Two do.", "Both do."))
    load(folder)
    assert [one.current for one in versions.all()] == [True]


def test_removed_question_is_withdrawn_and_comes_back(quiz: Quiz, folder: Path) -> None:
    path = folder / "quizzes" / "judging" / "counts.md"
    path.unlink()
    assert counts(folder) == ((0, 1, 0), (0, 3, 1))
    assert counts(folder) == ((0, 1, 0), (0, 3, 0))
    assert begin(make_learner(), quiz).questions == 3
    path.write_text(MATRIX)
    assert counts(folder) == ((0, 1, 0), (1, 3, 0))
    assert begin(make_learner(), quiz).questions == 4
    assert Question.objects.count() == 4


def test_removed_quiz_is_withdrawn_with_its_questions(quiz: Quiz, folder: Path) -> None:
    write_quiz(folder, "another", position=2, questions={"readers": MULTIPLE})
    assert counts(folder) == ((1, 1, 0), (1, 4, 0))
    shutil.rmtree(folder / "quizzes" / "judging")
    assert counts(folder) == ((0, 1, 1), (0, 1, 4))
    assert [one.slug for one in Quiz.objects.filter(published=True)] == ["another"]


def test_command_tells_mistakes_of_quizzes_and_of_all_else_at_once(folder: Path) -> None:
    (folder / "concepts" / "accuracy.md").write_text("no facts")
    with pytest.raises(CommandError) as caught:
        call_command("load_curriculum", folder=folder)
    text = str(caught.value)
    # The command knows the real generators, and majority is one of the tests.
    assert "concepts/accuracy.md:1: Begin the file" in text
    assert "quizzes/judging/share.md:5: There is no generator majority." in text
    assert not Concept.objects.exists()


def test_command_loads_quizzes_after_what_they_name(tmp_path: Path) -> None:
    write_quiz(tmp_path, questions={"readers": MULTIPLE, "counts": MATRIX})
    out = StringIO()
    call_command("load_curriculum", folder=tmp_path, stdout=out)
    assert out.getvalue().splitlines()[-3:-1] == [
        "Quizzes: 1 written, 0 unchanged, 0 withdrawn.",
        "Questions: 2 written, 0 unchanged, 0 withdrawn.",
    ]
    assert Question.objects.filter(concepts__slug="accuracy").count() == 1
    assert not Attempt.objects.exists()


def test_concepts_that_nothing_tests_are_known() -> None:
    load_all()
    tested = Concept.objects.filter(tested=True)
    assert tested.filter(slug="precision").exists()
    assert tested.filter(slug="data-cleaning").exists()  # by a project's check
    Question.objects.update(published=False)
    load_all_texts(whole_content(), [], [])
    assert not tested.filter(slug="precision").exists()
