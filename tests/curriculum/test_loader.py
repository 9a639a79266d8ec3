"""Loading twice is loading once; what goes away is withdrawn, never deleted."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from apps.curriculum.content import read_content
from apps.curriculum.loader import load_content
from apps.curriculum.models import Concept, Lesson, ProjectBrief, Teaching
from apps.curriculum.queries import published_briefs, readable_briefs
from tests.curriculum.conftest import write_concept, write_lesson, write_project

pytestmark = pytest.mark.django_db


def load(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("load_curriculum", *options, folder=folder, stdout=out)
    lines = out.getvalue().splitlines()
    return next(line for line in lines if line.startswith(("Project briefs: ", "Sound: ")))


def counts(*, written: int = 0, unchanged: int = 0, withdrawn: int = 0) -> str:
    return f"Project briefs: {written} written, {unchanged} unchanged, {withdrawn} withdrawn."


def test_loading_again_writes_nothing(
    folder: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert load(folder) == counts(written=1)
    row = ProjectBrief.objects.values().get()
    content = read_content(folder)
    with django_assert_num_queries(
        7
    ) as queries:  # a savepoint, four kinds, the search, its release
        load_content(content)
    assert not [q for q in queries.captured_queries if "UPDATE" in q["sql"] or "INSERT" in q["sql"]]
    assert load(folder) == counts(unchanged=1)
    assert ProjectBrief.objects.values().get() == row


def test_changed_text_is_written(folder: Path) -> None:
    load(folder)
    path = folder / "projects" / "house-prices" / "brief.md"
    path.write_text(path.read_text().replace("Predict prices.", "Predict better."))
    assert load(folder) == counts(written=1)
    assert "Predict better." in ProjectBrief.objects.get().brief_html


def test_removed_project_is_withdrawn_and_comes_back(folder: Path) -> None:
    write_project(folder, "spam-mail", position=2)
    load(folder)
    key = ProjectBrief.objects.get(slug="spam-mail").pk
    shutil.rmtree(folder / "projects" / "spam-mail")

    assert load(folder) == counts(unchanged=1, withdrawn=1)
    assert load(folder) == counts(unchanged=1)
    assert not readable_briefs().filter(slug="spam-mail").exists()
    assert [brief.slug for brief in readable_briefs()] == ["house-prices"]

    write_project(folder, "spam-mail", position=2)
    assert load(folder) == counts(written=1, unchanged=1)
    assert readable_briefs().get(slug="spam-mail").pk == key


def test_wrong_content_leaves_the_database_as_it_was(folder: Path) -> None:
    load(folder)
    write_project(folder, "spam-mail", position=1)
    with pytest.raises(CommandError, match="position 1 is also that of") as caught:
        load(folder)
    assert str(caught.value).endswith("\n1 to mend; nothing was loaded.")
    assert ProjectBrief.objects.get().slug == "house-prices"


def test_check_says_what_is_sound_and_loads_nothing(
    folder: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert load(folder, "--check") == (
            "Sound: 2 concepts, 1 steps, 1 lessons, 1 project briefs, 0 quizzes with 0 questions, "
            "0 exercises, 0 bullets of the roadmap."
        )


def test_list_reads_the_same_number_of_queries_for_any_number_of_briefs(
    folder: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for position in (2, 3):
        write_project(folder, f"project-{position}", position=position)
    load(folder)
    with django_assert_num_queries(1):
        titles = [(brief.slug, brief.title, brief.summary) for brief in readable_briefs()]
    assert len(titles) == 3


def test_concepts_are_connected(folder: Path) -> None:
    load(folder)
    rmse = Concept.objects.get(slug="rmse")
    assert [one.slug for one in rmse.requires.all()] == ["linear-regression"]
    lesson = Lesson.objects.get(slug="a-line")
    assert [one.slug for one in lesson.concepts.all()] == ["linear-regression"]
    brief = ProjectBrief.objects.get()
    assert {one.slug for one in brief.concepts.all()} == {"linear-regression", "rmse"}

    write_concept(folder, "rmse")
    path = folder / "steps" / "regression" / "a-line.md"
    path.write_text(
        path.read_text().replace('["linear-regression"]', '["rmse", "linear-regression"]')
    )
    load(folder)
    assert list(rmse.requires.all()) == []
    taught = Teaching.objects.filter(lesson=lesson).values_list("concept__slug", flat=True)
    assert list(taught) == ["rmse", "linear-regression"]


def test_renamed_lesson_is_the_same_row(folder: Path) -> None:
    load(folder)
    key = Lesson.objects.get().pk
    old = folder / "steps" / "regression" / "a-line.md"
    old.rename(old.with_name("lines.md"))
    path = old.with_name("lines.md")
    path.write_text(path.read_text().replace("minutes", 'formerly = ["a-line"]\nminutes'))
    load(folder)
    lesson = Lesson.objects.get()
    assert (lesson.pk, lesson.slug, lesson.published) == (key, "lines", True)


def test_removed_lesson_stays_unpublished(folder: Path) -> None:
    write_lesson(folder, "b-line", position=2)
    load(folder)
    (folder / "steps" / "regression" / "b-line.md").unlink()
    load(folder)
    assert dict(Lesson.objects.values_list("slug", "published")) == {
        "a-line": True,
        "b-line": False,
    }


def test_project_without_a_check_is_only_read(folder: Path) -> None:
    write_project(folder, "house-price-prediction", position=2)
    load(folder)
    assert [brief.slug for brief in published_briefs()] == ["house-price-prediction"]
    assert ProjectBrief.objects.filter(checked=False).get().slug == "house-prices"
