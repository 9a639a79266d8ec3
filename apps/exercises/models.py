"""Exercises as they are loaded from ``fixtures/``, and the runs of learners' code.

A run is a try at an exercise, or a block of a lesson that a learner changed and ran.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.accounts.models import PUBLIC_ID_LENGTH, new_public_id
from apps.curriculum.models import Authored, Concept, Lesson

ORDER = ("lesson__step__position", "lesson__position", "position", "slug")  # that of the road


class Exercise(Authored):
    """A function or a query to write, and what says whether it is right."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="exercises")
    position = models.PositiveSmallIntegerField()  # in its lesson
    summary = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField()
    concepts = models.ManyToManyField(Concept, related_name="exercises")
    task_html = models.TextField()
    hints = ArrayField(models.TextField(), default=list)  # HTML
    starter = models.TextField()
    solution = models.TextField()
    solution_html = models.TextField()  # with its code
    task = models.JSONField()  # the facts of ``running.Task``
    version = models.CharField(max_length=64)  # of what decides whether an answer is right

    class Meta:
        ordering = ORDER


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


class Outcome(models.TextChoices):
    PASSED = "passed", "Passed"  # every case is right; of a block, it ran to its end
    FAILED = "failed", "Failed"
    WITHDRAWN = "withdrawn", "Withdrawn"  # another run took its place before it began
    OURS = "ours", "Our fault"


class Run(models.Model):
    """Code of a learner that a worker runs once."""

    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="code_runs"
    )
    # One of the two.
    exercise = models.ForeignKey(
        Exercise, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    lesson = models.ForeignKey(
        Lesson, null=True, blank=True, on_delete=models.PROTECT, related_name="code_runs"
    )
    block = models.PositiveSmallIntegerField(null=True, blank=True)  # of the lesson, from 1
    number = models.PositiveIntegerField(default=1)  # of the learner's tries at the exercise
    code = models.TextField()
    created = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    sent_at = models.DateTimeField(db_default=Now())  # to the broker, the last time
    delivery = models.PositiveSmallIntegerField(default=0)  # how often a worker took it
    started = models.DateTimeField(null=True, blank=True)  # in this delivery
    finished = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    result = models.JSONField(null=True, blank=True)  # see apps/exercises/pipeline.py

    class Meta:
        ordering = ("-created", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(exercise__isnull=False, lesson__isnull=True, block__isnull=True)
                | Q(exercise__isnull=True, lesson__isnull=False, block__isnull=False),
                name="run_is_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="run_state_is_known"),
            models.CheckConstraint(
                condition=Q(
                    state=State.FINISHED, outcome__in=Outcome.values, finished__isnull=False
                )
                | ~Q(state=State.FINISHED) & Q(outcome="", finished__isnull=True),
                name="run_has_an_outcome_when_finished",
            ),
            models.UniqueConstraint(
                fields=("learner",),
                condition=~Q(state=State.FINISHED),
                name="learner_runs_one_thing_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("learner", "exercise", "number"), name="try_has_its_number"
            ),
        )
        indexes = (
            models.Index(fields=("learner", "-created"), name="run_of_learner"),
            models.Index(F("created"), condition=~Q(state=State.FINISHED), name="run_in_progress"),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_progress(self) -> bool:
        return self.state != State.FINISHED
