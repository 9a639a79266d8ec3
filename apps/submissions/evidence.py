"""From a verdict to evidence: what each check that ran shows of the concepts behind it."""

from django.urls import reverse

from apps.checks.results import CheckResult, Outcome, Test
from apps.progress.models import EvidenceSource
from apps.progress.services import record_evidence, record_pass
from apps.submissions.models import Submission


def record(submission: Submission, result: CheckResult) -> None:
    """``submission``: finished, with ``learner`` and ``brief``."""
    at = submission.finished or submission.created
    if result.outcome is Outcome.PASSED:
        record_pass(learner=submission.learner, brief=submission.brief, at=at)
    page = reverse("submission", args=[submission.public_id])
    for test in result.tests:
        if test.ran and test.concepts:
            record_evidence(
                learner=submission.learner,
                source=EvidenceSource.PROJECT,
                key=f"{submission.public_id}:{test.name}",
                concepts=test.concepts,
                score=_score(test),
                title=f"{submission.brief.title}: {test.title}",
                attempt=submission.number,
                url=f"{page}#check-{test.name}",
                at=at,
            )


def _score(test: Test) -> float:
    if test.status == "passed":
        return 1.0
    # Part of the points is part of the skill, but a failed check never shows all of it.
    return min(test.score / test.max_score, 0.5) if test.max_score else 0.0
