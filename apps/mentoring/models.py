"""Mentors, their cohorts, and what they say of a submission."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.accounts.models import Role
from apps.checks.untrusted_text import visible
from apps.submissions.models import Submission

NAME_LENGTH = 80
MOST_USES = 500  # of one invite link
NOTE_LENGTH = 4000  # of a comment, a summary or a message


def new_invite_token() -> str:
    """192 bits: whoever has the link may join, so it cannot be guessed."""
    return secrets.token_urlsafe(24)


class Cohort(models.Model):
    """Learners whose projects the same mentors review."""

    name = models.CharField(max_length=NAME_LENGTH)
    mentors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="mentored_cohorts",
        blank=True,
        limit_choices_to={"role__in": (Role.MENTOR, Role.STAFF), "is_active": True},
    )
    automatic_review = models.BooleanField(
        "review every pass",
        default=False,
        help_text="Every project that passes its check waits for a mentor, without being asked.",
    )
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name", "pk")
        constraints = (models.CheckConstraint(condition=~Q(name=""), name="cohort_has_a_name"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A learner in a cohort. Who leaves keeps the row; who comes back gets another."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="memberships")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    joined = models.DateTimeField(db_default=Now(), editable=False)
    left = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("joined", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("cohort", "learner"),
                condition=Q(left__isnull=True),
                name="membership_is_joined_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("learner",), condition=Q(left__isnull=True), name="memberships_of_learner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner_id} in {self.cohort_id}"


class InviteLink(models.Model):
    """Lets those who have it join a cohort as learners. Its mentors can read it again."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="invite_links")
    token = models.CharField(max_length=40, unique=True, default=new_invite_token, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(db_default=Now(), editable=False)
    expires = models.DateTimeField()
    most_uses = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(most_uses__gte=1, most_uses__lte=MOST_USES),
                name="invite_link_uses_are_counted",
            ),
            models.CheckConstraint(
                condition=Q(used__lte=F("most_uses")), name="invite_link_is_not_overused"
            ),
        )

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.used} of {self.most_uses}"


class ReviewRequest(models.Model):
    """A learner asks that somebody reads a submission that passed."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="review_request", primary_key=True
    )
    asked = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.submission_id)


class Decision(models.TextChoices):
    APPROVED = "approved", "Approved"
    CHANGES = "changes", "Changes asked for"


class Review(models.Model):
    """A mentor reads a submission: claimed, then given back or decided.

    It is live while it is claimed or once it is decided; a submission has one live review. A claim
    that ran out is ended by whoever claims next, so that its drafts stay until then.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="reviews")
    # The submission's: so the database itself can refuse a review of one's own work.
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews_received"
    )
    # Empty when the mentor's account is gone: what was said stays with the learner.
    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="reviews_given",
    )
    claimed = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()  # the claim, while nothing is decided
    ended = models.DateTimeField(null=True, blank=True)  # given back, or taken over
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)  # a draft until it is decided
    summary_html = models.TextField(blank=True)

    class Meta:
        ordering = ("-claimed", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("submission",),
                condition=Q(ended__isnull=True),
                name="review_is_the_only_live_one",
            ),
            models.UniqueConstraint(
                fields=("submission", "mentor"), name="review_is_one_per_mentor"
            ),
            models.CheckConstraint(
                condition=~Q(mentor=F("learner")), name="review_is_not_of_own_work"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided__isnull=True)
                | Q(decision__in=Decision.values, decided__isnull=False, ended__isnull=True),
                name="review_decision_is_dated",
            ),
        )
        indexes = (
            models.Index(fields=("mentor", "-decided"), name="reviews_of_mentor"),
            models.Index(fields=("learner", "-decided"), name="reviews_of_learner"),
        )

    def __str__(self) -> str:
        return f"{self.submission_id} by {self.mentor_id}"

    @property
    def mentor_name(self) -> str:
        return visible(str(self.mentor)) if self.mentor else "A former mentor"


class Comment(models.Model):
    """On a line of a file, as ``submissions.snapshots`` keeps it. A draft until the decision."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    path = models.CharField(max_length=500)
    line = models.PositiveIntegerField()  # from 1
    quoted = models.CharField(max_length=300, blank=True)  # the line, as it was
    text = models.TextField(max_length=NOTE_LENGTH)
    html = models.TextField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("path", "line", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(line__gte=1), name="comment_is_on_a_line"),
        )

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Message(models.Model):
    """What learner and mentor write to each other after the decision."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="review_messages",
    )
    text = models.TextField(max_length=NOTE_LENGTH)
    html = models.TextField()
    created = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("created", "pk")

    def __str__(self) -> str:
        return f"{self.author_id} on {self.review_id}"

    @property
    def author_name(self) -> str:
        return visible(str(self.author)) if self.author else "A former mentor"
