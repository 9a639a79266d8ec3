"""What a passkey's forms refuse. That passkeys work is shown in a browser, by tests/journey."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from tests.accounts.factors import begin_log_in, factors_of, give_app, log_in_and_prove

LOG_INS_PER_MINUTE = 10

CREDENTIAL: dict[str, Any] = {
    "type": "public-key",
    "id": "AAAA",
    "rawId": "AAAA",
    "response": {
        "clientDataJSON": "e30",
        "attestationObject": "oA",
        "authenticatorData": "AAAA",
        "signature": "AAAA",
        "userHandle": "MQ",
    },
    "clientExtensionResults": {},
}


def with_response(**changes: object) -> dict[str, Any]:
    return CREDENTIAL | {"response": CREDENTIAL["response"] | changes}


DOCUMENTS: list[object] = [
    {},
    {"response": None},
    {"response": []},
    {"response": "x", "id": 5},
    CREDENTIAL,
    CREDENTIAL | {"rawId": None},
    CREDENTIAL | {"rawId": "é"},
    CREDENTIAL | {"response": {}},
    CREDENTIAL | {"clientExtensionResults": 7},
    with_response(userHandle=None),
    with_response(userHandle=""),
    with_response(userHandle="_____w"),
    with_response(userHandle="OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"),  # a huge number
    with_response(clientDataJSON="W10"),
    with_response(clientDataJSON={}),
    with_response(attestationObject="n" * 4000),
    with_response(attestationObject="gYGBgYGBgYGBgYGBgYGBgYGB" * 400),  # nested CBOR
    with_response(signature=5),
]
HOSTILE = ["", "{", "null", "[]", "5", '"text"', "[" * 5000, *map(json.dumps, DOCUMENTS)]


def complaint_of(response: Any) -> str:
    return "".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize("credential", HOSTILE)
def test_malformed_passkey_is_not_added(client: Client, learner: User, credential: str) -> None:
    log_in_and_prove(client, learner)
    client.get(reverse("mfa_add_webauthn"))  # begins, as the browser does
    form = {"name": "x", "credential": credential}
    page = client.post(reverse("mfa_add_webauthn"), form)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert factors_of(learner) == set()


@pytest.mark.parametrize("credential", HOSTILE)
def test_malformed_passkey_does_not_log_in(client: Client, learner: User, credential: str) -> None:
    url = reverse("mfa_login_webauthn")
    begun = client.get(url, headers={"accept": "application/json"})
    assert begun.json()["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post(url, {"credential": credential})
    assert answer["Location"] == reverse("account_login")
    assert complaint_of(answer)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", HOSTILE)
def test_malformed_passkey_is_no_second_step(
    client: Client, learner: User, credential: str
) -> None:
    give_app(learner)
    begin_log_in(client, learner)
    client.get(reverse("mfa_authenticate"))
    page = client.post(reverse("mfa_authenticate"), {"credential": credential})
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "rawId", "type", "response", "userHandle", "clientDataJSON"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_any_json_for_a_passkey_is_answered(learner: User, value: object) -> None:
    client = Client(REMOTE_ADDR="192.0.2.9")
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(value)})
    assert answer.status_code in {302, 429}


def test_log_ins_by_passkey_are_limited(client: Client, db: None) -> None:
    url = reverse("mfa_login_webauthn")
    statuses = [client.post(url).status_code for _ in range(LOG_INS_PER_MINUTE + 1)]
    assert statuses == [302] * LOG_INS_PER_MINUTE + [429]


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_passkey_of_someone_else_is_not_there(
    client: Client, learner: User, mentor: User, name: str
) -> None:
    theirs = Authenticator.objects.create(user=mentor, type="webauthn", data={"name": "phone"})
    log_in_and_prove(client, learner)
    url = reverse(name, args=[theirs.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data == {"name": "phone"}


@pytest.mark.parametrize(
    ("typed", "kept"), [("\u202egnp", None), ("x" * 61, None), ("", None), (" my  key ", "my key")]
)
def test_passkey_is_renamed_within_bounds(
    client: Client, learner: User, typed: str, kept: str | None
) -> None:
    log_in_and_prove(client, learner)
    mine = Authenticator.objects.create(user=learner, type="webauthn", data={"name": "phone"})
    client.post(reverse("mfa_edit_webauthn", args=[mine.pk]), {"name": typed})
    mine.refresh_from_db()
    assert mine.data["name"] == (kept or "phone")
