"""The whole road with two people, once by mouse and once by keyboard alone.

Invite, sign up, a start, a lesson, a quiz, a repository that passes, a mentor who asks for changes,
a second try, and the approval that moves the road.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from apps.accounts.demo import PASSWORD, create_demo_people
from apps.accounts.models import User
from apps.mentoring.models import InviteLink
from apps.progress.models import PassedProject
from apps.quizzes.models import Answer, Question
from tests.content import load_all
from tests.journey.test_main_job import CHECK_MS, SLUG, zip_of_sample
from tests.journey.visitor import Visitor
from tests.quizzes.samples import right_response
from tests.submissions.worker import Worker

MENTOR = "mentor@example.org"
EMAIL = "ada@example.org"
MOST_TABS = 400
# From where the focus is; none when it is there.
NEXT_KEY = """control => {
    const focused = document.activeElement;
    if (control === focused) return "";
    return control.type === "radio" && control.name === focused.name ? "ArrowDown" : "Tab";
}"""

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Person:
    """Somebody at a browser, who has a mouse or has none."""

    page: Page
    by_keyboard: bool
    visitor: Visitor

    def press(self, control: Locator) -> None:
        """A link or a button that leads to another page."""
        with self.page.expect_navigation():
            if self.by_keyboard:
                self._tab_to(control)
                self.page.keyboard.press("Enter")
            else:
                control.click()

    def choose(self, control: Locator) -> None:
        """A radio button or a box."""
        if not self.by_keyboard:
            control.check()
            return
        self._tab_to(control)
        self.page.keyboard.press("Space")
        expect(control).to_be_checked()

    def write(self, control: Locator, text: str) -> None:
        if not self.by_keyboard:
            control.fill(text)
            return
        self._tab_to(control)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def look(self, name: str) -> None:
        if not self.by_keyboard:
            self.visitor.look(name)

    def _tab_to(self, control: Locator) -> None:
        """As far as it takes; radio buttons of one question are one stop, arrows go on from it."""
        expect(control).to_be_visible()
        for _ in range(MOST_TABS):
            key = control.evaluate(NEXT_KEY)
            if not key:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{control} cannot be reached with the keyboard on {self.page.url}")


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    environment = {"MILEPOST_ALLOW_LOCAL_REPOSITORIES": "1"}
    if "MILEPOST_TEST_CACHE" in os.environ:
        environment["MILEPOST_CHECKS_HOME"] = os.environ["MILEPOST_TEST_CACHE"]
    worker = Worker(tmp_path / "checks.log", "-Q", "checks", **environment)
    yield worker
    worker.stop()


def open_for(context: BrowserContext, *, by_keyboard: bool, screenshots: Path | None) -> Person:
    page = context.new_page()
    return Person(page, by_keyboard, Visitor(page, screenshots))


@pytest.mark.slow
@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
def test_two_people_walk_the_road(
    browser: Browser,
    live_server: object,
    worker: Worker,
    settings: LazySettings,
    screenshots: Path | None,
    tmp_path: Path,
    by_keyboard: bool,
) -> None:
    settings.CHECKS_ALLOW_LOCAL = True
    load_all()
    create_demo_people()
    base = str(live_server).replace("127.0.0.1", "localhost")
    learner, mentor = (
        open_for(
            browser.new_context(base_url=base), by_keyboard=by_keyboard, screenshots=screenshots
        )
        for _ in range(2)
    )
    link = invite(mentor)
    sign_up(learner, link)
    begin(learner)
    read_and_answer(learner)
    hand_in(learner, tmp_path / "first")
    ask_for_review(learner)
    review(mentor, approve=False)
    read_review(learner)
    hand_in(learner, tmp_path / "second")
    ask_for_review(learner)
    review(mentor, approve=True)
    see_the_road_move(learner)
    if not by_keyboard:
        look_around(learner, mentor)

    assert worker.process.poll() is None
    assert learner.visitor.problems == []
    assert mentor.visitor.problems == []
    assert PassedProject.objects.get(learner__email=EMAIL).approved is not None


def log_in(person: Person, email: str) -> None:
    person.page.goto("/account/login/")
    person.write(person.page.get_by_label("E-mail"), email)
    person.write(person.page.get_by_label("Password", exact=True), PASSWORD)
    person.press(person.page.get_by_role("main").get_by_role("button", name="Log in", exact=True))
    expect(person.page.get_by_role("button", name="Account")).to_be_visible()


def invite(mentor: Person) -> str:
    """The path of an invite link to a new cohort."""
    page = mentor.page
    log_in(mentor, MENTOR)
    page.goto("/cohorts/")
    mentor.look("cohorts")
    mentor.write(page.get_by_label("Name"), "Autumn")
    mentor.press(page.get_by_role("button", name="Make the cohort"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn")
    mentor.press(page.get_by_role("button", name="Make the link"))
    expect(page.get_by_text(re.compile(r"/join/\S+/"))).to_be_visible()
    token = InviteLink.objects.get().token
    mentor.look("cohort-empty")
    return f"/join/{token}/"


def sign_up(learner: Person, link: str) -> None:
    page = learner.page
    page.goto(link)
    learner.look("join-visitor")
    learner.press(page.get_by_role("link", name="Sign up to join"))
    learner.write(page.get_by_label("What should we call you?"), "Ada")
    learner.write(page.get_by_label("E-mail"), EMAIL)
    learner.write(page.get_by_label("Password", exact=True), PASSWORD)
    learner.press(page.get_by_role("main").get_by_role("button", name="Sign up"))
    learner.press(page.get_by_role("link", name="Confirm the address"))
    learner.press(page.get_by_role("button", name="Yes, confirm it"))
    page.wait_for_url("**/join/**")  # they come back by themselves
    learner.look("join")
    learner.press(page.get_by_role("button", name="Join"))
    expect(page.get_by_role("button", name="Account")).to_be_visible()


def begin(learner: Person) -> None:
    page = learner.page
    page.goto("/")
    learner.press(page.get_by_role("main").get_by_role("link", name="Choose your start"))
    learner.write(page.get_by_label("Hours a week"), "10")
    learner.press(page.get_by_role("button", name="Start"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your road")


def read_and_answer(learner: Person) -> None:
    """A lesson and its quiz, every answer right."""
    page = learner.page
    page.goto("/")
    learner.press(page.get_by_role("link", name="Read for"))
    expect(page.get_by_role("heading", level=1)).to_have_text("What an AI engineer does in 2026")
    learner.press(page.get_by_role("button", name="Mark as read"))
    page.goto("/")
    expect(page.get_by_role("link", name="Take the quiz")).to_be_visible()
    page.goto("/lessons/vectors-and-matrices/")
    learner.press(page.get_by_role("button", name="Mark as read"))
    learner.press(page.get_by_role("main").get_by_role("link", name="Linear algebra"))
    learner.look("quiz")
    learner.press(page.get_by_role("button", name=re.compile("Start|Begin")))
    count = Question.objects.filter(quiz__slug="linear-algebra").count()
    for number in range(1, count + 1):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Question {number} of {count}")
        if number == 1:
            learner.look("question")
        answer(learner, number)
        expect(page.get_by_role("heading", name="Right", exact=True)).to_be_visible()
        if number == 1:
            learner.look("question-marked")
        learner.press(page.get_by_role("link", name=re.compile("^(Next:|See the result)")))
    expect(page.get_by_text("Every answer is right.")).to_be_visible()
    learner.look("quiz-result")


def answer(learner: Person, number: int) -> None:
    page = learner.page
    answers = Answer.objects.select_related("question_version")
    right = right_response(answers.get(attempt__learner__email=EMAIL, position=number))
    for name, values in right.items():
        for value in values:
            if name == "option":
                learner.choose(page.locator(f"input[name=option][value='{value}']"))
            else:
                learner.write(page.locator(f"[name={name}]"), value)
    learner.press(page.get_by_role("button", name="Answer", exact=True))


def hand_in(learner: Person, folder: Path) -> None:
    """A zip file by mouse; by keyboard an address, since the chooser of files is the system's."""
    page = learner.page
    person = User.objects.get(email=EMAIL)
    archive = zip_of_sample("reference", learner=person, folder=folder)
    page.goto(f"/projects/{SLUG}/")
    if learner.by_keyboard:
        learner.write(page.get_by_label("Address of your git repository"), repository_at(folder))
    else:
        page.locator("input[type=file]").set_input_files(archive)
    learner.press(page.get_by_role("button", name="Hand in", exact=True))
    expect(page.locator(".verdict.is-passed")).to_be_visible(timeout=CHECK_MS)


def repository_at(folder: Path) -> str:
    identity = ["-c", "user.name=Ada", "-c", f"user.email={EMAIL}"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "All."]):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    return f"file://{folder}"


def ask_for_review(learner: Person) -> None:
    page = learner.page
    page.reload()
    learner.look("verdict-passed-in-cohort")
    learner.press(page.get_by_role("button", name="Ask for a review"))
    expect(page.get_by_role("button", name="Ask for a review")).to_have_count(0)
    learner.look("review-waiting")


def review(mentor: Person, *, approve: bool) -> None:
    page = mentor.page
    page.goto("/mentoring/")
    mentor.look("mentoring")
    mentor.press(page.get_by_role("button", name="Claim").first)
    mentor.look("review")
    if not approve:
        mentor.press(page.get_by_role("link", name="Comment on line 1", exact=True))
        mentor.write(page.locator("#new-comment"), "Say *who* asks for these prices.")
        mentor.press(page.get_by_role("button", name="Keep the comment"))
        mentor.look("review-commented")
    summary = "The model holds." if approve else "One sentence is missing in the README."
    mentor.write(page.locator("#id_summary"), summary)
    mentor.press(page.get_by_role("button", name="Approve" if approve else "Ask for changes"))
    expect(page.get_by_text("Approved" if approve else "Changes asked for").first).to_be_visible()


def read_review(learner: Person) -> None:
    """From the bell to the comment, and on to the next try."""
    page = learner.page
    page.goto("/")
    learner.look("home-changes")
    page.goto("/notifications/")
    learner.look("notifications")
    page.goto("/")
    learner.press(page.get_by_role("link", name="Open the review"))
    expect(page.get_by_text("One sentence is missing in the README.")).to_be_visible()
    expect(page.locator(".review-comments em")).to_have_text("who")
    learner.look("review-received")


def see_the_road_move(learner: Person) -> None:
    page = learner.page
    page.goto("/road/")
    expect(page.get_by_text("1 of 2 beginner projects")).to_be_visible()
    learner.look("road-moved")
    page.goto("/submissions/")
    learner.press(page.get_by_role("link", name=re.compile("try 2")).first)
    expect(page.get_by_text("Approved").first).to_be_visible()
    learner.look("review-approved")


SETTINGS = {
    "settings": "/settings/",
    "addresses": "/account/email/",
    "password": "/account/password/change/",
    "second-factor": "/account/second-factor/",
    "deletion": "/settings/deletion/",
}
ENTRANCE = {"log-in": "/account/login/", "password-reset": "/account/password/reset/"}


def look_around(learner: Person, mentor: Person) -> None:
    """Every page that the road does not lead past."""
    page = learner.page
    learner.press(page.get_by_role("link", name="See your code as it was checked"))
    learner.look("own-code")
    page.goto("/quizzes/")
    learner.look("quizzes")
    page.goto("/cohorts/")
    learner.look("cohorts-learner")
    for name, url in SETTINGS.items():
        page.goto(url)
        learner.look(name)
    page.context.clear_cookies()
    for name, url in ENTRANCE.items():
        page.goto(url)
        learner.look(name)
    page = mentor.page
    page.goto("/mentoring/")
    mentor.look("mentoring-done")
    page.goto("/cohorts/")
    mentor.press(page.get_by_role("link", name="Autumn", exact=True))
    mentor.look("cohort")
    mentor.press(page.get_by_role("link", name="Ada", exact=True).first)
    mentor.look("person")
