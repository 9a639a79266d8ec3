"""The main job in a browser: sign up, read the brief, hand in, fail, mend, pass."""

import io
import json
import os
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, FilePayload, expect

from apps.accounts.models import User
from apps.checks.check import announced_checks
from apps.checks.projects import PROJECTS
from apps.submissions.models import Submission
from apps.submissions.seeds import exported_seeds, starter_seed
from tests.checks.projects.house_learner import competent, once, read_houses
from tests.checks.samples import lay_out
from tests.content import load_all
from tests.journey.visitor import Visitor
from tests.submissions.worker import Worker

SLUG = "house-price-prediction"
EMAIL = "grace@example.org"
PASSWORD = "a compiler of one's own"
CHECK_MS = 180_000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    environment = {}
    if "MILEPOST_TEST_CACHE" in os.environ:
        environment["MILEPOST_CHECKS_HOME"] = os.environ["MILEPOST_TEST_CACHE"]
    worker = Worker(tmp_path / "checks.log", "-Q", "checks", **environment)
    yield worker
    worker.stop()


@pytest.fixture
def content(db: None) -> None:
    load_all()


def zip_of_sample(name: str, *, learner: User, folder: Path) -> FilePayload:
    """As GitHub's download of it: everything in one folder, with the learner's own token and, in
    the README, what a learner would measure on the own starter data."""
    root = lay_out(SLUG, name, folder)
    manifest, readme = root / "milepost.toml", root / "README.md"
    token = f'token = "{learner.repository_token}"'
    manifest.write_text(re.sub(r'token = "[^"]*"', token, manifest.read_text()))
    readme.write_text(readme.read_text().replace("0.126", f"{rmse_at_home(learner):.3f}"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, f"houses-main/{path.relative_to(root)}")
    return {"name": "houses-main.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}


def rmse_at_home(learner: User) -> float:
    """Of every fifth sale, by a model like that of the reference."""
    seed = starter_seed(slug=SLUG, learner_id=learner.pk)
    sales = once(read_houses(PROJECTS[SLUG].starter_data(seed)["train.csv"]))
    sound = [s for s in sales if s["size"] < 300 and s["price"] <= 12_000 * s["size"]]
    aside = sound[::5]
    fitted = [sale for number, sale in enumerate(sound) if number % 5]
    paid = np.log([sale["price"] for sale in aside])
    return float(np.sqrt(np.mean((competent(fitted, aside) - paid) ** 2)))


def test_newcomer_signs_up_fails_mends_and_passes(
    browser: Browser,
    live_server: object,
    content: None,
    worker: Worker,
    screenshots: Path | None,
    tmp_path: Path,
) -> None:
    base = str(live_server).replace("127.0.0.1", "localhost")
    page = browser.new_context(base_url=base).new_page()
    visitor = Visitor(page, screenshots)

    # A visitor becomes a learner.
    page.goto("/")
    visitor.look("landing")
    page.get_by_role("link", name="Sign up").first.click()
    visitor.look("sign-up")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    visitor.look("verification-sent")
    page.get_by_role("link", name="Confirm the address").click()
    visitor.look("confirm-email")
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What to do now")
    visitor.look("home-new")

    # A start, and the first lesson.
    page.get_by_role("main").get_by_role("link", name="Choose your start").click()
    visitor.look("plan")
    page.get_by_label("Hours a week").fill("8")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Month 1 of 12 · on track").last).to_be_visible()
    visitor.look("road")
    page.get_by_role("link", name="Home", exact=True).click()
    page.get_by_role("link", name="Read for").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What an AI engineer does in 2026")
    visitor.look("lesson")
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("You read this lesson on")).to_be_visible()
    page.get_by_role("link", name="Learn", exact=True).first.click()
    visitor.look("steps")
    page.get_by_role("link", name="Deep learning").click()
    visitor.look("step")
    page.goto("/lessons/self-attention/")
    visitor.look("lesson-formulas")
    page.goto("/concepts/")
    visitor.look("concepts")
    page.get_by_role("link", name="See what builds on what").click()
    visitor.look("concept-map")
    page.get_by_role("link", name="Search", exact=True).click()
    visitor.look("search")
    page.get_by_label("Words of a lesson, concept or project").press_sequentially("gradient de")
    expect(page.get_by_role("link", name="Gradient descent", exact=True)).to_be_visible()
    visitor.look("search-found")

    # The brief, with the learner's own token and data.
    page.get_by_role("link", name="Projects", exact=True).click()
    page.get_by_role("link", name="House price prediction").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("House price prediction")
    visitor.look("brief")
    learner = User.objects.get(email=EMAIL)
    expect(page.locator("code.copy-line").first).to_have_text(learner.repository_token)
    with page.expect_download() as download:
        page.get_by_role("link", name="train.csv").click()
    assert Path(download.value.path()).read_bytes().startswith(b"id,")

    # Nothing chosen: a sentence, and nothing lost.
    page.get_by_role("button", name="Hand in").click()
    visitor.look("brief-empty-form")

    # First try: a model that always says the same.
    weak = zip_of_sample("weak", learner=learner, folder=tmp_path / "weak")
    page.locator("input[type=file]").set_input_files(weak)
    clicked = time.monotonic()
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator(".stages")).to_be_visible()
    expect(page.get_by_text("Your repository is being checked.")).to_be_visible()
    print(f"first stage visible {time.monotonic() - clicked:.2f} s after the click")
    visitor.look("live")
    expect(page.locator(".verdict.is-failed")).to_be_visible(timeout=CHECK_MS)
    failed_id = visitor.submission_id()
    expect(page.locator("#check-gap_closed")).to_have_attribute("open", "")
    expect(page.locator(".mend")).to_be_visible()
    visitor.look("verdict-failed")
    page.goto("/")
    visitor.look("home-failed")
    page.get_by_role("link", name="See what to mend").click()

    # Second try: mended.
    page.get_by_role("link", name="Mend and hand in again").click()
    good = zip_of_sample("reference", learner=learner, folder=tmp_path / "good")
    page.locator("input[type=file]").set_input_files(good)
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator(".verdict.is-passed")).to_be_visible(timeout=CHECK_MS)
    visitor.look("verdict-passed")
    passed_id = visitor.submission_id()
    page.goto("/submissions/")
    visitor.look("tries")
    page.goto("/projects/")
    visitor.look("projects")
    page.goto("/concepts/regression-metrics/")
    expect(page.get_by_text("shown", exact=True)).to_be_visible()
    visitor.look("concept")
    page.goto("/no-such-page/")
    visitor.look("not-found")

    assert worker.process.poll() is None
    problems = [one for one in visitor.problems if "404 (Not Found)" not in one]
    assert problems == []
    assert_counted_once(failed_id, passed_id)
    assert_check_repo_agrees(passed_id, tmp_path / "good")


def assert_counted_once(*public_ids: str) -> None:
    for public_id in public_ids:
        submission = Submission.objects.get(public_id=public_id)
        assert (submission.charged, submission.delivery) == (True, 1)


def assert_check_repo_agrees(public_id: str, folder: Path) -> None:
    """The page's verdict can be made again from the exported seed."""
    submission = Submission.objects.get(public_id=public_id)
    seed = exported_seeds(submission)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_repo", SLUG, str(folder), "--json", "--seed", seed, stdout=out)
    again = json.loads(out.getvalue())
    assert ended.value.code == 0
    assert submission.result is not None
    for key in ("outcome", "output", "score", "metrics"):
        assert again[key] == submission.result[key], key
    verdicts = [(test["name"], test["status"]) for test in again["tests"]]
    assert verdicts == [(test["name"], test["status"]) for test in submission.result["tests"]]
    assert again["provenance"]["seed_id"] == submission.result["provenance"]["seed_id"]
    assert len(verdicts) == len(announced_checks(PROJECTS[SLUG]))
