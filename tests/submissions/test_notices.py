"""Who waits for a check is told when it has finished, once, with its verdict."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Notification, NotificationKind, User
from apps.checks.results import Outcome
from apps.curriculum.models import ProjectBrief
from apps.progress.models import Evidence
from apps.submissions import delivery, pipeline
from apps.submissions.models import State, Submission
from tests.submissions.samples import make_result, make_submission


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (Outcome.PASSED, "House price prediction, try 1, has passed."),
        (Outcome.FAILED, "House price prediction, try 1, is checked: there is something to mend."),
        (Outcome.TIMEOUT, "House price prediction, try 1, is checked: there is something to mend."),
        (
            Outcome.INVALID_SUBMISSION,
            "House price prediction, try 1, cannot be used as it is, and does not count.",
        ),
        (
            Outcome.PLATFORM_ERROR,
            "House price prediction, try 1, was stopped by a fault of ours, and does not count.",
        ),
    ],
)
def test_learner_is_told_once(
    learner: User, brief: ProjectBrief, outcome: Outcome, title: str
) -> None:
    submission = make_submission(learner, brief, delivery=2)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    assert pipeline.conclude(lease, make_result(outcome))
    assert not pipeline.conclude(lease, make_result(outcome))  # late: the lease is gone
    one = Notification.objects.get()
    assert (one.person, one.kind, one.title, one.url) == (
        learner,
        NotificationKind.CHECK_FINISHED,
        title,
        f"/submissions/{submission.public_id}/",
    )
    learner.refresh_from_db()
    assert learner.unread == 1


def test_fault_of_ours_that_is_tried_again_tells_nothing(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    assert pipeline.conclude(lease, make_result(Outcome.PLATFORM_ERROR))
    assert Notification.objects.count() == 0


def test_cancelled_check_tells_nothing(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    assert pipeline.conclude(lease, make_result(Outcome.CANCELLED))
    other = make_submission(learner, brief)
    assert delivery.cancel_queued(submission_id=other.pk)
    assert Notification.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_notification_comes_with_the_verdict_or_not_at_all(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief, delivery=2)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    ProjectBrief.objects.update(title="x" * 120)
    User.objects.update(unread=2**31 - 1)  # the database refuses one more
    with pytest.raises(Exception, match="out of range"):
        pipeline.conclude(lease, make_result())
    submission.refresh_from_db()
    assert (submission.state, Notification.objects.count()) == (State.RUNNING, 0)
    assert Evidence.objects.count() == 0
    User.objects.update(unread=0)
    assert pipeline.conclude(lease, make_result())
    assert Notification.objects.count() == 1


def test_check_given_up_by_the_sweep_is_told(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief, delivery=2)
    assert delivery.claim(submission_id=submission.pk) is not None
    Submission.objects.update(lease_expires=timezone.now() - timedelta(hours=1))
    assert (delivery.sweep(), delivery.sweep()) == ([], [])
    assert Notification.objects.get().title == (
        "House price prediction, try 1, was stopped by a fault of ours, and does not count."
    )


def test_last_swap_of_the_live_page_brings_the_count(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    client.force_login(learner)
    submission = make_submission(learner, brief, delivery=2)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    status = f"/submissions/{submission.public_id}/status/"
    assert 'id="bell"' not in client.get(status).content.decode()
    pipeline.conclude(lease, make_result())
    text = client.get(status).content.decode()
    assert text.count('id="bell"') == 1
    assert 'hx-swap-oob="true"' in text[text.index('id="bell"') :]
    page = client.get(f"/submissions/{submission.public_id}/").content.decode()
    assert (page.count('id="bell"'), "hx-swap-oob" in page) == (1, False)
