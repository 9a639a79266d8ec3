"""Code in the browser: a block of a lesson and an exercise, by keyboard and without JavaScript."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.exercises.models import Exercise, Run, State
from tests.content import load_all
from tests.journey.visitor import Visitor
from tests.submissions.worker import Worker, wait_until

EMAIL, PASSWORD = "grace@example.org", "a compiler of one's own"
LESSON = "/lessons/numpy-arrays/"
EXERCISE = "/exercises/fill-with-the-median/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    environment = {}
    if "MILEPOST_TEST_CACHE" in os.environ:
        environment["MILEPOST_CHECKS_HOME"] = os.environ["MILEPOST_TEST_CACHE"]
    worker = Worker(tmp_path / "code.log", "-Q", "code", **environment)
    yield worker
    worker.stop()


@pytest.fixture
def base(db: None, live_server: object) -> str:
    load_all()
    learner = User.objects.create_user(EMAIL, PASSWORD, name="Grace")
    EmailAddress.objects.create(user=learner, email=EMAIL, primary=True, verified=True)
    return str(live_server).replace("127.0.0.1", "localhost")


def log_in(page: Page) -> None:
    page.goto("/account/login/")
    fill_log_in(page)
    expect(page.get_by_role("button", name="Account")).to_be_visible()


def fill_log_in(page: Page) -> None:
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()


def test_code_is_changed_and_run_by_keyboard(
    browser: Browser, base: str, worker: Worker, screenshots: Path | None
) -> None:
    page = browser.new_context(base_url=base).new_page()
    visitor = Visitor(page, screenshots)
    log_in(page)

    page.goto(LESSON)
    page.get_by_role("link", name="Edit and run block 1", exact=True).focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Code of this block")
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("for n in range(2):\nprint(n, 'of the block')")
    expect(field).to_have_value("for n in range(2):\n    print(n, 'of the block')")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".run pre")).to_have_text("0 of the block\n1 of the block\n")
    visitor.look("lesson-code")

    # Tab indents, and Shift with Tab takes it back; after Esc it leaves the field.
    field.fill("a\nb")
    page.keyboard.press("Control+a")
    page.keyboard.press("Tab")
    expect(field).to_have_value("    a\n    b")
    page.keyboard.press("Shift+Tab")
    expect(field).to_have_value("a\nb")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()

    page.goto(EXERCISE)
    visitor.look("exercise")
    field = page.get_by_label("Your answer")
    field.fill("def fill_gaps(readings):\n    print(readings.shape)\n    return readings")
    page.keyboard.press("Control+Enter")
    failed = page.get_by_role("region", name="The first case that is not right")
    expect(failed).to_contain_text("Value [1, 1] is nan; 20 is right.")
    expect(failed).to_contain_text("(3, 2)")
    expect(page.locator("#announce")).to_contain_text("Not yet.")
    visitor.look("exercise-failed")

    # Logged out meanwhile: what was typed is there again after logging in.
    solution = Exercise.objects.get(slug="fill-with-the-median").solution
    field.fill(solution)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{base}/account/login/?next={EXERCISE}")
    fill_log_in(page)
    expect(page).to_have_url(f"{base}{EXERCISE}")
    expect(field).to_have_value(solution)
    field.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".run")).to_contain_text("Every case is right.")
    page.get_by_role("link", name="See one good way to write it").click()
    expect(page.get_by_role("heading", name="One good way to write it")).to_be_visible()
    visitor.look("exercise-passed")
    page.get_by_role("link", name="Missing values").first.click()
    expect(page.locator("main")).to_contain_text("Fill the gaps of each column")
    page.goto("/exercises/")
    expect(page.locator("main")).to_contain_text("1 of 29 passed")
    visitor.look("exercises")
    assert visitor.problems == []


def test_code_runs_without_javascript(browser: Browser, base: str, worker: Worker) -> None:
    page = browser.new_context(base_url=base, java_script_enabled=False).new_page()
    log_in(page)

    page.goto(LESSON)
    page.get_by_role("link", name="Edit and run block 1", exact=True).click()
    page.get_by_label("Code of this block").fill("print('without a script')")
    page.get_by_role("button", name="Run", exact=True).click()
    wait_until(lambda: Run.objects.get().state == State.FINISHED, worker)
    # The page loads itself again.
    expect(page.locator(".run pre")).to_have_text("without a script\n")

    page.goto(EXERCISE)
    page.get_by_label("Your answer").fill("def other(): pass")
    page.get_by_role("button", name="Run the cases").click()
    told = page.locator(".run")
    expect(told).to_contain_text("There is no function named fill_gaps.")
    expect(page.get_by_label("Your answer")).to_have_value("def other(): pass")
