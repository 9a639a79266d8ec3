"""What people do with reviews: ask, claim, comment, decide, talk."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import NotificationKind, User
from apps.accounts.services import notify, notify_all
from apps.checks.results import Outcome
from apps.checks.untrusted_text import visible
from apps.mentoring import queries
from apps.mentoring.models import Comment, Decision, Message, Review, ReviewRequest
from apps.mentoring.notes import note_html
from apps.progress.services import record_approval
from apps.submissions.models import Submission

CLAIM_LASTS = timedelta(days=3)
MOST_COMMENTS = 300  # of a review
MOST_MESSAGES = 200


class Refused(Exception):
    """It cannot be done now; the message says why and what to do."""


TAKEN = "Somebody else has just claimed this review. It is out of the queue."
RAN_OUT = (
    "Your claim ran out before this was sent. Your drafts are kept: claim the review again, and "
    "send it once more."
)
DECIDED = "This review is decided, so its comments stay as the learner has read them."


def ask_for_review(*, submission: Submission) -> None:
    """Once for a submission. Raises Refused."""
    learner = submission.learner
    if submission.outcome != Outcome.PASSED:
        raise Refused("A mentor reads what passed its check. Mend it first, then ask.")
    if queries.has_later_pass(submission):
        raise Refused("A later try of yours passed. Ask for a review of that one.")
    if not queries.mentoring_of(learner=learner).mentored:
        raise Refused("You are in no cohort with a mentor, so nobody could read it.")
    with transaction.atomic():
        _, is_new = ReviewRequest.objects.get_or_create(submission=submission)
        if not is_new:
            return
        title = f"{visible(str(learner))} asks for a review of {submission.brief.title}."
        notify_all(
            people=queries.mentors_of(learner=learner),
            kind=NotificationKind.REVIEW_WAITING,
            title=title,
            url=reverse("mentoring"),
        )


def claim_review(*, submission: Submission, mentor: User) -> Review:
    """Hold it for three days. ``submission``: one that waits in the mentor's queue.

    Raises Refused when another was first. A mentor who comes back finds the drafts of before.
    """
    expires = timezone.now() + CLAIM_LASTS
    try:
        with transaction.atomic():
            open_ones = Review.objects.filter(submission=submission, decision="")
            open_ones.filter(ended__isnull=True, expires__lte=Now()).update(ended=Now())
            before = open_ones.filter(mentor=mentor, ended__isnull=False)
            if not before.update(ended=None, claimed=Now(), expires=expires):
                Review.objects.create(
                    submission=submission,
                    learner_id=submission.learner_id,
                    mentor=mentor,
                    expires=expires,
                )
            return Review.objects.get(submission=submission, mentor=mentor)
    except IntegrityError:
        raise Refused(TAKEN) from None


def release_review(review: Review) -> bool:
    """Back into the queue; False: it was decided, or had run out."""
    return bool(_held(review).update(ended=Now()))


@transaction.atomic
def add_comment(*, review: Review, path: str, line: int, quoted: str, text: str) -> Comment:
    """A draft. Raises Refused."""
    _hold_on(review)
    if Comment.objects.filter(review=review).count() >= MOST_COMMENTS:
        raise Refused(f"A review has at most {MOST_COMMENTS} comments. Say the rest in words.")
    return Comment.objects.create(
        review=review, path=path, line=line, quoted=quoted, text=text, html=note_html(text)
    )


@transaction.atomic
def change_comment(*, comment: Comment, text: str) -> None:
    _hold_on(comment.review)
    Comment.objects.filter(pk=comment.pk).update(text=text, html=note_html(text))


@transaction.atomic
def remove_comment(*, comment: Comment) -> None:
    _hold_on(comment.review)
    Comment.objects.filter(pk=comment.pk).delete()


def keep_summary(*, review: Review, summary: str) -> None:
    """As a draft. Raises Refused."""
    if not _held(review).update(summary=summary, summary_html=note_html(summary)):
        raise _why_not(review)


@transaction.atomic
def decide_review(*, review: Review, decision: Decision, summary: str) -> None:
    """Once; from then on the learner reads it all. Raises Refused."""
    now = timezone.now()
    changed = _held(review).update(
        decision=decision, decided=now, summary=summary, summary_html=note_html(summary)
    )
    if not changed:
        raise _why_not(review)
    submission = review.submission
    if decision == Decision.APPROVED:
        record_approval(learner=submission.learner, brief=submission.brief, at=now)
        title = f"{review.mentor_name} approved your {submission.brief.title}."
    else:
        title = f"{review.mentor_name} asks for changes to your {submission.brief.title}."
    notify(
        person=submission.learner,
        kind=NotificationKind.REVIEW_RECEIVED,
        title=title,
        url=learner_page(review),
    )


@transaction.atomic
def write_message(*, review: Review, author: User, text: str) -> None:
    """After the decision, by the learner or the mentor of the review. Raises Refused."""
    # One at a time, so that counting and writing are one step.
    Review.objects.select_for_update(no_key=True).get(pk=review.pk)
    if Message.objects.filter(review=review).count() >= MOST_MESSAGES:
        raise Refused(f"A thread ends after {MOST_MESSAGES} messages. Go on by another way.")
    Message.objects.create(review=review, author=author, text=text, html=note_html(text))
    title = f"{visible(str(author))} wrote about {review.submission.brief.title}."
    if author.pk == review.learner_id:
        kind, person = NotificationKind.REVIEW_WAITING, review.mentor
        url = reverse("review", args=[review.pk])
    else:
        kind, person = NotificationKind.REVIEW_RECEIVED, review.submission.learner
        url = learner_page(review)
    if person is not None:
        notify(person=person, kind=kind, title=title, url=url)


def delete_reviews(*, learner: User) -> None:
    """Of a learner's submissions, with all that was said. Those they gave stay, without a name."""
    Review.objects.filter(learner=learner).delete()
    ReviewRequest.objects.filter(submission__learner=learner).delete()


def learner_page(review: Review) -> str:
    page = reverse("submission", args=[review.submission.public_id])
    return f"{page}#review-{review.pk}"


def _held(review: Review) -> QuerySet[Review]:
    """The row of a review while its mentor holds it: every change names all of that."""
    return Review.objects.filter(
        pk=review.pk, mentor=review.mentor_id, decision="", ended__isnull=True, expires__gt=Now()
    )


def _hold_on(review: Review) -> None:
    """Locks the review, so that no decision comes in between."""
    if _held(review).select_for_update(no_key=True).first() is None:
        raise _why_not(review)


def _why_not(review: Review) -> Refused:
    decided = Review.objects.filter(pk=review.pk).exclude(decision="").exists()
    return Refused(DECIDED if decided else RAN_OUT)
