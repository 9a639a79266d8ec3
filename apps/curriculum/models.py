"""What: the curriculum's content. It knows no person.

All of it is loaded from ``fixtures/``. A row whose text is gone stays, unpublished, for the records
that people have of it.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

SLUG_LENGTH = 60


class Level(models.TextChoices):
    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    EXPERT = "expert", "Expert"


class Authored(models.Model):
    """What every text has."""

    slug = models.SlugField(max_length=SLUG_LENGTH, unique=True)
    title = models.CharField(max_length=120)
    content_hash = models.CharField(max_length=64)  # of all that is stored, as rendered
    published = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Concept(Authored):
    """The hub: lessons teach it, questions test it, checks give evidence of it."""

    definition_html = models.TextField()
    # A question or a project's check can show it; without one the plan does not ask for it.
    tested = models.BooleanField(default=True)
    requires = models.ManyToManyField("self", symmetrical=False, related_name="required_by")

    class Meta:
        ordering = ("title",)


class Step(Authored):
    """A stretch of the road: lessons that belong together."""

    position = models.PositiveSmallIntegerField()
    months = models.CharField(max_length=40)
    summary = models.CharField(max_length=300)
    intro_html = models.TextField()

    class Meta:
        ordering = ("position", "slug")


class Lesson(Authored):
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="lessons")
    position = models.PositiveSmallIntegerField()
    summary = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField()
    objectives = ArrayField(models.TextField(), default=list)
    explain = ArrayField(models.TextField(), default=list)  # what to explain simply
    sources = models.JSONField(default=list)  # see apps/curriculum/references.py
    last_reviewed = models.DateField()
    review_by = models.DateField(null=True)
    # Addresses of before: they lead here.
    formerly = ArrayField(models.SlugField(max_length=SLUG_LENGTH), default=list)
    open = models.BooleanField(default=False)  # to read without an account
    concepts = models.ManyToManyField(Concept, through="Teaching", related_name="lessons")
    body_html = models.TextField()
    headings = models.JSONField(default=list)  # level, id and text of each
    has_formulas = models.BooleanField(default=False)
    words = models.PositiveIntegerField(default=0)
    code_blocks = models.JSONField(default=list)  # code and needs of each
    # Of the text: what a learner has read of it. A new renderer does not change it.
    version = models.CharField(max_length=64)

    class Meta:
        ordering = ("step__position", "position", "slug")


class Teaching(models.Model):
    """A lesson teaches a concept, in an order that the author chose."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE)
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("lesson", "concept"), name="concept_taught_once"),
        )

    def __str__(self) -> str:
        return f"{self.lesson_id} teaches {self.concept_id}"


class ProjectBrief(Authored):
    """What people read of a project."""

    level = models.CharField(max_length=12, choices=Level.choices)
    position = models.PositiveSmallIntegerField()
    summary = models.CharField(max_length=300)
    proves = models.CharField(max_length=300)  # what it proves to an employer
    hours = models.PositiveSmallIntegerField()
    concepts = models.ManyToManyField(Concept, related_name="briefs")
    brief_html = models.TextField()
    data_dictionary_html = models.TextField()
    # Without a check there is something to read, and nothing to hand in.
    checked = models.BooleanField(default=True)

    class Meta:
        ordering = ("position", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(level__in=Level.values), name="brief_level_is_known"
            ),
        )


class SearchEntry(models.Model):
    """A published text as the search finds it."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "Lesson"
        CONCEPT = "concept", "Concept"
        PROJECT = "project", "Project"

    kind = models.CharField(max_length=7, choices=Kind.choices)
    slug = models.SlugField(max_length=SLUG_LENGTH)
    title = models.CharField(max_length=120)
    summary = models.TextField()  # shown below the title
    text = models.TextField()  # without tags, formulas and figures
    content_hash = models.CharField(max_length=64)  # of the text that it was made from
    # Of all three; written with them, since a generated column would need PostgreSQL for every
    # command of manage.py.
    vector = SearchVectorField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "slug"), name="search_entry_of_text"),
        )
        indexes = (GinIndex(fields=("vector",), name="search_entry_vector"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"
