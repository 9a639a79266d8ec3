"""What a passed exercise shows of its concepts.

Only a pass counts. A try that fails is how one works on an exercise, not a sign of not knowing.
"""

from django.urls import reverse
from django.utils import timezone

from apps.exercises.models import Run
from apps.progress.models import EvidenceSource
from apps.progress.services import record_evidence


def record(run: Run) -> None:
    """Once for each exercise, at its first pass."""
    exercise = run.exercise
    assert exercise  # noqa: S101 - for the type checker
    record_evidence(
        learner=run.learner,
        source=EvidenceSource.EXERCISE,
        key=exercise.slug,
        concepts=exercise.concepts.values_list("slug", flat=True),
        score=1.0,
        title=exercise.title,
        attempt=run.number,
        url=reverse("exercise", args=[exercise.slug]),
        at=timezone.now(),
    )
