import pytest

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.exercises.models import Exercise
from tests.exercises.samples import make_exercise, make_learner, make_lesson


@pytest.fixture
def learner(db: None) -> User:
    return make_learner()


@pytest.fixture
def lesson(db: None) -> Lesson:
    return make_lesson()


@pytest.fixture
def exercise(lesson: Lesson) -> Exercise:
    return make_exercise(lesson=lesson)
