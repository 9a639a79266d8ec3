"""The pipeline in this process: what needs no sandbox. Workers and kills: ``test_worker.py``."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection

from apps.accounts.models import User
from apps.checks.results import Outcome, to_json
from apps.curriculum.models import Concept, ProjectBrief
from apps.progress.models import Evidence, EvidenceSource
from apps.submissions import delivery, pipeline
from apps.submissions.heartbeat import Heartbeat
from apps.submissions.live import LiveRecord
from apps.submissions.models import State, Submission
from apps.submissions.services import submit_project
from tests.submissions.samples import SLUG, make_result, make_submission, zip_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def submission(learner: User, brief: ProjectBrief) -> Iterator[Submission]:
    """A zip whose manifest names no commands."""
    manifest = f'[project]\nslug = "{SLUG}"\ntoken = "{learner.repository_token}"\n'
    archive = zip_of({"milepost.toml": manifest, "houses.py": "print(1)\n"})
    made = submit_project(learner=learner, brief=brief, archive=archive)
    yield made
    made.archive.delete(save=False)


def test_check_ends_an_unusable_repository_uncharged(submission: Submission) -> None:
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.outcome) == (State.FINISHED, Outcome.INVALID_SUBMISSION)
    assert submission.charged is False
    assert "milepost.toml" in submission.verdict
    assert submission.result is not None
    assert submission.result["outcome"] == "invalid_submission"
    statuses = dict(submission.stages.values_list("stage", "status"))
    assert statuses["repository"] == "failed"
    assert set(statuses.values()) == {"failed", "not_run"}


def test_check_of_a_finished_one_changes_nothing(submission: Submission) -> None:
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    before = (submission.finished, submission.delivery)
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.finished, submission.delivery) == before


def test_check_reads_a_stored_result_instead_of_running_again(submission: Submission) -> None:
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    delivery.store_result(lease, document=to_json(make_result(Outcome.PASSED)))
    delivery.give_back(lease)
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.outcome, submission.charged) == (Outcome.PASSED, True)
    assert submission.stages.count() == 0


@pytest.mark.parametrize(("outcome", "score"), [(Outcome.PASSED, 1.0), (Outcome.FAILED, 0.0)])
def test_verdict_becomes_evidence_once(
    submission: Submission, outcome: Outcome, score: float
) -> None:
    for slug in ("reproducibility", "regression-metrics"):
        Concept.objects.create(slug=slug, title=slug)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    assert pipeline.conclude(lease, make_result(outcome))
    assert not pipeline.conclude(lease, make_result(outcome))
    submission.refresh_from_db()

    # What did not run shows nothing; a concept that does not exist is passed over.
    (evidence,) = Evidence.objects.select_related("concept")
    assert evidence.concept.slug == "reproducibility"
    assert (evidence.learner, evidence.source, evidence.score) == (
        submission.learner,
        EvidenceSource.PROJECT,
        score,
    )
    assert evidence.title == ("House price prediction: The README tells a stranger what they need")
    assert evidence.attempt == submission.number
    assert evidence.url == f"/submissions/{submission.public_id}/#check-readme"
    assert evidence.at == submission.finished


def test_check_with_an_unreadable_stored_result_is_our_fault(submission: Submission) -> None:
    Submission.objects.update(result={"schema_version": 99}, delivery=2)
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.outcome, submission.code) == ("platform_error", "result_unreadable")


def test_fault_of_ours_is_tried_three_times_and_not_charged(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief, source="archive", url="", archive="gone.zip")
    for number in (1, 2):
        pipeline.check(submission_id=submission.pk)
        submission.refresh_from_db()
        assert (submission.state, submission.delivery) == (State.QUEUED, number)
    pipeline.check(submission_id=submission.pk)
    submission.refresh_from_db()
    assert (submission.outcome, submission.charged) == (Outcome.PLATFORM_ERROR, False)


def test_heartbeat_renews_while_its_process_is_busy(
    learner: User, brief: ProjectBrief, settings: LazySettings
) -> None:
    settings.CHECKS_LEASE_S = 3
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    until = time.monotonic() + 7
    with Heartbeat(lease, LiveRecord(lease)) as heartbeat:
        while time.monotonic() < until:  # busy: the interpreter is never given away by choice
            sum(range(10_000))
        assert delivery.sweep() == []
        assert not heartbeat.stopped()


def test_heartbeat_notices_a_cancellation(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    with Heartbeat(lease, LiveRecord(lease)) as heartbeat:
        delivery.request_cancel(submission_id=submission.pk)
        assert becomes_true(heartbeat.stopped)


def test_heartbeat_notices_a_lost_lease(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    with Heartbeat(lease, LiveRecord(lease)) as heartbeat:
        delivery.give_back(lease)
        assert becomes_true(heartbeat.stopped)


def test_heartbeat_survives_dropped_connections_and_leaves_none(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    with Heartbeat(lease, LiveRecord(lease)) as heartbeat:
        assert becomes_true(lambda: end_other_sessions() == 1)
        delivery.request_cancel(submission_id=submission.pk)
        assert becomes_true(heartbeat.stopped)
    assert becomes_true(lambda: other_sessions() == 0)
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


OTHERS = """
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'  -- autovacuum comes and goes as it likes
"""


def end_other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {OTHERS}")
        return int(cursor.fetchone()[0])


def other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {OTHERS}")
        return int(cursor.fetchone()[0])


def becomes_true(condition: object, *, within_s: float = 20) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False
