"""How far: what a learner read, and what was seen of each concept.

Only facts are kept. Mastery is derived from them, so a better reading of the same facts needs no
migration.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.curriculum.models import Concept, Lesson


class ReadMark(models.Model):
    """A learner marked a lesson as read, in the version that it had then."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="read_marks"
    )
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="read_marks")
    version = models.CharField(max_length=64)  # Lesson.version
    read = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("learner", "lesson"), name="lesson_is_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.learner_id} read {self.lesson_id}"


class EvidenceSource(models.TextChoices):
    QUIZ = "quiz", "Quiz"
    PROJECT = "project", "Project"


class Evidence(models.Model):
    """One thing a learner did that shows, or fails to show, a concept."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="evidence"
    )
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="evidence")
    source = models.CharField(max_length=7, choices=EvidenceSource.choices)
    # Names the thing done within its source, so that a fact that is told twice is kept once.
    key = models.CharField(max_length=120)
    score = models.FloatField()  # from 0, not shown, to 1, fully shown
    title = models.CharField(max_length=200)  # "House price prediction: finds the right signs"
    attempt = models.PositiveIntegerField()  # number of the try, from 1
    url = models.CharField(max_length=200)  # the page where it can be looked at
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("learner", "source", "key", "concept"), name="evidence_is_kept_once"
            ),
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=1), name="evidence_score_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=EvidenceSource.values),
                name="evidence_source_is_known",
            ),
        )
        indexes = (models.Index(fields=("learner", "concept", "-at"), name="evidence_of_concept"),)

    def __str__(self) -> str:
        return f"{self.learner_id} {self.key}: {self.score:.2f}"
