import threading
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, queries
from apps.submissions.models import State, Submission
from apps.submissions.services import Refused, cancel_submission, submit_project
from tests.submissions.samples import URL, make_brief, make_learner, make_submission, zip_of


def uploads() -> list[Path]:
    return list(Path(settings.MEDIA_ROOT).glob("submissions/*"))


def test_submit_project_queues_the_first_try(learner: User, brief: ProjectBrief) -> None:
    submission = submit_project(learner=learner, brief=brief, url=URL)
    submission.refresh_from_db()
    assert (submission.state, submission.number, submission.url) == ("queued", 1, URL)
    assert submission.sent_at is not None


def test_submit_project_keeps_a_zip_under_a_name_of_ours(
    learner: User, brief: ProjectBrief
) -> None:
    archive = zip_of({"milepost.toml": ""})
    archive.name = "my ../houses.zip"
    submission = submit_project(learner=learner, brief=brief, archive=archive)
    path = Path(submission.archive.path)
    assert path.parent == Path(settings.MEDIA_ROOT) / "submissions"
    assert len(path.stem) == 32
    assert path.read_bytes().startswith(b"PK")
    path.unlink()


@pytest.mark.django_db(transaction=True)
def test_submit_project_sends_the_id_on_commit(learner: User, brief: ProjectBrief) -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.flushdb()
    submit_project(learner=learner, brief=brief, url=URL)
    # Sent by a thread of its own: within the time that BLPOP waits, usually in milliseconds.
    assert broker.blpop(["checks"], timeout=10) is not None


def test_submit_project_refuses_a_second_one_in_progress(
    learner: User, brief: ProjectBrief
) -> None:
    submit_project(learner=learner, brief=brief, url=URL)
    other = make_brief("spam-email-classifier")
    with pytest.raises(Refused, match="is being checked"):
        submit_project(learner=learner, brief=other, url=URL)


def test_submit_project_leaves_no_file_behind_when_refused(
    learner: User, brief: ProjectBrief
) -> None:
    submit_project(learner=learner, brief=brief, url=URL)
    before = uploads()
    with pytest.raises(Refused):
        submit_project(learner=learner, brief=brief, archive=zip_of({"a": ""}))
    assert uploads() == before


def test_submit_project_refuses_after_five_counted_attempts(
    learner: User, brief: ProjectBrief
) -> None:
    for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.TIMEOUT, Outcome.DISK_LIMIT):
        make_submission(learner, brief, outcome=outcome)
    make_submission(learner, brief, outcome=Outcome.INVALID_SUBMISSION)
    make_submission(learner, brief, outcome=Outcome.PLATFORM_ERROR)
    make_submission(learner, brief, outcome=Outcome.CANCELLED)
    fifth = submit_project(learner=learner, brief=brief, url=URL)
    assert fifth.number == 8
    fifth.delete()
    make_submission(learner, brief, outcome=Outcome.FAILED)
    with pytest.raises(Refused, match="today's 5 attempts"):
        submit_project(learner=learner, brief=brief, url=URL)


def test_submit_project_counts_per_project_and_learner(learner: User, brief: ProjectBrief) -> None:
    for _ in range(5):
        make_submission(learner, brief, outcome=Outcome.FAILED)
    submit_project(learner=make_learner(), brief=brief, url=URL)
    submit_project(learner=learner, brief=make_brief("spam-email-classifier"), url=URL)


def test_attempts_today_forgets_those_before_midnight_utc(
    learner: User, brief: ProjectBrief
) -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    make_submission(learner, brief, outcome=Outcome.FAILED, created=midnight)
    yesterday = midnight - timedelta(microseconds=1)
    make_submission(learner, brief, outcome=Outcome.FAILED, created=yesterday)
    assert queries.attempts_today(learner=learner, brief=brief) == 1


@pytest.mark.django_db(transaction=True)
def test_submit_project_accepts_one_of_many_at_once(learner: User, brief: ProjectBrief) -> None:
    accepted: list[Submission] = []
    refused: list[str] = []
    gate = threading.Barrier(6)

    def submit() -> None:
        gate.wait()
        try:
            accepted.append(submit_project(learner=learner, brief=brief, url=URL))
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(accepted), len(refused)) == (1, 5)
    assert Submission.objects.count() == 1


def test_database_refuses_a_second_one_in_progress(learner: User, brief: ProjectBrief) -> None:
    make_submission(learner, brief)
    with pytest.raises(IntegrityError, match="one_in_progress"), transaction.atomic():
        make_submission(learner, brief)


def test_database_refuses_both_sources(learner: User, brief: ProjectBrief) -> None:
    with pytest.raises(IntegrityError, match="exactly_its_source"), transaction.atomic():
        make_submission(learner, brief, archive="submissions/a.zip")


def test_cancel_submission_closes_a_queued_one(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    assert cancel_submission(submission)
    submission.refresh_from_db()
    assert (submission.state, submission.outcome) == (State.FINISHED, Outcome.CANCELLED)
    assert submission.charged is False
    assert delivery.claim(submission_id=submission.pk) is None


def test_cancel_submission_asks_the_worker_of_a_running_one(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    assert delivery.cancel_requested(lease) is False
    assert cancel_submission(submission)
    assert delivery.cancel_requested(lease) is True


def test_cancel_submission_leaves_a_finished_one(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief, outcome=Outcome.PASSED)
    assert not cancel_submission(submission)
    submission.refresh_from_db()
    assert submission.outcome == Outcome.PASSED
