"""Mentors, cohorts and passed submissions for these tests."""

import datetime
import itertools
from typing import Any

from apps.accounts.models import Role, User
from apps.checks.results import Outcome
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import ProjectBrief
from apps.mentoring.models import Cohort, Decision, Membership, Review
from apps.mentoring.services import claim_review, decide_review
from apps.submissions.models import Snapshot, Submission
from apps.submissions.snapshots import pack
from tests.submissions.samples import EVIL, make_submission

_emails = (f"mentor-{number}@example.org" for number in itertools.count())
CODE = "import numpy as np\n\n\ndef predict(rows):\n    return np.mean(rows)\n"
FILES = (
    SourceFile(path="README.md", size=9, text="# Houses\n"),
    SourceFile(path="model.bin", size=4096, text=None),
    SourceFile(path="src/houses/model.py", size=len(CODE), text=CODE),
)
EVIL_FILE = SourceFile(path=f"src/{EVIL[:60]}.py".replace("\0", ""), size=99, text=EVIL * 3)


def make_mentor(name: str = "Max", role: Role = Role.MENTOR) -> User:
    return User.objects.create_user(next(_emails), "correct horse", name=name, role=role)


def make_cohort(*people: User, mentor: User | None = None, **fields: Any) -> Cohort:
    cohort = Cohort.objects.create(**{"name": "Autumn"} | fields)
    if mentor:
        cohort.mentors.add(mentor)
    for person in people:
        Membership.objects.create(cohort=cohort, learner=person)
    return cohort


def make_pass(
    learner: User,
    brief: ProjectBrief,
    *,
    files: tuple[SourceFile, ...] = FILES,
    **fields: Any,
) -> Submission:
    submission = make_submission(learner, brief, outcome=Outcome.PASSED, **fields)
    Snapshot.objects.create(submission=submission, commit="abc123", packed=pack(files))
    return submission


def make_review(
    submission: Submission, mentor: User, decision: Decision | None = None, summary: str = "Good."
) -> Review:
    """Claimed, or decided."""
    review = claim_review(submission=submission, mentor=mentor)
    if decision:
        decide_review(review=review, decision=decision, summary=summary)
        review.refresh_from_db()
    return review


def expire(review: Review, *, days: int = 1) -> None:
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    Review.objects.filter(pk=review.pk).update(expires=past)
    review.refresh_from_db()
