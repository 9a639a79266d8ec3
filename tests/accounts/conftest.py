import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from apps.accounts.models import Role, User
from tests.accounts.journey import PASSWORD


@pytest.fixture(autouse=True)
def _fresh_rate_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def learner(db: None) -> User:
    return member("learner@example.com")


@pytest.fixture
def mentor(db: None) -> User:
    return member("mentor@example.com", role=Role.MENTOR)


@pytest.fixture
def staff(db: None) -> User:
    return member("staff@example.com", role=Role.STAFF)


@pytest.fixture
def superuser(db: None) -> User:
    return member("root@example.com", role=Role.STAFF, is_superuser=True)


def member(email: str, *, role: Role = Role.LEARNER, is_superuser: bool = False) -> User:
    """Someone with a confirmed address."""
    user = User.objects.create_user(email, PASSWORD, role=role, is_superuser=is_superuser)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user
