"""Quizzes and questions as they are loaded from ``fixtures/``, and what learners answered."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.accounts.models import PUBLIC_ID_LENGTH, new_public_id
from apps.curriculum.models import SLUG_LENGTH, Authored, Concept, Lesson


def new_seed() -> int:
    return secrets.randbits(63)


class Quiz(Authored):
    position = models.PositiveSmallIntegerField()
    summary = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField()
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.PROTECT, related_name="quizzes")
    intro_html = models.TextField()

    class Meta:
        ordering = ("position", "slug")
        verbose_name_plural = "quizzes"


class Question(models.Model):
    """A question over all its versions."""

    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="questions")
    slug = models.SlugField(max_length=SLUG_LENGTH)
    position = models.PositiveSmallIntegerField()
    concepts = models.ManyToManyField(Concept, related_name="questions")
    published = models.BooleanField(default=True)

    class Meta:
        ordering = ("quiz", "position", "slug")
        constraints = (
            models.UniqueConstraint(fields=("quiz", "slug"), name="question_slug_in_its_quiz"),
        )

    def __str__(self) -> str:
        return self.slug


class QuestionVersion(models.Model):
    """A question's text as its author once wrote it. It never changes, so whoever was asked it
    finds it again just as it was."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=64)  # SHA-256 of the text
    current = models.BooleanField(default=True)
    kind = models.CharField(max_length=30)  # see apps/quizzes/kinds
    generator = models.CharField(max_length=80, blank=True)
    placeholders = models.JSONField(default=list)  # see apps/quizzes/placeholders.py
    stem_html = models.TextField()
    explanation_html = models.TextField()
    facts = models.JSONField(default=dict)  # the kind's own, and the misconceptions
    # Slugs: what an answer to this version is evidence of.
    concepts = ArrayField(models.CharField(max_length=SLUG_LENGTH), default=list)
    content_hash = models.CharField(max_length=64)  # of all that is stored, as rendered

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("question", "version"), name="question_version_once"),
            models.UniqueConstraint(
                fields=("question",),
                condition=Q(current=True),
                name="question_has_one_current_version",
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id} {self.version[:8]}"


class Attempt(models.Model):
    """A learner's go at a quiz, or at questions chosen for them. They are drawn when it starts,
    and stay."""

    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiz_attempts"
    )
    # Where the questions are those that an author put together.
    quiz = models.ForeignKey(
        Quiz, null=True, blank=True, on_delete=models.PROTECT, related_name="attempts"
    )
    subject = models.CharField(max_length=80)  # what it is a go at; see apps/quizzes/subjects.py
    title = models.CharField(max_length=160)
    number = models.PositiveIntegerField()  # per learner and subject, from 1
    seed = models.BigIntegerField(default=new_seed, editable=False)
    started = models.DateTimeField(db_default=Now(), editable=False)
    ends_at = models.DateTimeField(null=True, blank=True)  # of an exam, which is marked at its end
    finished = models.DateTimeField(null=True, blank=True)
    # Counted along, so that lists need not read the answers.
    questions = models.PositiveSmallIntegerField()
    marked = models.PositiveSmallIntegerField(default=0)
    right = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-started", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("learner", "subject"),
                condition=Q(finished__isnull=True),
                name="attempt_one_open_per_learner_and_subject",
            ),
            models.UniqueConstraint(
                fields=("learner", "subject", "number"), name="attempt_number_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(subject__startswith="exam:"),
                name="attempt_ends_if_it_is_an_exam",
            ),
            models.CheckConstraint(
                condition=Q(right__lte=F("marked"), marked__lte=F("questions")),
                name="attempt_counts_agree",
            ),
            models.CheckConstraint(
                condition=Q(finished__isnull=True, marked__lt=F("questions"))
                | Q(finished__isnull=False, marked=F("questions")),
                name="attempt_is_finished_with_its_last_answer",
            ),
        )
        indexes = (
            models.Index(
                fields=("ends_at",),
                condition=Q(finished__isnull=True, ends_at__isnull=False),
                name="exam_that_lasts",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_exam(self) -> bool:
        """Whether its answers are kept, and marked only at the end."""
        return self.ends_at is not None and self.finished is None


class Answer(models.Model):
    """A question of an attempt: its draw, and what the learner answers."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    question_version = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, related_name="answers"
    )
    position = models.PositiveSmallIntegerField()  # in the attempt, from 1 without gaps
    draw = models.JSONField()  # see apps/quizzes/drawing.py
    response = models.JSONField(default=dict)  # as given: a draft until it is marked
    saved_at = models.DateTimeField(null=True, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)
    correct = models.BooleanField(null=True, blank=True)  # as a whole
    score = models.FloatField(null=True, blank=True)  # share that is right
    # Those that the answer speaks of, by name; their sentences stand in the version's facts.
    misconceptions = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        ordering = ("attempt_id", "position")  # by "attempt" it would be in the order of attempts
        constraints = (
            models.UniqueConstraint(fields=("attempt", "question"), name="question_asked_once"),
            models.UniqueConstraint(fields=("attempt", "position"), name="answer_has_its_place"),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True, correct__isnull=True, score__isnull=True)
                | Q(marked_at__isnull=False, correct=True, score=1)
                | Q(marked_at__isnull=False, correct=False, score__gte=0, score__lt=1),
                name="answer_is_right_or_not_when_marked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}"


class Flag(models.TextChoices):
    """What is wrong with a question, as its answers say."""

    NEGATIVE = "negative", "Better learners fail it"
    EVERYONE = "everyone", "Everyone is right"
    NOBODY = "nobody", "Hardly anyone is right"
    VARIANTS = "variants", "Its numbers make it easier or harder"


class QuestionStatistics(models.Model):
    """What the answers to a question say of it; see ``statistics.py``. Counted anew every hour."""

    question_version = models.OneToOneField(
        QuestionVersion, on_delete=models.CASCADE, related_name="statistics"
    )
    answers = models.PositiveIntegerField()  # the first one of each learner
    mean_score = models.FloatField()  # from 0, hard, to 1, easy
    # Correlation with the score in the rest of the attempt; None where it cannot be told.
    discrimination = models.FloatField(null=True)
    seconds = models.FloatField(null=True)  # the median that an answer takes
    misconceptions = models.JSONField(default=dict)  # share of the answers, by name
    # Of numbers that make a difference: name, condition, and the mean score with and without it.
    variants = models.JSONField(default=list)
    flags = ArrayField(models.CharField(max_length=10, choices=Flag.choices), default=list)
    counted = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "question statistics"

    def __str__(self) -> str:
        return f"{self.question_version_id}: {self.answers} answers"
