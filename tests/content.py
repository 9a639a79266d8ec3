"""The real content, read once for a whole run."""

import functools

from django.conf import settings

from apps.curriculum.content import Content, read_content
from apps.curriculum.loader import load_content
from apps.quizzes.content import Quiz, read_quizzes
from apps.quizzes.loader import load_quizzes

FIXTURES = settings.BASE_DIR / "fixtures"


@functools.cache
def whole_content() -> Content:
    return read_content(FIXTURES)


@functools.cache
def whole_bank() -> list[Quiz]:
    return read_quizzes(FIXTURES)


def load_all() -> None:
    """As load_curriculum does."""
    load_content(whole_content())
    load_quizzes(whole_bank())
