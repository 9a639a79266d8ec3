"""Cohorts, the links that let people in, and what becomes of those who come and go."""

import datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.curriculum.models import ProjectBrief
from apps.mentoring.cohorts import create_link
from apps.mentoring.models import Cohort, InviteLink, Membership
from apps.progress.services import record_pass
from tests.accounts.journey import link_of, log_in, sign_up
from tests.mentoring.samples import make_cohort, make_mentor, make_pass
from tests.submissions.samples import make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def link(cohort: Cohort, mentor: User) -> InviteLink:
    return create_link(cohort=cohort, by=mentor, days=7, most_uses=2)


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def path_of(link: InviteLink) -> str:
    return f"/join/{link.token}/"


# Making ------------------------------------------------------------------------------------------


def test_mentor_makes_a_cohort_and_is_its_mentor(client: Client, mentor: User) -> None:
    client.force_login(mentor)
    response = client.post("/cohorts/", {"name": "  Spring \n 2027 ", "automatic_review": "on"})
    cohort = Cohort.objects.get()
    assert response["Location"] == f"/cohorts/{cohort.pk}/"
    assert (cohort.name, cohort.automatic_review) == ("Spring 2027", True)
    assert list(cohort.mentors.all()) == [mentor]


def test_staff_make_a_cohort_without_being_its_mentor(client: Client, staff: User) -> None:
    client.force_login(staff)
    client.post("/cohorts/", {"name": "Spring"})
    cohort = Cohort.objects.get()
    assert not cohort.mentors.exists()
    assert "It has no mentor yet" in text_of(client, f"/cohorts/{cohort.pk}/")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "This field is required."),
        ("x" * 81, "at most 80 characters"),
        ("a\u202eb", "invisible control character"),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_wrong_name_is_told(client: Client, mentor: User, name: str, message: str) -> None:
    client.force_login(mentor)
    response = client.post("/cohorts/", {"name": name})
    assert response.status_code == 422
    assert message in response.content.decode()


@pytest.mark.parametrize(
    ("days", "uses", "message"),
    [
        ("0", "5", "At least one day."),
        ("91", "5", "At most 90 days"),
        ("x", "5", "Write a whole number of days."),
        ("5", "0", "At least one person."),
        ("5", "501", "At most 500 people."),
        ("5", "\x00", "Write a whole number of people."),
    ],
)
def test_wrong_link_is_told(
    client: Client, mentor: User, cohort: Cohort, days: str, uses: str, message: str
) -> None:
    client.force_login(mentor)
    url = f"/cohorts/{cohort.pk}/invite-links/"
    response = client.post(url, {"days": days, "most_uses": uses})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not InviteLink.objects.exists()


def test_link_is_shown_to_the_mentors_until_it_is_taken_back(
    client: Client, mentor: User, cohort: Cohort
) -> None:
    client.force_login(mentor)
    client.post(f"/cohorts/{cohort.pk}/invite-links/", {"days": "7", "most_uses": "2"})
    link = InviteLink.objects.get()
    assert len(link.token) >= 32  # 192 bits in base 64
    assert f"http://testserver/join/{link.token}/" in text_of(client, f"/cohorts/{cohort.pk}/")
    client.post(f"/cohorts/{cohort.pk}/invite-links/{link.pk}/revocation/")
    assert link.token not in text_of(client, f"/cohorts/{cohort.pk}/")
    assert "was taken back" in text_of(client, path_of(link), 410)


# Joining -----------------------------------------------------------------------------------------


def test_visitor_signs_up_confirms_and_is_back_at_the_invitation(
    client: Client, link: InviteLink
) -> None:
    assert 'href="/account/signup/?next=/join/' in text_of(client, path_of(link))
    sign_up(client, "new@example.org", next=path_of(link))
    assert not Membership.objects.filter(learner__email="new@example.org").exists()
    response = client.post(link_of(mail.outbox[0]))
    assert response["Location"] == path_of(link)
    assert ">Join</button>" in text_of(client, path_of(link))
    assert client.post(path_of(link))["Location"] == "/"
    person = User.objects.get(email="new@example.org")
    assert person.role == Role.LEARNER
    assert Membership.objects.get(learner=person).cohort == link.cohort


def test_visitor_with_an_account_logs_in_and_is_back(
    client: Client, link: InviteLink, mentor: User
) -> None:
    sign_up(client, "new@example.org")
    client.post(link_of(mail.outbox[0]))
    other = Client()
    response = other.post(
        f"/account/login/?next={path_of(link)}",
        {"login": "new@example.org", "password": "a lantern on the pass", "next": path_of(link)},
    )
    assert response["Location"] == path_of(link)
    assert log_in(Client(), "new@example.org")


def test_joining_twice_counts_once(client: Client, link: InviteLink) -> None:
    client.force_login(make_learner())
    client.post(path_of(link))
    client.post(path_of(link))
    assert InviteLink.objects.get().used == 1
    assert "You are in this cohort already" in text_of(client, path_of(link))


def test_opening_a_link_joins_nobody(client: Client, link: InviteLink) -> None:
    client.force_login(make_learner())
    client.get(path_of(link))
    assert InviteLink.objects.get().used == 0


def test_mentors_and_staff_do_not_become_learners(
    client: Client, link: InviteLink, staff: User
) -> None:
    for person in (make_mentor(), staff):
        client.force_login(person)
        assert "you do not join as a learner" in text_of(client, path_of(link))
        client.post(path_of(link))
        assert not person.memberships.exists()
    assert InviteLink.objects.get().used == 0


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("changed", "sentence", "status"),
    [
        ({"expires": timezone.now() - datetime.timedelta(seconds=1)}, "has expired", 410),
        ({"used": 2}, "has been used by everyone", 410),
        ({"revoked": timezone.now()}, "was taken back", 410),
        ({"token": "another"}, "There is no such invitation", 404),
    ],
    ids=["expired", "used up", "revoked", "unknown"],
)
def test_link_that_cannot_be_used_says_why(
    client: Client,
    link: InviteLink,
    changed: dict[str, object],
    sentence: str,
    status: int,
    method: str,
) -> None:
    InviteLink.objects.update(**changed)
    for person in (None, make_learner()):
        if person:
            client.force_login(person)
        response = getattr(client, method)(path_of(link))
        assert response.status_code == status
        assert sentence in response.content.decode()
    assert Membership.objects.count() == 1  # the learner of the fixture


@pytest.mark.parametrize("token", ["%00", "a" * 3000, "%F0%9F%A6%86", "..%2f"])
def test_odd_token_is_unknown(client: Client, db: None, token: str) -> None:
    assert client.get(f"/join/{token}/").status_code == 404


# Leaving -----------------------------------------------------------------------------------------


def test_who_leaves_and_comes_back_has_both_in_the_history(
    client: Client, link: InviteLink, cohort: Cohort, learner: User, mentor: User
) -> None:
    client.force_login(learner)
    client.post(f"/cohorts/{cohort.pk}/leaving/")
    assert client.post(f"/cohorts/{cohort.pk}/leaving/").status_code == 302
    assert "You are in no cohort" in text_of(client, "/cohorts/")
    client.post(path_of(link))
    rows = Membership.objects.filter(learner=learner).order_by("pk")
    assert [row.left is None for row in rows] == [False, True]
    client.force_login(mentor)
    client.post(f"/cohorts/{cohort.pk}/learners/{learner.pk}/removal/")
    assert not Membership.objects.filter(left__isnull=True).exists()
    again = client.post(f"/cohorts/{cohort.pk}/learners/{learner.pk}/removal/")
    assert again.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_road_follows_who_joins_leaves_and_mentors(
    client: Client, brief: ProjectBrief, mentor: User, staff: User
) -> None:
    """The road is cached: it is forgotten when somebody reviews, or no longer does."""
    learner = make_learner()
    cohort = make_cohort(mentor=mentor)
    link = create_link(cohort=cohort, by=mentor, days=1, most_uses=9)
    make_pass(learner, brief)
    record_pass(learner=learner, brief=brief, at=timezone.now())
    client.force_login(learner)

    def milepost() -> str:
        text = text_of(client, "/projects/")
        start = text.index('class="road-line"')
        return text[start : text.index("</div>", start)]

    alone = milepost()
    client.post(path_of(link))
    mentored = milepost()
    assert alone != mentored
    client.post(f"/cohorts/{cohort.pk}/leaving/")
    assert milepost() == alone
    client.post(path_of(link))
    assert milepost() == mentored
    admin = Client()
    admin.force_login(staff)
    form = {"name": "Autumn", "mentors": []}
    assert admin.post(f"/staff/mentoring/cohort/{cohort.pk}/change/", form).status_code == 302
    assert milepost() == alone


# Staff -------------------------------------------------------------------------------------------


def test_only_staff_open_the_admin_and_choose_mentors(
    client: Client, staff: User, mentor: User, cohort: Cohort, learner: User
) -> None:
    url = f"/staff/mentoring/cohort/{cohort.pk}/change/"
    for person in (learner, mentor):
        client.force_login(person)
        assert client.get(url).status_code == 302
    client.force_login(staff)
    second = make_mentor("Mia")
    form = {"name": "Autumn", "mentors": [str(mentor.pk), str(second.pk)]}
    assert client.post(url, form).status_code == 302
    assert set(cohort.mentors.all()) == {mentor, second}
    refused = client.post(url, {"name": "Autumn", "mentors": [str(learner.pk)]})
    assert refused.status_code == 200
    assert client.get(f"/staff/mentoring/cohort/{cohort.pk}/delete/").status_code == 403
