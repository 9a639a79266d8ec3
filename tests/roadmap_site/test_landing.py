"""What a visitor meets: counted content, one open lesson, and room for one question."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.curriculum.loader import load_content
from apps.curriculum.models import Lesson, ProjectBrief, Step
from roadmap_site.landing import landing_of_today, open_today
from tests.content import whole_content
from tests.submissions.samples import count_queries, make_brief

pytestmark = pytest.mark.django_db


@pytest.fixture
def content() -> None:
    load_content(whole_content())


def text_of(client: Client) -> str:
    return client.get("/").content.decode()


@pytest.mark.parametrize(
    ("lessons", "projects", "expected"),
    [
        (0, 0, "Nothing is open on this installation yet. The road shows where it will lead."),
        (1, 0, "Open today: 1 lesson. The road shows where it leads."),
        (0, 1, "Open today: 1 project with its whole check. The road shows where it leads."),
        (
            3,
            2,
            "Open today: 3 lessons and 2 projects, each with its whole check. "
            "The road shows where it leads.",
        ),
    ],
)
def test_open_today_says_what_is_there(lessons: int, projects: int, expected: str) -> None:
    assert open_today(lessons=lessons, projects=projects) == expected


@pytest.mark.usefixtures("content")
def test_landing_counts_what_can_be_opened(client: Client) -> None:
    lessons = Lesson.objects.count()
    projects = ProjectBrief.objects.filter(checked=True).count()
    assert landing_of_today().open_today == open_today(lessons=lessons, projects=projects)
    assert f"Open today: {lessons} lessons" in text_of(client)
    brief = make_brief("no-checker-yet")
    ProjectBrief.objects.filter(pk=brief.pk).update(checked=False)
    Lesson.objects.filter(slug="self-attention").update(published=False)
    assert landing_of_today().open_today == open_today(lessons=lessons - 1, projects=projects)
    Step.objects.update(published=False)  # and with them their lessons
    ProjectBrief.objects.update(published=False)
    assert "Nothing is open on this installation yet" in text_of(client)


@pytest.mark.usefixtures("content")
def test_landing_leads_to_the_open_lesson(client: Client) -> None:
    page = text_of(client)
    lesson = Lesson.objects.get(open=True)
    assert page.count(f'href="/lessons/{lesson.slug}/"') == 2
    assert f"Read it, {lesson.minutes} minutes" in page
    assert client.get(f"/lessons/{lesson.slug}/").status_code == 200
    assert 'id="question"' not in page
    Lesson.objects.update(open=False)
    assert "Try it without an account" not in text_of(client)


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("more", [0, 300])
def test_landing_asks_the_database_little(client: Client, more: int) -> None:
    step = Step.objects.get(slug="deep-learning")
    today = timezone.now().date()
    Lesson.objects.bulk_create(
        Lesson(slug=f"l-{n}", title="L", step=step, position=9, minutes=5, last_reviewed=today,
               open=True)
        for n in range(more)
    )  # fmt: skip
    assert count_queries(client, "/") == 4


def test_question_has_its_place(rf: RequestFactory) -> None:
    question = {
        "stem": "<p>What is the recall?</p>",
        "template": "components/empty.html",
        "input": {},
        "url": "/question/",
    }
    context = {"landing": landing_of_today(), "question": question}
    page = render_to_string("landing.html", context, rf.get("/"))
    assert '<form class="stack" method="post" action="/question/#question" novalidate>' in page
    assert "<p>What is the recall?</p>" in page
    assert "csrfmiddlewaretoken" in page
    verdict = {"state": "failed", "word": "Not right", "explanation": "<p>It is 0.5.</p>"}
    context["question"] = question | {"verdict": verdict}
    page = render_to_string("landing.html", context, rf.get("/"))
    assert "<p>It is 0.5.</p>" in page
    assert "Sign up for the others" in page
