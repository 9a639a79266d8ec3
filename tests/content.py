"""The real content, read once for a whole run."""

import functools
import os
from pathlib import Path

from django.conf import settings

from apps.curriculum.content import Content, read_content
from apps.exercises.content import Exercise, read_exercises
from apps.quizzes.content import Quiz, read_quizzes
from roadmap_site import loading

FIXTURES = settings.BASE_DIR / "fixtures"
# As a site keeps it: what a process of tests has rendered, none beside or after it renders again.
_KEPT = os.environ.get("MILEPOST_TEST_CACHE")
RENDERED = Path(_KEPT) / "rendered" if _KEPT else None


@functools.cache
def whole_content() -> Content:
    return read_content(FIXTURES, cache=RENDERED)


@functools.cache
def whole_bank() -> list[Quiz]:
    return read_quizzes(FIXTURES, cache=RENDERED)


@functools.cache
def whole_set_of_exercises() -> list[Exercise]:
    return read_exercises(FIXTURES, cache=RENDERED)


def load_all() -> None:
    """As load_curriculum does."""
    loading.load_all(whole_content(), whole_bank(), whole_set_of_exercises())
