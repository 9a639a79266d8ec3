"""A question whose answer is given before the page has kept what was chosen."""

from pathlib import Path

from django.test import Client
from playwright.sync_api import Browser, Route, expect

from tests.journey.visitor import Visitor
from tests.quizzes.samples import begin, load, make_learner, write_quiz


def test_answer_given_at_once_leads_to_its_verdict(
    browser: Browser, live_server: object, db: None, tmp_path: Path
) -> None:
    write_quiz(tmp_path)
    learner = make_learner()
    attempt = begin(learner, load(tmp_path))
    base = str(live_server).replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=base)
    client = Client()
    client.force_login(learner)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    visitor = Visitor(page, None)

    # The answer is marked, and on its way back while the draft is sent.
    page.route("**/answer/", mark_and_hold)
    page.goto(f"/attempts/{attempt.public_id}/questions/1/")
    with page.expect_response("**/draft/"):
        page.get_by_role("radio").first.check()
        page.get_by_role("button", name="Answer").click()

    expect(page.locator("#verdict")).to_be_visible()
    assert visitor.problems == []
    context.close()


def mark_and_hold(route: Route) -> None:
    route.fetch(max_redirects=0)
