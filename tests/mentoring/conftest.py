import pytest

from apps.accounts.models import Role, User
from apps.curriculum.models import ProjectBrief
from apps.mentoring.models import Cohort
from apps.submissions.models import Submission
from tests.mentoring.samples import make_cohort, make_mentor, make_pass
from tests.submissions.samples import make_brief, make_learner


@pytest.fixture
def learner(db: None) -> User:
    return make_learner("Ada")


@pytest.fixture
def mentor(db: None) -> User:
    return make_mentor("Max")


@pytest.fixture
def staff(db: None) -> User:
    return make_mentor("Stella", Role.STAFF)


@pytest.fixture
def brief(db: None) -> ProjectBrief:
    return make_brief()


@pytest.fixture
def cohort(learner: User, mentor: User) -> Cohort:
    return make_cohort(learner, mentor=mentor)


@pytest.fixture
def passed(learner: User, brief: ProjectBrief, cohort: Cohort) -> Submission:
    return make_pass(learner, brief)
