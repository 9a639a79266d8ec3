"""Steps of a visitor, as a browser posts them."""

import re

from django.core import mail
from django.test import Client
from django.urls import reverse

PASSWORD = "a lantern on the pass"


def sign_up(client: Client, email: str, **more: str) -> str:
    """Post the sign-up form; the address of the page that follows."""
    form = {"email": email, "password1": PASSWORD, **more}
    response = client.post(reverse("account_signup"), form)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def log_in(client: Client, email: str, password: str = PASSWORD) -> bool:
    client.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in client.session


def link_of(message: mail.EmailMessage) -> str:
    """The path of the one link in a mail."""
    (link,) = re.findall(r"^http://testserver(/\S+)$", str(message.body), flags=re.MULTILINE)
    return str(link)
