"""A redirect that answers htmx is for the whole page."""

import pytest
from django.test import Client

from apps.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("current", "back"),
    [
        ({"HX-Current-URL": "http://testserver/lessons/a/?b=c"}, "/lessons/a/%3Fb%3Dc"),
        ({"HX-Current-URL": "https://elsewhere.example/lessons/a/"}, "/"),
        ({}, "/"),
    ],
)
def test_fragment_for_somebody_who_was_logged_out_leads_to_the_log_in_and_back(
    client: Client, current: dict[str, str], back: str
) -> None:
    answer = client.post("/settings/", headers={"HX-Request": "true"} | current)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == f"/account/login/?next={back}"
    assert "no-store" in answer["Cache-Control"]


def test_page_is_redirected_as_ever(client: Client) -> None:
    answer = client.get("/settings/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/settings/")


def test_other_answers_to_htmx_stay_as_they_are(client: Client, learner: User) -> None:
    client.force_login(learner)
    answer = client.get("/settings/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer
