from pathlib import Path

import pytest

from apps.accounts.models import User
from apps.quizzes.models import Attempt, Quiz
from tests.quizzes.samples import begin, load, make_learner, write_quiz


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Content with one quiz."""
    write_quiz(tmp_path)
    return tmp_path


@pytest.fixture
def learner(db: None) -> User:
    return make_learner()


@pytest.fixture
def quiz(folder: Path, db: None) -> Quiz:
    return load(folder)


@pytest.fixture
def attempt(learner: User, quiz: Quiz) -> Attempt:
    return begin(learner, quiz)
