"""Staff make mentors; no one makes themselves anything."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from tests.accounts.factors import SECRET, factors_of, give_app


def change(client: Client, user: User, **fields: str) -> int:
    """Post the admin's change form; the status of the answer (302: saved)."""
    form = {
        "name": user.name, "role": user.role, "extra_time": "0", "is_active": "on", **fields
    }  # fmt: skip
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), form).status_code


def role_of(user: User) -> str:
    user.refresh_from_db()
    return user.role


def test_staff_make_a_mentor_and_take_it_back(client: Client, staff: User, learner: User) -> None:
    client.force_login(staff)
    assert change(client, learner, role=Role.MENTOR) == 302
    assert role_of(learner) == Role.MENTOR
    assert change(client, learner, role=Role.LEARNER) == 302
    assert role_of(learner) == Role.LEARNER


def test_staff_cannot_make_staff(client: Client, staff: User, learner: User) -> None:
    client.force_login(staff)
    assert change(client, learner, role=Role.STAFF) == 200  # the form again, with its error
    assert role_of(learner) == Role.LEARNER


def test_staff_cannot_make_a_superuser(client: Client, staff: User, learner: User) -> None:
    client.force_login(staff)
    change(client, learner, is_superuser="on", user_permissions="1", groups="1")
    learner.refresh_from_db()
    assert not learner.is_superuser
    assert not learner.user_permissions.exists()


def test_staff_cannot_change_other_staff(client: Client, staff: User, superuser: User) -> None:
    client.force_login(staff)
    assert change(client, superuser, role=Role.LEARNER) == 403
    assert role_of(superuser) == Role.STAFF


def test_superuser_makes_staff(client: Client, superuser: User, learner: User) -> None:
    client.force_login(superuser)
    assert change(client, learner, role=Role.STAFF) == 302
    assert role_of(learner) == Role.STAFF


def test_nobody_changes_themselves(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    assert change(client, superuser, role=Role.LEARNER) == 403
    assert role_of(superuser) == Role.STAFF


def test_admin_changes_no_address_or_password(
    client: Client, superuser: User, learner: User
) -> None:
    client.force_login(superuser)
    before = (learner.email, learner.password)
    change(client, learner, email="taken@example.com", password="x", repository_token="mp_x")
    learner.refresh_from_db()
    assert (learner.email, learner.password) == before


def test_nobody_is_added_in_the_admin(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403


def test_staff_delete_nobody_and_a_superuser_not_themselves(
    client: Client, staff: User, superuser: User, learner: User
) -> None:
    def delete(user: User) -> int:
        url = reverse("admin:accounts_user_delete", args=[user.pk])
        return client.post(url, {"post": "yes"}).status_code

    client.force_login(staff)
    assert delete(learner) == 403
    client.force_login(superuser)
    assert delete(superuser) == 403
    assert delete(learner) == 302
    assert not User.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("who", ["learner", "mentor"])
def test_admin_is_closed_to_others(
    client: Client, request: pytest.FixtureRequest, learner: User, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert change(client, learner, role=Role.MENTOR) == 302  # to the log-in page
    assert role_of(learner) == Role.LEARNER
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("admin:login")).status_code == 403


def test_admin_sends_visitors_to_the_sites_log_in(client: Client) -> None:
    page = client.get(reverse("admin:index"), follow=True)
    assert page.redirect_chain[-1][0].startswith(reverse("account_login"))
    form = {"username": "x", "password": "y"}
    assert client.post(reverse("admin:login"), form)["Location"].startswith(
        reverse("account_login")
    )


def test_list_of_people_shows_roles(client: Client, staff: User, mentor: User) -> None:
    client.force_login(staff)
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "mentor"})
    assert b"mentor@example.com" in page.content


def test_superuser_removes_a_lost_second_factor_without_seeing_it(
    client: Client, superuser: User, learner: User
) -> None:
    give_app(learner)
    factor = Authenticator.objects.get(type="totp")
    client.force_login(superuser)
    page = client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    assert client.get(reverse("admin:mfa_authenticator_add")).status_code == 403
    url = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert factors_of(learner) == set()


def test_staff_see_no_second_factors(client: Client, staff: User, learner: User) -> None:
    give_app(learner)
    factor = Authenticator.objects.get(type="totp")
    client.force_login(staff)
    assert client.get(reverse("admin:mfa_authenticator_changelist")).status_code == 403
    url = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert factors_of(learner) == {"totp", "recovery_codes"}
