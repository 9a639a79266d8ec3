import threading
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome, to_json
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, verdict
from apps.submissions.delivery import Lease
from apps.submissions.models import State, Submission
from tests.submissions.samples import make_learner, make_result, make_submission

LONG_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture
def submission(learner: User, brief: ProjectBrief) -> Submission:
    return make_submission(learner, brief, sent_at=timezone.now())


def claimed(submission: Submission) -> Lease:
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    return lease


def expire(submission: Submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(lease_expires=LONG_AGO)


def test_claim_takes_a_queued_one_once(submission: Submission) -> None:
    lease = claimed(submission)
    assert lease.delivery == 1
    assert delivery.claim(submission_id=submission.pk) is None
    submission.refresh_from_db()
    assert (submission.state, submission.lease_token) == (State.RUNNING, lease.token)


@pytest.mark.django_db(transaction=True)
def test_claim_by_many_at_once_succeeds_once(submission: Submission) -> None:
    leases: list[Lease | None] = []
    gate = threading.Barrier(6)

    def claim() -> None:
        gate.wait()
        leases.append(delivery.claim(submission_id=submission.pk))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(leases) == 6
    assert sum(lease is not None for lease in leases) == 1


def test_claim_of_nothing_is_none(db: None) -> None:
    assert delivery.claim(submission_id=404) is None


def test_lease_lasts_as_set_and_is_renewed(submission: Submission, settings: LazySettings) -> None:
    settings.CHECKS_LEASE_S = 100
    lease = claimed(submission)
    expire(submission)
    assert delivery.renew(lease)
    submission.refresh_from_db()
    assert submission.lease_expires is not None
    left = (submission.lease_expires - timezone.now()).total_seconds()
    assert 90 < left <= 100


def test_sweep_queues_an_expired_lease_again_and_names_it(submission: Submission) -> None:
    claimed(submission)
    expire(submission)
    assert delivery.sweep() == [submission.pk]
    assert claimed(submission).delivery == 2


def test_sweep_leaves_a_live_lease(submission: Submission) -> None:
    lease = claimed(submission)
    assert delivery.sweep() == []
    assert delivery.renew(lease)


def test_late_result_of_an_old_delivery_is_dropped(submission: Submission) -> None:
    old = claimed(submission)
    expire(submission)
    delivery.sweep()
    new = claimed(submission)
    late = verdict.read(make_result(Outcome.FAILED))
    assert not delivery.renew(old)
    assert delivery.cancel_requested(old) is None
    assert not delivery.store_result(old, document={})
    assert not delivery.give_back(old)
    assert not delivery.finish(old, verdict=late)
    assert delivery.finish(new, verdict=verdict.read(make_result(Outcome.PASSED)))
    assert not delivery.finish(old, verdict=late)
    submission.refresh_from_db()
    assert (submission.outcome, submission.charged, submission.result) == ("passed", True, None)


def test_sweep_gives_up_after_the_third_lost_delivery(submission: Submission) -> None:
    for number in (1, 2, 3):
        assert claimed(submission).delivery == number
        expire(submission)
        delivery.sweep()
    submission.refresh_from_db()
    assert (submission.state, submission.outcome) == (State.FINISHED, Outcome.PLATFORM_ERROR)
    assert submission.charged is False
    assert submission.code == "worker_lost"


def test_sweep_lets_a_stored_result_be_read_after_the_third_delivery(
    submission: Submission,
) -> None:
    for _ in range(3):
        lease = claimed(submission)
        assert delivery.store_result(lease, document=to_json(make_result()))
        expire(submission)
        delivery.sweep()
    assert claimed(submission).delivery == 4


def test_sweep_closes_an_expired_one_that_the_learner_cancelled(submission: Submission) -> None:
    claimed(submission)
    delivery.request_cancel(submission_id=submission.pk)
    expire(submission)
    assert delivery.sweep() == []
    submission.refresh_from_db()
    assert (submission.state, submission.outcome) == (State.FINISHED, Outcome.CANCELLED)


def test_sweep_sends_a_queued_one_again_once_per_thirty_seconds(submission: Submission) -> None:
    assert delivery.sweep() == []
    old = timezone.now() - timedelta(seconds=31)
    Submission.objects.filter(pk=submission.pk).update(sent_at=old)
    assert delivery.sweep() == [submission.pk]
    assert delivery.sweep() == []


def test_sweep_sends_the_oldest_first(brief: ProjectBrief) -> None:
    newer = make_submission(make_learner(), brief)
    older = make_submission(make_learner(), brief, created=LONG_AGO)
    assert delivery.sweep() == [older.pk, newer.pk]


def test_give_back_waits_for_the_sweep(submission: Submission, settings: LazySettings) -> None:
    assert delivery.give_back(claimed(submission))
    assert delivery.sweep() == []
    settings.CHECKS_RESEND_S = 0
    assert delivery.sweep() == [submission.pk]
