"""Brings the database in line with the authored exercises."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from apps.curriculum.loader import Loaded, hash_of_values
from apps.curriculum.models import Concept, Lesson
from apps.exercises import content as authored
from apps.exercises.models import Exercise


@transaction.atomic
def load_exercises(exercises: Sequence[authored.Exercise]) -> dict[str, Loaded]:
    """Write what is new or changed, withdraw what is no longer there, touch nothing else.

    The concepts and lessons that they name are there already.
    """
    known = dict(Exercise.objects.filter(published=True).values_list("slug", "content_hash"))
    written, unchanged = [], []
    for exercise in exercises:
        values = asdict(exercise)
        del values["mistakes"]  # only the tests read them
        content_hash = hash_of_values(values)
        if known.pop(exercise.slug, None) == content_hash:
            unchanged.append(exercise.slug)
            continue
        _write(values, content_hash)
        written.append(exercise.slug)
    gone = sorted(known)
    if gone:
        Exercise.objects.filter(slug__in=gone).update(published=False)
    return {"Exercises": Loaded(written=written, unchanged=unchanged, withdrawn=gone)}


def _write(values: dict[str, Any], content_hash: str) -> None:
    concepts = values.pop("concepts")
    values |= {"content_hash": content_hash, "published": True}
    values["lesson"] = Lesson.objects.get(slug=values["lesson"])
    exercise, _ = Exercise.objects.update_or_create(slug=values.pop("slug"), defaults=values)
    exercise.concepts.set(Concept.objects.filter(slug__in=concepts))
