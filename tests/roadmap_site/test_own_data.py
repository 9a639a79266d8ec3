"""The download: everything about one person, nothing secret, nothing of anybody else."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import NotificationKind, Role, User
from apps.accounts.services import notify
from apps.checks.results import Outcome
from apps.curriculum.models import Concept, Lesson, Step
from apps.exercises.models import Run
from apps.progress.models import EvidenceSource
from apps.progress.services import (
    choose_plan,
    mark_read,
    pause_plan,
    record_evidence,
    record_pass,
)
from apps.submissions.models import StageRun, Submission
from roadmap_site.own_data import own_data, write_own_data
from tests.accounts.factors import SECRET, give_app
from tests.submissions.samples import (
    EVIL,
    count_queries,
    make_brief,
    make_learner,
    make_submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_rate_limits")]

URL = "/settings/own-data.json"
QUERIES_BESIDES = 5  # the session, the person, content types
DOWNLOADS_PER_TEN_MINUTES = 5
# Not in the download, and why.
ELSEWHERE = {
    "account.EmailConfirmation": "a link that was sent, gone within days",
    "admin.LogEntry": "what staff did; what was done to the person is in changes_by_staff",
    "accounts.User_groups": "unused",
    "accounts.User_user_permissions": "unused",
}


@pytest.fixture
def learner() -> User:
    learner = make_learner("Ada")
    EmailAddress.objects.create(user=learner, email=learner.email, primary=True, verified=True)
    return learner


def read_mark_of(learner: User) -> None:
    step = Step.objects.create(
        slug="s", title="S", content_hash="", position=1, months="1", summary="", intro_html=""
    )
    lesson = Lesson.objects.create(
        slug="vectors", title="V", content_hash="", step=step, position=1, summary="", minutes=5,
        last_reviewed=timezone.now().date(), body_html="", version="1",
    )  # fmt: skip
    mark_read(learner=learner, lesson=lesson)


def evidence_of(learner: User, key: str = "k") -> None:
    Concept.objects.get_or_create(slug="testing", defaults={"title": "T", "content_hash": ""})
    record_evidence(
        learner=learner,
        source=EvidenceSource.PROJECT,
        key=key,
        concepts=["testing"],
        score=0.5,
        title="House prices: tests",
        attempt=1,
        url="/submissions/x/",
        at=timezone.now(),
    )


def with_everything(learner: User) -> Submission:
    one = make_submission(learner, make_brief(), outcome=Outcome.FAILED)
    StageRun.objects.create(
        submission=one, delivery=1, stage="repository", status="passed", log="one line"
    )
    give_app(learner)
    read_mark_of(learner)
    evidence_of(learner)
    choose_plan(learner=learner, start=timezone.localdate(), hours_a_week=10)
    pause_plan(learner=learner, today=timezone.localdate())
    record_pass(learner=learner, brief=one.brief, at=timezone.now())
    lesson = Lesson.objects.get(slug="vectors")
    Run.objects.create(learner=learner, lesson=lesson, block=1, code="a = 1")
    notify(person=learner, kind=NotificationKind.CHECK_FINISHED, title="Done", url="/")
    return one


def download(client: Client, learner: User) -> dict[str, Any]:
    client.force_login(learner)
    content = b"".join(client.get(URL))
    document: dict[str, Any] = json.loads(content)
    return document


def test_download_holds_everything(client: Client, learner: User) -> None:
    one = with_everything(learner)
    answer = client.get(URL)
    assert answer["Location"].startswith(reverse("account_login"))
    document = download(client, learner)
    assert (document["format"], document["version"]) == ("milepost-own-data", 1)
    (account,) = document["account"]
    assert (account["email"], account["name"]) == (learner.email, "Ada")
    assert account["repository_token"] == learner.repository_token
    assert document["email_addresses"] == [
        {"email": learner.email, "verified": True, "primary": True}
    ]
    assert [factor["type"] for factor in document["second_factors"]] == ["totp", "recovery_codes"]
    (submission,) = document["submissions"]
    assert (submission["public_id"], submission["project"]) == (one.public_id, one.brief_id)
    assert submission["document"] == one.result
    (stage,) = document["submission_stages"]
    assert (stage["of"], stage["log"]) == (one.public_id, "one line")
    assert [mark["lesson_slug"] for mark in document["read_marks"]] == ["vectors"]
    assert [piece["concept_slug"] for piece in document["evidence"]] == ["testing"]
    assert [plan["hours_a_week"] for plan in document["learning_plan"]] == [10]
    assert len(document["pauses"]) == 1
    assert [passed["project"] for passed in document["passed_projects"]] == [one.brief_id]
    assert [told["title"] for told in document["notifications"]] == ["Done"]
    (run,) = document["code_runs"]
    assert (run["lesson_slug"], run["code"], run["result"]) == ("vectors", "a = 1", None)


def test_download_is_an_attachment_that_no_one_keeps(client: Client, learner: User) -> None:
    client.force_login(learner)
    answer = client.get(URL)
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="milepost.json"'
    assert "no-store" in answer["Cache-Control"]
    assert client.post(URL).status_code == 405


def test_download_holds_no_secret(client: Client, learner: User) -> None:
    codes = give_app(learner)
    Authenticator.objects.create(
        user=learner, type="webauthn", data={"name": "phone", "credential": {"id": "hush"}}
    )
    client.force_login(learner)
    text = b"".join(client.get(URL)).decode()
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    session = client.session.session_key
    assert "phone" in text
    for secret in (learner.password, SECRET, seed, session, "hush", *codes):
        assert str(secret) not in text


def test_download_leaves_out_what_speaks_to_the_operator(client: Client, learner: User) -> None:
    make_submission(learner, make_brief(), outcome=Outcome.PLATFORM_ERROR)
    (submission,) = download(client, learner)["submissions"]
    assert submission["document"] is None


def test_download_holds_nothing_of_others(client: Client, learner: User) -> None:
    other = make_learner("Eve")
    one = with_everything(other)
    document = download(client, learner)
    filled = {name for name, rows in document.items() if isinstance(rows, list) and rows}
    assert filled == {"account", "email_addresses"}
    assert one.public_id not in json.dumps(document)


def test_download_survives_hostile_text(client: Client, learner: User) -> None:
    text = EVIL.replace("\x00", "") + '"]}</script>\\'
    make_submission(learner, make_brief(), outcome=Outcome.FAILED, verdict=text)
    assert download(client, learner)["submissions"][0]["verdict"] == text


def test_changes_by_staff_are_told_without_their_name(client: Client, learner: User) -> None:
    staff = User.objects.create_user("root@example.com", role=Role.STAFF, is_superuser=True)
    client.force_login(staff)
    url = reverse("admin:accounts_user_change", args=[learner.pk])
    client.post(url, {"name": "Ada", "role": "mentor", "extra_time": "0", "is_active": "on"})
    (change,) = download(client, learner)["changes_by_staff"]
    assert "Role" in change["change_message"]
    assert set(change) == {"action_time", "change_message"}


@pytest.mark.parametrize("tries", [3, 300])
def test_download_asks_the_database_little(client: Client, learner: User, tries: int) -> None:
    brief = make_brief()
    for number in range(tries):
        one = make_submission(learner, brief, outcome=Outcome.FAILED)
        StageRun.objects.create(submission=one, delivery=1, stage="tests", status="passed")
        evidence_of(learner, str(number))
    client.force_login(learner)
    sections = len(own_data(learner=learner))
    assert count_queries(client, URL) <= sections + QUERIES_BESIDES


def test_download_keeps_few_rows_in_memory(learner: User, tmp_path: Path) -> None:
    """300 results of 100 KB are 30 MB of text, and several times that as objects."""
    brief = make_brief()
    for _ in range(300):
        make_submission(
            learner, brief, outcome=Outcome.FAILED, result={"lines": ["x" * 100] * 1000}
        )
    path = tmp_path / "data.json"
    tracemalloc.start()
    with path.open("wb") as file:
        write_own_data(learner=learner, file=file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 30_000_000
    assert peak < 20_000_000
    assert len(json.loads(path.read_bytes())["submissions"]) == 300


def test_downloads_are_limited(client: Client, learner: User) -> None:
    client.force_login(learner)
    statuses = [client.get(URL).status_code for _ in range(DOWNLOADS_PER_TEN_MINUTES + 1)]
    assert statuses == [200] * DOWNLOADS_PER_TEN_MINUTES + [429]


def test_no_model_that_hangs_on_a_person_is_forgotten(learner: User) -> None:
    """Whoever adds one either puts it in its app's ``own_data`` or says here why not."""
    known = {
        "account.EmailAddress": "email_addresses",
        "mfa.Authenticator": "second_factors",
        "progress.ReadMark": "read_marks",
        "progress.Evidence": "evidence",
        "progress.LearningPlan": "learning_plan",
        "progress.PassedProject": "passed_projects",
        "progress.Recall": "recalls",
        "accounts.Notification": "notifications",
        "exercises.Run": "code_runs",
        "quizzes.Attempt": "quiz_attempts",
        "submissions.Submission": "submissions",
        "mentoring.Membership": "memberships",
        "mentoring.Cohort_mentors": "cohorts_mentored",
        "mentoring.InviteLink": "invite_links",
        "mentoring.Review": "reviews_given",
        "mentoring.Message": "review_messages",
    }
    hanging = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }
    assert hanging - {"account.EmailConfirmation"} == known.keys() | ELSEWHERE.keys() - {
        "account.EmailConfirmation"
    }
    assert set(known.values()) <= own_data(learner=learner).keys()
