"""Text that is not published yet, as staff see it."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.accounts.models import Role, User
from apps.curriculum.models import Lesson
from tests.curriculum.conftest import folder, write_lesson  # noqa: F401
from tests.submissions.samples import make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, settings: LazySettings, folder: Path) -> Client:  # noqa: F811
    settings.PREVIEW_FOLDER = folder
    settings.RENDER_CACHE = None
    write_lesson(folder, "a-line", position=1, body="## Why\n\nBecause **so**.\n")
    person = User.objects.create_user("staff@example.org", "correct horse", role=Role.STAFF)
    client.force_login(person)
    return client


def html(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_folder_is_shown_without_being_loaded(staff: Client) -> None:
    page = html(staff, "/preview/")
    assert "Nothing to mend" in page
    assert 'href="/preview/lesson/a-line/"' in page
    assert "Because <strong>so</strong>" in html(staff, "/preview/lesson/a-line/")
    assert "data-dictionary" not in html(staff, "/preview/project/house-prices/").split("<main")[0]
    assert Lesson.objects.count() == 0


def test_what_is_wrong_is_told_beside_what_can_be_shown(
    staff: Client,
    folder: Path,  # noqa: F811
) -> None:
    write_lesson(folder, "a-line", position=1, body="See [it](lesson:nowhere).\n")
    write_lesson(folder, "a-curve", position=2, body="# Wrong\n")
    page = html(staff, "/preview/")
    assert "There is no lesson nowhere. Write it, or link to another." in page
    assert "Begin headings with ##." in page
    text = html(staff, "/preview/lesson/a-line/")
    assert "There is no lesson nowhere." in text
    assert staff.get("/preview/lesson/a-curve/").status_code == 404  # it cannot be shown


@pytest.mark.parametrize("url", ["/preview/lesson/nothing/", "/preview/step/a-line/"])
def test_text_that_is_not_there_is_404(staff: Client, url: str) -> None:
    assert staff.get(url).status_code == 404


def test_preview_is_for_staff(staff: Client, client: Client) -> None:
    assert 'href="/preview/"' in html(staff, "/steps/")
    client.force_login(make_learner())
    assert client.get("/preview/").status_code == 404
    assert client.get("/preview/lesson/a-line/").status_code == 404


def test_without_a_folder_there_is_no_preview(staff: Client, settings: LazySettings) -> None:
    settings.PREVIEW_FOLDER = None
    assert staff.get("/preview/").status_code == 404
    assert 'href="/preview/"' not in html(staff, "/steps/")
