import pytest
from django.db import IntegrityError

from apps.accounts.models import Role, User


def test_email_is_unique_in_any_case(learner: User) -> None:
    with pytest.raises(IntegrityError, match="user_email_is_unique_in_any_case"):
        User.objects.bulk_create([User(email="LEARNER@example.com")])


def test_role_is_one_of_three(learner: User) -> None:
    with pytest.raises(IntegrityError, match="user_role_is_known"):
        User.objects.update(role="admin")


def test_only_the_staff_role_opens_the_admin(db: None) -> None:
    assert [User(role=role).is_staff for role in Role] == [False, False, True]


def test_superuser_has_the_staff_role(db: None) -> None:
    user = User.objects.create_superuser("Root@Example.org", "a lantern on the pass")
    assert (user.email, user.role, user.is_superuser) == ("root@example.org", Role.STAFF, True)


def test_repository_token_is_long_and_own(db: None) -> None:
    tokens = {User().repository_token for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {35}
