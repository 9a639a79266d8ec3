"""Every address of mentoring, for each kind of person."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import get_resolver

from apps.accounts.models import Role, User
from apps.curriculum.models import ProjectBrief
from apps.mentoring.cohorts import create_link
from apps.mentoring.models import Cohort, Decision, InviteLink
from apps.mentoring.services import add_comment, ask_for_review
from apps.mentoring.urls import urlpatterns
from apps.submissions.models import Submission
from tests.mentoring.samples import make_cohort, make_mentor, make_pass, make_review
from tests.submissions.samples import make_brief, make_learner

pytestmark = pytest.mark.django_db

WHO = ("visitor", "learner", "other learner", "mentor", "co-mentor", "other mentor", "staff")
LOG_IN = 302  # to the log-in page
# Of a GET for visitor, learner, another learner, the mentor, the cohort's other mentor, the mentor
# of another cohort, and staff; "=" is a redirect to where the address belongs.
GET: dict[str, tuple[int | str, ...]] = {
    "mentoring": (LOG_IN, 404, 404, 200, 200, 200, 200),
    "read": (LOG_IN, 404, 404, 200, 200, 404, 200),
    "claim": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "review": (LOG_IN, 404, 404, 200, 200, 404, 200),
    "review_release": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "review_comments": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "review_decision": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "review_thread": (LOG_IN, "=", 404, "=", 404, 404, 404),
    "comment": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "comment_removal": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "review_request": (LOG_IN, "=", 404, 404, 404, 404, 404),
    "own_code": (LOG_IN, 200, 404, 404, 404, 404, 404),
    "cohorts": (LOG_IN, 200, 200, 200, 200, 200, 200),
    "cohort": (LOG_IN, 404, 404, 200, 200, 404, 200),
    "cohort_settings": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "invite_links": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "invite_revocation": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "removal": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "leaving": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "join": (200, 200, 200, 200, 200, 200, 200),
    "person": (LOG_IN, 404, 404, 200, 200, 404, 200),
}
# Of a POST that holds nothing; 422 is the form again, so the person may.
POST: dict[str, tuple[int | str, ...]] = {
    "mentoring": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "read": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "claim": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "review": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "review_release": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "review_comments": (LOG_IN, 404, 404, 404, 404, 404, 404),  # no line is named
    "review_decision": (LOG_IN, 404, 404, 422, 404, 404, 404),
    "review_thread": (LOG_IN, 422, 404, 422, 404, 404, 404),
    "comment": (LOG_IN, 404, 404, 422, 404, 404, 404),
    "comment_removal": (LOG_IN, 404, 404, "=", 404, 404, 404),
    "review_request": (LOG_IN, "=", 404, 404, 404, 404, 404),
    "own_code": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "cohorts": (LOG_IN, 404, 404, 422, 422, 422, 422),
    "cohort": (LOG_IN, 405, 405, 405, 405, 405, 405),
    "cohort_settings": (LOG_IN, 404, 404, 422, 422, 404, 422),
    "invite_links": (LOG_IN, 404, 404, 422, 422, 404, 422),
    "invite_revocation": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "removal": (LOG_IN, 404, 404, "=", "=", 404, "="),
    "leaving": (LOG_IN, "=", 404, 404, 404, 404, 404),
    "join": (200, "=", "=", 200, 200, 200, 200),
    "person": (LOG_IN, 405, 405, 405, 405, 405, 405),
}


@dataclass
class Scene:
    people: dict[str, User | None]
    urls: dict[str, str]


@pytest.fixture
def scene(learner: User, mentor: User, staff: User, cohort: Cohort, brief: ProjectBrief) -> Scene:
    co_mentor, other_mentor, other = make_mentor("Mia"), make_mentor("Olga"), make_learner("Bob")
    cohort.mentors.add(co_mentor)
    make_cohort(other, mentor=other_mentor, name="Spring")
    waiting = make_pass(learner, brief)
    ask_for_review(submission=waiting)
    decided = make_pass(learner, make_brief("spam-email-classifier"))
    held = make_pass(learner, make_brief("customer-churn-prediction"))
    thread = make_review(decided, mentor, Decision.APPROVED)
    review = make_review(held, mentor)
    comment = add_comment(review=review, path="README.md", line=1, quoted="", text="A secret.")
    link, taken_back = (
        create_link(cohort=cohort, by=mentor, days=1, most_uses=9) for _ in range(2)
    )
    base = f"/mentoring/reviews/{review.pk}/"
    urls = {
        "mentoring": "/mentoring/",
        "read": f"/mentoring/submissions/{waiting.public_id}/",
        "claim": f"/mentoring/submissions/{waiting.public_id}/claim/",
        "review": base,
        "review_release": f"{base}release/",
        "review_comments": f"{base}comments/",
        "review_decision": f"{base}decision/",
        "review_thread": f"/mentoring/reviews/{thread.pk}/thread/",
        "comment": f"/mentoring/comments/{comment.pk}/",
        "comment_removal": f"/mentoring/comments/{comment.pk}/removal/",
        "review_request": f"/submissions/{waiting.public_id}/review-request/",
        "own_code": f"/submissions/{waiting.public_id}/code/",
        "cohorts": "/cohorts/",
        "cohort": f"/cohorts/{cohort.pk}/",
        "cohort_settings": f"/cohorts/{cohort.pk}/settings/",
        "invite_links": f"/cohorts/{cohort.pk}/invite-links/",
        "invite_revocation": f"/cohorts/{cohort.pk}/invite-links/{taken_back.pk}/revocation/",
        "removal": f"/cohorts/{cohort.pk}/learners/{learner.pk}/removal/",
        "leaving": f"/cohorts/{cohort.pk}/leaving/",
        "join": f"/join/{link.token}/",
        "person": f"/people/{learner.pk}/",
    }
    everybody = (None, learner, other, mentor, co_mentor, other_mentor, staff)
    return Scene(people=dict(zip(WHO, everybody, strict=True)), urls=urls)


def answer(client: Client, url: str, method: str) -> int | str:
    response = client.get(url) if method == "GET" else client.post(url, {"decision": "changes"})
    if response.status_code == 302 and not response["Location"].startswith("/account/login/"):
        return "="
    return response.status_code


def test_every_address_is_in_both_tables() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert set(GET) == set(POST) == names
    assert all(get_resolver().reverse_dict.getlist(name) for name in names)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("method", "table"), [("GET", GET), ("POST", POST)], ids=["GET", "POST"])
def test_address_answers_each_person_as_it_should(
    client: Client, scene: Scene, who: str, method: str, table: dict[str, tuple[int | str, ...]]
) -> None:
    person = scene.people[who]
    if person:
        client.force_login(person)
    place = WHO.index(who)
    found = {name: answer(client, url, method) for name, url in scene.urls.items()}
    assert found == {name: row[place] for name, row in table.items()}


@pytest.mark.parametrize("who", ["co-mentor", "staff"])
def test_drafts_are_nobody_elses(client: Client, scene: Scene, who: str) -> None:
    person = scene.people[who]
    assert person
    client.force_login(person)
    text = client.get(scene.urls["review"]).content.decode()
    assert "A secret." not in text
    assert "Being read" in text


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999", "2147483648"])
@pytest.mark.parametrize(
    "url", ["/mentoring/reviews/{}/", "/cohorts/{}/", "/people/{}/", "/mentoring/comments/{}/"]
)
def test_number_of_nothing_is_not_found(client: Client, mentor: User, url: str, pk: str) -> None:
    client.force_login(mentor)
    assert client.get(url.format(pk)).status_code == 404


def test_link_of_another_cohort_is_not_taken_back(
    client: Client, mentor: User, cohort: Cohort
) -> None:
    other = make_cohort(mentor=make_mentor(), name="Spring")
    link = create_link(cohort=other, by=mentor, days=1, most_uses=1)
    client.force_login(mentor)
    url = f"/cohorts/{cohort.pk}/invite-links/{link.pk}/revocation/"
    assert client.post(url).status_code == 404
    assert InviteLink.objects.get().revoked is None


def test_who_left_is_no_longer_seen(
    client: Client, mentor: User, cohort: Cohort, passed: Submission, learner: User
) -> None:
    review = make_review(passed, mentor)
    client.force_login(learner)
    client.post(f"/cohorts/{cohort.pk}/leaving/")
    review.refresh_from_db()
    assert review.ended is not None
    client.force_login(mentor)
    for url in (f"/people/{learner.pk}/", f"/mentoring/reviews/{review.pk}/"):
        assert client.get(url).status_code == 404
    assert "Formerly here" in client.get(f"/cohorts/{cohort.pk}/").content.decode()


def test_mentor_who_is_one_no_more_sees_nothing(
    client: Client, mentor: User, cohort: Cohort, learner: User
) -> None:
    User.objects.filter(pk=mentor.pk).update(role=Role.LEARNER)
    client.force_login(mentor)
    for url in ("/mentoring/", f"/cohorts/{cohort.pk}/", f"/people/{learner.pk}/"):
        assert client.get(url).status_code == 404
