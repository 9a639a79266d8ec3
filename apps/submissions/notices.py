"""Tells the learner that a check has finished."""

from django.urls import reverse

from apps.accounts.models import NotificationKind
from apps.accounts.services import notify
from apps.checks.results import Outcome
from apps.submissions.models import Submission

_ENDINGS = {
    Outcome.PASSED: "has passed.",
    Outcome.INVALID_SUBMISSION: "cannot be used as it is, and does not count.",
    Outcome.PLATFORM_ERROR: "was stopped by a fault of ours, and does not count.",
}
_FAILED = "is checked: there is something to mend."


def tell_learner(submission: Submission) -> None:
    """In the transaction of the verdict. ``submission``: finished, with ``learner`` and ``brief``.

    Whoever cancelled a check knows of it.
    """
    outcome = Outcome(submission.outcome)
    if outcome is Outcome.CANCELLED:
        return
    ending = _ENDINGS.get(outcome, _FAILED)
    notify(
        person=submission.learner,
        kind=NotificationKind.CHECK_FINISHED,
        title=f"{submission.brief.title}, try {submission.number}, {ending}",
        url=reverse("submission", args=[submission.public_id]),
    )
