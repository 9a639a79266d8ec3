"""The real content, read once for a whole run."""

import functools

from django.conf import settings

from apps.curriculum.content import Content, read_content
from apps.exercises.content import Exercise, read_exercises
from apps.quizzes.content import Quiz, read_quizzes
from roadmap_site import loading

FIXTURES = settings.BASE_DIR / "fixtures"


@functools.cache
def whole_content() -> Content:
    return read_content(FIXTURES)


@functools.cache
def whole_bank() -> list[Quiz]:
    return read_quizzes(FIXTURES)


@functools.cache
def whole_set_of_exercises() -> list[Exercise]:
    return read_exercises(FIXTURES)


def load_all() -> None:
    """As load_curriculum does."""
    loading.load_all(whole_content(), whole_bank(), whole_set_of_exercises())
