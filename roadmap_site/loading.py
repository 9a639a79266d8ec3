"""Brings the database in line with all authored text, of every app."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from apps.curriculum.content import Content
from apps.curriculum.loader import Loaded, load_content, mark_tested_concepts
from apps.exercises.content import Exercise
from apps.exercises.loader import load_exercises
from apps.quizzes.content import Quiz
from apps.quizzes.loader import load_quizzes


@transaction.atomic
def load_all(
    content: Content, quizzes: Sequence[Quiz], exercises: Sequence[Exercise]
) -> dict[str, Loaded]:
    """What was done, by kind of text."""
    loaded = load_content(content) | load_quizzes(quizzes) | load_exercises(exercises)
    mark_tested_concepts(
        Q(questions__published=True, questions__quiz__published=True)
        | Q(exercises__published=True, exercises__lesson__published=True)
    )
    return loaded
