"""What a learner can do with a submission."""

import logging

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, tasks
from apps.submissions.models import (
    Fingerprints,
    Similarity,
    Snapshot,
    Source,
    StageRun,
    Submission,
)
from apps.submissions.queries import ATTEMPTS_PER_DAY, attempts_today, in_progress_of

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The policy does not allow it now; the message says what to do."""


ALREADY_RUNNING = (
    "One of your repositories is being checked. Wait for its verdict, or cancel it first."
)
ACCOUNT_GONE = "Your account was deleted a moment ago, so nothing was handed in."
NO_ATTEMPTS_LEFT = (
    f"You have used today's {ATTEMPTS_PER_DAY} attempts at this project. "
    "The next ones are yours at midnight UTC."
)


def submit_project(
    *,
    learner: User,
    brief: ProjectBrief,
    url: str = "",
    archive: "UploadedFile[bytes] | None" = None,
) -> Submission:
    """Queue a repository for its check: one of ``url`` and ``archive``, both cleaned by the form.

    Five counted attempts per project and UTC day, one submission in progress per learner. Raises
    Refused.
    """
    submission = Submission(learner=learner, brief=brief, sent_at=Now())
    if archive is not None:
        submission.source = Source.ARCHIVE
        submission.archive_name = (archive.name or "")[:120]
        submission.archive.save("", archive, save=False)
    else:
        submission.source = Source.URL
        submission.url = url
    try:
        _insert(submission)
    except BaseException as error:
        submission.archive.delete(save=False)
        if isinstance(error, IntegrityError):
            raise Refused(ALREADY_RUNNING) from None
        raise
    return submission


def _insert(submission: Submission) -> None:
    learner, brief = submission.learner, submission.brief
    with transaction.atomic():
        # One hand-in of a learner at a time, so that counting and inserting are one step.
        locked = User.objects.select_for_update(no_key=True).filter(pk=learner.pk)
        if not list(locked.values_list("pk")):  # deleted since the request began
            raise Refused(ACCOUNT_GONE)
        if in_progress_of(learner=learner) is not None:
            raise Refused(ALREADY_RUNNING)
        if attempts_today(learner=learner, brief=brief) >= ATTEMPTS_PER_DAY:
            raise Refused(NO_ATTEMPTS_LEFT)
        tries = Submission.objects.filter(learner=learner, brief=brief)
        submission.number = (tries.aggregate(last=Max("number"))["last"] or 0) + 1
        submission.save(force_insert=True)
        transaction.on_commit(lambda: tasks.send(submission.pk))


def cancel_submission(submission: Submission) -> bool:
    """Take it back. False: it is finished already.

    A queued one is closed at once, a running one within seconds by its worker.
    """
    return delivery.cancel_queued(submission_id=submission.pk) or delivery.request_cancel(
        submission_id=submission.pk
    )


def delete_submissions(*, learner: User) -> None:
    """All of a learner's, inside a transaction; their zip files once it is committed."""
    mine = Submission.objects.filter(learner=learner)
    archives = list(mine.exclude(archive="").values_list("archive", flat=True))
    # A statement each, however many there are; the ORM's cascade would read every row first.
    StageRun.objects.filter(submission__learner=learner)._raw_delete("default")
    Snapshot.objects.filter(submission__learner=learner)._raw_delete("default")
    Fingerprints.objects.filter(submission__learner=learner)._raw_delete("default")
    Similarity.objects.filter(submission__learner=learner)._raw_delete("default")
    Similarity.objects.filter(other__learner=learner)._raw_delete("default")
    mine._raw_delete("default")
    transaction.on_commit(lambda: _delete_archives(archives), robust=True)


def _delete_archives(names: list[str]) -> None:
    storage = Submission._meta.get_field("archive").storage
    for name in names:
        try:
            storage.delete(name)
        except OSError:  # the others still go
            logger.exception("an uploaded archive could not be deleted: %s", name)
