import datetime

import pytest

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, Step


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("ada@example.org", "correct horse", name="Ada")


@pytest.fixture
def concepts() -> list[Concept]:
    return [Concept.objects.create(slug=slug, title=slug) for slug in ("precision", "recall")]


@pytest.fixture
def lesson() -> Lesson:
    step = Step.objects.create(slug="metrics", title="Metrics", position=1)
    return Lesson.objects.create(
        slug="a-lesson",
        title="A lesson",
        step=step,
        position=1,
        minutes=20,
        last_reviewed=datetime.date(2026, 11, 25),
        version="1" * 64,
    )
