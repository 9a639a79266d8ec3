import pytest
from django.conf import LazySettings

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from tests.submissions.samples import make_brief, make_learner


@pytest.fixture(autouse=True)
def _data_secret(settings: LazySettings) -> None:
    settings.DATA_SECRET = "a secret of the tests, longer than thirty-two characters"


@pytest.fixture
def learner(db: None) -> User:
    return make_learner()


@pytest.fixture
def brief(db: None) -> ProjectBrief:
    return make_brief()
