"""An account goes for good, with everything, and only by its owner's own hand."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Role, User
from apps.checks.results import Outcome
from apps.mentoring.models import Decision, Review, ReviewRequest
from apps.mentoring.services import ask_for_review, write_message
from apps.progress.models import Evidence, ReadMark
from apps.submissions import services as submissions
from apps.submissions.models import Snapshot, Source, StageRun, State, Submission
from apps.submissions.services import submit_project
from roadmap_site.own_data import CHECK_RUNNING, delete_account
from tests.accounts.factors import give_app, log_in_and_prove
from tests.accounts.journey import PASSWORD, log_in
from tests.mentoring.samples import make_cohort, make_mentor, make_pass, make_review
from tests.roadmap_site.test_own_data import evidence_of, read_mark_of
from tests.submissions.samples import make_brief, make_learner, make_submission, zip_of

# Real commits: files and the last mail go only then.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_rate_limits"),
]

URL = "/settings/deletion/"
MAX_GET = 12
# More than a page's usual 25: a statement for each table that names a person. It happens once.
MAX_POST = 60


def person(email: str, role: Role = Role.LEARNER, *, is_superuser: bool = False) -> User:
    user = User.objects.create_user(email, PASSWORD, role=role, is_superuser=is_superuser)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


@pytest.fixture
def learner(settings: Settings, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = tmp_path
    return person("ada@example.org")


def delete(client: Client, user: User, typed: str = "") -> int:
    """From log-in to the typed address; the status of the answer (302: deleted)."""
    log_in_and_prove(client, user)
    return client.post(URL, {"email": typed or user.email}).status_code


def hand_in_zip(learner: User) -> Path:
    submission = submit_project(
        learner=learner, brief=make_brief(), archive=zip_of({"README.md": "hello"})
    )
    now = timezone.now()
    Submission.objects.filter(pk=submission.pk).update(
        state=State.FINISHED, outcome=Outcome.PASSED, finished=now, charged=True
    )
    return Path(submission.archive.path)


def test_account_is_deleted_with_everything(client: Client, learner: User) -> None:
    archive = hand_in_zip(learner)
    StageRun.objects.create(
        submission=Submission.objects.get(), delivery=1, stage="tests", status="passed"
    )
    read_mark_of(learner)
    evidence_of(learner)
    log_in_and_prove(client, learner)
    give_app(learner)
    elsewhere = Client()
    elsewhere.force_login(learner)
    mail.outbox.clear()

    answer = client.post(URL, {"email": " ADA@example.org "})

    assert answer["Location"] == reverse("home")
    assert "Your account is deleted." in client.get("/").content.decode()
    assert "_auth_user_id" not in client.session
    everything: list[type[models.Model]] = [
        User, EmailAddress, Submission, StageRun, ReadMark, Evidence
    ]  # fmt: skip
    assert not any(model._default_manager.exists() for model in everything)
    assert not archive.exists()
    left = [session.get_decoded() for session in Session.objects.all()]
    assert not any("_auth_user_id" in one or "ada@" in str(one) for one in left)
    assert elsewhere.get(reverse("projects"))["Location"].startswith(reverse("account_login"))
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "Your account was deleted")


def test_reviews_go_with_the_learner_and_lose_their_name_with_the_mentor(
    client: Client, learner: User
) -> None:
    mentor, other = make_mentor(), make_learner("Bob")
    make_cohort(learner, other, mentor=mentor)
    brief = make_brief()
    reviews = [
        make_review(make_pass(person, brief), mentor, Decision.APPROVED)
        for person in (learner, other)
    ]
    write_message(review=reviews[0], author=learner, text="Thank you.")
    waiting = make_pass(learner, brief)
    ask_for_review(submission=waiting)

    delete_account(user=learner)
    assert list(Review.objects.all()) == [reviews[1]]
    assert not ReviewRequest.objects.exists()
    assert Snapshot.objects.count() == 1
    delete_account(user=mentor)
    assert Review.objects.get().mentor_name == "A former mentor"


def test_deletion_leaves_others_as_they_are(client: Client, learner: User) -> None:
    other = person("bob@example.org")
    kept = make_submission(other, make_brief(), outcome=Outcome.PASSED)
    elsewhere = Client()
    elsewhere.force_login(other)
    assert delete(client, learner) == 302
    assert Submission.objects.get() == kept
    assert elsewhere.get(reverse("projects")).status_code == 200


@pytest.mark.parametrize("typed", ["yes", "bob@example.org", "x" * 300, "ada@example.org\x00"])
def test_deletion_needs_the_address_typed(client: Client, learner: User, typed: str) -> None:
    assert delete(client, learner, typed) == 422
    assert User.objects.filter(pk=learner.pk).exists()
    assert client.post(URL).status_code == 422
    assert User.objects.filter(pk=learner.pk).exists()


def test_deletion_needs_the_password(client: Client, learner: User) -> None:
    log_in(client, learner.email)
    for answer in (client.get(URL), client.post(URL, {"email": learner.email})):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": "a lantern on the path"})
    assert User.objects.filter(pk=learner.pk).exists()


def test_reading_the_page_deletes_nothing(client: Client, learner: User) -> None:
    log_in_and_prove(client, learner)
    page = client.get(URL, {"email": learner.email})
    assert page.status_code == 200
    assert "What is removed" in page.content.decode()
    assert User.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_deletion_waits_for_a_running_check(client: Client, learner: User, state: State) -> None:
    one = make_submission(learner, make_brief())
    if state is State.RUNNING:
        Submission.objects.filter(pk=one.pk).update(
            state=state, lease_token="0" * 32, lease_expires=timezone.now()
        )
    assert delete(client, learner) == 422
    page = client.get(URL).content.decode()
    assert CHECK_RUNNING in page
    assert "Delete my account" not in page
    assert Submission.objects.filter(pk=one.pk).exists()


def test_last_of_staff_stays(client: Client) -> None:
    staff = person("one@example.org", Role.STAFF)
    User.objects.create_user("gone@example.org", role=Role.STAFF, is_active=False)
    assert delete(client, staff) == 422
    assert "You are the only one who can do what staff do" in client.get(URL).content.decode()
    person("two@example.org", Role.STAFF)
    assert client.post(URL, {"email": staff.email}).status_code == 302


def test_last_superuser_stays_though_staff_are_left(client: Client) -> None:
    root = person("root@example.org", Role.STAFF, is_superuser=True)
    person("two@example.org", Role.STAFF)
    assert delete(client, root) == 422


def test_archive_that_is_gone_already_does_no_harm(client: Client, learner: User) -> None:
    hand_in_zip(learner).unlink()
    assert delete(client, learner) == 302


def test_mail_server_that_is_down_brings_nothing_back(
    client: Client, learner: User, settings: Settings
) -> None:
    archive = hand_in_zip(learner)
    log_in_and_prove(client, learner)
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1},
        }
    }
    assert client.post(URL, {"email": learner.email}).status_code == 302
    assert not User.objects.filter(pk=learner.pk).exists()
    assert not archive.exists()


def test_hand_in_that_comes_too_late_is_refused_and_leaves_no_file(
    learner: User, tmp_path: Path
) -> None:
    brief = make_brief()
    late = User.objects.get(pk=learner.pk)
    delete_account(user=learner)
    with pytest.raises(submissions.Refused, match="Your account was deleted a moment ago"):
        submit_project(learner=late, brief=brief, archive=zip_of({"README.md": "hello"}))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_half_a_log_in_is_forgotten_too(learner: User) -> None:
    """A session between password and code names the person without being theirs."""
    give_app(learner)
    client = Client()
    client.post(reverse("account_login"), {"login": learner.email, "password": PASSWORD})
    assert "ada@example.org" in str(client.session.items())
    delete_account(user=learner)
    assert not Session.objects.exists()


@pytest.mark.parametrize("tries", [3, 300])
def test_deletion_asks_the_database_little(client: Client, learner: User, tries: int) -> None:
    brief = make_brief()
    for number in range(tries):
        one = make_submission(
            learner,
            brief,
            outcome=Outcome.PASSED,
            source=Source.ARCHIVE,
            url="",
            archive=f"submissions/{number}.zip",
        )
        StageRun.objects.create(submission=one, delivery=1, stage="tests", status="passed")
        evidence_of(learner, str(number))
    log_in_and_prove(client, learner)
    with CaptureQueriesContext(connection) as asked:
        client.get(URL)
    assert len(asked) <= MAX_GET
    with CaptureQueriesContext(connection) as asked:
        assert client.post(URL, {"email": learner.email}).status_code == 302
    assert len(asked) <= MAX_POST


def admin_delete(client: Client, user: User) -> int:
    url = reverse("admin:accounts_user_delete", args=[user.pk])
    client.get(url)
    return client.post(url, {"post": "yes"}).status_code


def test_superuser_deletes_a_learner_with_everything(client: Client, learner: User) -> None:
    archive = hand_in_zip(learner)
    root = person("root@example.org", Role.STAFF, is_superuser=True)
    client.force_login(root)
    change = reverse("admin:accounts_user_change", args=[learner.pk])
    client.post(change, {"name": "Ada", "role": "mentor", "extra_time": "0", "is_active": "on"})
    assert admin_delete(client, learner) == 302
    assert not Submission.objects.exists()
    assert not archive.exists()
    (entry,) = LogEntry.objects.all()
    assert (entry.user, entry.object_repr, entry.object_id) == (
        root,
        "An account, with all that belonged to it",
        None,
    )
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


def test_superuser_deletes_nobody_whose_check_runs(client: Client, learner: User) -> None:
    make_submission(learner, make_brief())
    client.force_login(person("root@example.org", Role.STAFF, is_superuser=True))
    assert admin_delete(client, learner) == 403
    assert User.objects.filter(pk=learner.pk).exists()


def test_admin_deletes_people_one_at_a_time(client: Client, learner: User) -> None:
    client.force_login(person("root@example.org", Role.STAFF, is_superuser=True))
    form = {"action": "delete_selected", "_selected_action": learner.pk, "post": "yes"}
    client.post(reverse("admin:accounts_user_changelist"), form)
    assert User.objects.filter(pk=learner.pk).exists()
