"""What a learner reads who has passed or failed, for each project, from a check in the sandbox."""

import os
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, expect

from apps.accounts.models import User
from apps.checks.check import CheckConfig
from apps.checks.projects import PROJECTS
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery
from apps.submissions.live import LiveRecord
from apps.submissions.models import Submission
from apps.submissions.pipeline import conclude
from apps.submissions.services import submit_project
from tests.checks.samples import lay_out
from tests.checks.test_verdicts import check
from tests.content import load_all
from tests.journey.visitor import Visitor

pytestmark = pytest.mark.skipif(
    "MILEPOST_SCREENSHOTS" not in os.environ,
    reason="pictures are taken by make screenshots; the verdicts are those of test_verdicts.py",
)
PASSWORD = "a compiler of one's own"


@pytest.mark.parametrize(("sample", "word"), [("reference", "passed"), ("weak", "failed")])
@pytest.mark.parametrize("slug", PROJECTS)
def test_page_of_a_verdict(
    slug: str,
    sample: str,
    word: str,
    browser: Browser,
    live_server: object,
    db: None,
    check_config: CheckConfig,
    screenshots: Path | None,
    tmp_path: Path,
) -> None:
    load_all()
    learner = User.objects.create_user("ada@example.org", PASSWORD, name="Ada")
    EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
    submission = _checked(learner, slug, lay_out(slug, sample, tmp_path / "r"), check_config)
    base = str(live_server).replace("127.0.0.1", "localhost")
    visitor = Visitor(browser.new_context(base_url=base).new_page(), screenshots)
    page = visitor.page
    page.goto(f"/account/login/?next=/submissions/{submission.public_id}/")
    page.get_by_label("E-mail").fill(learner.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text(submission.verdict).first).to_be_visible()
    visitor.look(f"{slug}-{word}")
    assert visitor.problems == []
    assert submission.outcome == word


def _checked(learner: User, slug: str, folder: Path, config: CheckConfig) -> Submission:
    """As a worker does it, but on the starter data of which the samples' READMEs tell."""
    brief = ProjectBrief.objects.get(slug=slug)
    submission = submit_project(
        learner=learner, brief=brief, url="https://git.example.org/ada/project"
    )
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    record = LiveRecord(lease)
    result = check(folder, project=slug, seed=0, config=config, on_event=record.on_event)
    record.flush()
    assert conclude(lease, result)
    submission.refresh_from_db()
    return submission
