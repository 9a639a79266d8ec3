"""A mentor in a browser: sent to set up a second factor, an app, a passkey, and logging in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from apps.accounts.models import Role, User
from tests.accounts.totp import code_of
from tests.journey.visitor import Visitor

EMAIL = "mira@example.org"
PASSWORD = "a compiler of one's own"
HOME = re.compile(r"localhost:\d+/$")
# A laptop with a fingerprint reader and an owner who is always there.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mentor(settings: Settings) -> User:
    settings.REQUIRE_SECOND_FACTOR = True
    cache.clear()
    user = User.objects.create_user(EMAIL, PASSWORD, role=Role.MENTOR)
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    return user


@pytest.fixture
def page(browser: Browser, live_server: object) -> Iterator[Page]:
    context = browser.new_context(base_url=str(live_server).replace("127.0.0.1", "localhost"))
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()


def test_mentor_sets_up_an_app_and_a_passkey_and_logs_in_with_each(
    page: Page, mentor: User, screenshots: Path | None
) -> None:
    visitor = Visitor(page, screenshots)
    heading = page.get_by_role("heading", level=1)

    # Nothing opens before there is a second factor.
    log_in(page)
    expect(page.get_by_text("Set up a second factor to go on")).to_be_visible()
    visitor.look("second-factor-required")
    page.get_by_role("link", name="Set up an app").click()
    expect(heading).to_have_text("Is it you?")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()

    # The app.
    visitor.look("app-setup")
    secret = page.locator(".copy-line").inner_text()
    page.get_by_label("Code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(heading).to_have_text("Recovery codes")
    visitor.look("recovery-codes")
    recovery_code = page.locator(".recovery-codes code").first.inner_text()

    # A passkey; Enter in its name makes it, too.
    page.goto("/account/second-factor/webauthn/add/")
    visitor.look("passkey-add")
    page.get_by_label("Name of the passkey").fill("My laptop")
    page.get_by_label("Name of the passkey").press("Enter")
    expect(page.get_by_text("1 passkey")).to_be_visible()
    visitor.look("second-factor")
    page.goto("/account/second-factor/webauthn/")
    expect(page.get_by_text("Logs you in alone.")).to_be_visible()
    visitor.look("passkeys")
    page.goto("/settings/")
    visitor.look("settings")

    # In with a recovery code, with the passkey as second step, and with the passkey alone.
    log_out(page)
    log_in(page)
    visitor.look("second-step")
    page.get_by_label("Code", exact=True).fill(recovery_code)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(HOME)
    log_out(page)
    log_in(page)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page).to_have_url(HOME)
    log_out(page)
    page.goto("/account/login/?next=/settings/deletion/")
    visitor.look("log-in")
    page.get_by_role("button", name="Log in with a passkey").click()

    # And as proof before something that cannot be undone.
    expect(heading).to_have_text("Is it you?")
    page.get_by_role("link", name="Use a passkey instead").click()
    visitor.look("passkey-proof")
    page.get_by_role("button", name="Use your passkey").click()
    expect(heading).to_have_text("Delete your account")
    visitor.look("deletion")

    assert visitor.problems == []


def test_passkey_that_the_browser_does_not_give_is_told_in_words(page: Page, mentor: User) -> None:
    """Nobody has added one, so no passkey on this device fits."""
    page.goto("/account/login/")
    complaint = page.get_by_role("alert")
    expect(complaint).to_be_hidden()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(complaint).to_contain_text("No passkey was used", timeout=90_000)
