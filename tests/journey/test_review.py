"""A review in two browsers: the learner asks, the mentor reads, both talk. Every page is judged."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.mentoring.models import Review
from tests.journey.visitor import Visitor
from tests.mentoring.samples import make_cohort, make_mentor, make_pass
from tests.submissions.samples import make_brief, make_learner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brief(db: None) -> ProjectBrief:
    return make_brief()


def open_as(browser: Browser, live_server: object, person: User, shots: Path | None) -> Visitor:
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    base = str(live_server).replace("127.0.0.1", "localhost")
    page = browser.new_context(base_url=base).new_page()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do now")
    return Visitor(page, shots)


def tab_to(page: Page, name: str) -> None:
    """Reach it by keyboard alone."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip().startswith(name):
            return
    pytest.fail(f"Tab does not reach {name}")


def test_learner_asks_and_mentor_reads_and_decides(
    browser: Browser, live_server: object, brief: ProjectBrief, screenshots: Path | None
) -> None:
    learner, mentor = make_learner("Ada"), make_mentor("Max")
    cohort = make_cohort(learner, mentor=mentor)
    passed = make_pass(learner, brief)
    ada = open_as(browser, live_server, learner, screenshots)
    max_ = open_as(browser, live_server, mentor, screenshots)

    ada.page.get_by_role("link", name="Ask for a review").click()
    ada.page.get_by_role("button", name="Ask for a review").click()
    expect(ada.page.get_by_text("Waiting for a mentor")).to_be_visible()
    ada.look("review-asked")

    max_.page.get_by_role("link", name="Mentoring").click()
    max_.look("mentoring")
    max_.page.goto(f"/cohorts/{cohort.pk}/")
    max_.look("cohort")
    max_.page.goto(f"/people/{learner.pk}/")
    max_.look("person")
    max_.page.goto("/mentoring/")
    tab_to(max_.page, "Claim")
    max_.page.keyboard.press("Enter")
    expect(max_.page.get_by_text("You are reading this.")).to_be_visible()
    tab_to(max_.page, "src/houses/")
    max_.page.keyboard.press("Enter")
    tab_to(max_.page, "model.py")
    max_.page.keyboard.press("Enter")
    expect(max_.page.get_by_role("heading", name="src/houses/model.py")).to_be_visible()
    tab_to(max_.page, "5")
    max_.page.keyboard.press("Enter")
    field = max_.page.get_by_role("textbox", name="Comment on line 5")
    expect(field).to_be_focused()
    field.fill("Why the **mean**?")
    max_.look("review-commenting")
    max_.page.get_by_role("button", name="Keep the comment").click()
    expect(max_.page.locator(".code-note strong")).to_have_text("mean")
    max_.page.get_by_label("Summary for the learner").fill("Nearly there.")
    max_.page.get_by_role("button", name="Ask for changes").click()
    expect(max_.page.get_by_text("Decided. The learner reads it now.")).to_be_visible()

    ada.page.goto(f"/submissions/{passed.public_id}/")
    ada.page.get_by_text("Answer").click()
    ada.page.get_by_label("Message").fill("Because the rows are few.")
    ada.page.get_by_role("button", name="Send").click()
    expect(ada.page.get_by_text("Because the rows are few.")).to_be_visible()
    ada.look("review-received")
    ada.page.get_by_role("link", name="src/houses/model.py, line 5").click()
    ada.look("own-code")

    max_.page.goto(f"/mentoring/reviews/{Review.objects.get().pk}/")
    expect(max_.page.get_by_text("Because the rows are few.")).to_be_visible()
    max_.look("review-decided")
    assert ada.problems + max_.problems == []
