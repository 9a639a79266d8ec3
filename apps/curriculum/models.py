"""What: the curriculum's content. It knows no person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Level(models.TextChoices):
    BEGINNER = "beginner", "Beginner"
    INTERMEDIATE = "intermediate", "Intermediate"
    ADVANCED = "advanced", "Advanced"
    EXPERT = "expert", "Expert"


class ProjectBrief(models.Model):
    """What people read of a project; loaded from ``fixtures/projects/<slug>/``."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level.choices)
    position = models.PositiveSmallIntegerField()
    summary = models.CharField(max_length=300)
    proves = models.CharField(max_length=300)  # what it proves to an employer
    hours = models.PositiveSmallIntegerField()
    concepts = ArrayField(models.SlugField(max_length=60), default=list)
    # Rendered and sanitised when loaded, so that a page view renders nothing.
    brief_html = models.TextField()
    data_dictionary_html = models.TextField()
    content_hash = models.CharField(max_length=64)
    # A brief whose folder is gone stays, for the submissions that answer it.
    published = models.BooleanField(default=True)

    class Meta:
        ordering = ("position", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(level__in=Level.values), name="brief_level_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.title
