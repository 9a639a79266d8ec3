"""How far: what a learner read, and what was seen of each concept.

Only facts are kept. Mastery is derived from them, so a better reading of the same facts needs no
migration.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.curriculum.models import Concept, Lesson, ProjectBrief
from apps.progress.plan import FEWEST_HOURS, MOST_HOURS


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
    EXERCISE = "exercise", "Exercise"


class Evidence(models.Model):
    """One thing a learner did that shows, or fails to show, a concept."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="evidence"
    )
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="evidence")
    source = models.CharField(max_length=8, choices=EvidenceSource.choices)
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


class Recall(models.Model):
    """How well a concept is remembered, and when to look at it again; see ``memory.py``.

    It follows from the evidence, and is kept because following it takes a step for each piece.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recalls"
    )
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="recalls")
    stability = models.FloatField()  # days
    difficulty = models.FloatField()  # 1 to 10
    last = models.DateTimeField()  # seen
    due = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("learner", "concept"), name="recall_of_concept"),
        )
        indexes = (models.Index(fields=("learner", "due"), name="recall_due"),)

    def __str__(self) -> str:
        return f"{self.learner_id} {self.concept_id}: due {self.due:%Y-%m-%d}"


class PassedProject(models.Model):
    """A learner's repository passed every check of a project."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passed_projects"
    )
    brief = models.ForeignKey(ProjectBrief, on_delete=models.PROTECT, related_name="passes")
    passed = models.DateTimeField()  # the first time
    approved = models.DateTimeField(null=True, blank=True)  # by a mentor, the first time

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("learner", "brief"), name="project_is_passed_once"),
        )

    def __str__(self) -> str:
        return f"{self.learner_id} passed {self.brief_id}"


class LearningPlan(models.Model):
    """When a learner walks the road. All dates of the plan follow from it."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learning_plan"
    )
    start = models.DateField()
    hours_a_week = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(hours_a_week__gte=FEWEST_HOURS, hours_a_week__lte=MOST_HOURS),
                name="plan_hours_are_possible",
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner_id} from {self.start}"


class Pause(models.Model):
    """Days on which nothing is due."""

    plan = models.ForeignKey(LearningPlan, on_delete=models.CASCADE, related_name="pauses")
    first = models.DateField()
    end = models.DateField(null=True, blank=True)  # the day of going on; open while it lasts

    class Meta:
        ordering = ("first", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("plan",),
                condition=models.Q(end__isnull=True),
                name="plan_has_one_open_pause",
            ),
            models.CheckConstraint(
                condition=models.Q(end__isnull=True) | models.Q(end__gte=models.F("first")),
                name="pause_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.first} to {self.end or 'now'}"
