import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.checks import events
from apps.checks.results import Outcome, Stage, to_json
from apps.curriculum.models import Concept, ProjectBrief, Teaching
from apps.submissions import delivery
from apps.submissions.live import LiveRecord
from apps.submissions.models import StageRun, State, Submission
from apps.submissions.pipeline import conclude
from apps.submissions.seeds import starter_seed, submission_seed
from tests.exercises.samples import make_lesson
from tests.submissions.samples import (
    EVIL,
    SLUG,
    URL,
    count_queries,
    make_brief,
    make_learner,
    make_result,
    make_submission,
    zip_of,
)

PROJECT = f"/projects/{SLUG}/"
YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.fixture
def page(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def html(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


# Who may see what -------------------------------------------------------------------------------


def own_addresses(submission: Submission) -> list[str]:
    base = f"/submissions/{submission.public_id}/"
    return [base, f"{base}status/", f"{base}result.json", f"{base}stages/tests/log/"]


def test_pages_of_others_are_not_there(client: Client, learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief, outcome=Outcome.FAILED)
    StageRun.objects.create(
        submission=submission, delivery=1, stage="tests", status="passed", log="secret"
    )
    client.force_login(learner)
    assert [client.get(url).status_code for url in own_addresses(submission)] == [200] * 4
    client.force_login(make_learner())
    assert [client.get(url).status_code for url in own_addresses(submission)] == [404] * 4
    cancel = f"/submissions/{submission.public_id}/cancel/"
    assert client.post(cancel).status_code == 404
    assert submission.public_id not in html(client, "/submissions/")


def test_pages_ask_visitors_to_log_in(client: Client, learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    for url in ("/projects/", PROJECT, "/submissions/", f"/submissions/{submission.public_id}/"):
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"][:15]) == (302, "/account/login/")


def test_live_fragment_of_an_ended_session_leads_to_the_log_in_and_back(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    page = f"/submissions/{make_submission(learner, brief).public_id}/"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get(f"{page}status/?seen=3", headers=headers)
    assert answer.headers["HX-Redirect"] == f"/account/login/?next={page}"


def test_get_changes_nothing(page: Client, learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    for url in (f"/submissions/{submission.public_id}/cancel/", f"{PROJECT}submissions/"):
        assert page.get(url).status_code == 302
    submission.refresh_from_db()
    assert submission.state == State.QUEUED
    assert Submission.objects.count() == 1


# Projects ---------------------------------------------------------------------------------------


def test_projects_lists_those_published_with_the_latest_verdict(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    hidden = make_brief("spam-email-classifier")
    ProjectBrief.objects.filter(pk=hidden.pk).update(published=False, title="Hidden")
    make_submission(learner, brief, outcome=Outcome.PASSED)
    make_submission(learner, brief, outcome=Outcome.FAILED)
    text = html(page, "/projects/")
    assert "House price prediction" in text
    assert "Hidden" not in text
    assert ("badge is-failed" in text, "badge is-passed" in text) == (True, False)


def test_project_without_a_check_is_read_and_not_handed_in(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    later = make_brief("llm-chat-application")
    ProjectBrief.objects.filter(pk=later.pk).update(checked=False, title="Chat")
    text = html(page, "/projects/")
    assert text.index("House price prediction") < text.index("To come") < text.index("Chat")
    shown = html(page, "/projects/llm-chat-application/")
    assert "so it cannot be handed in" in shown
    assert "<form" not in shown.split("<main", 1)[1]
    url = "/projects/llm-chat-application/submissions/"
    assert page.post(url, {"url": "https://git.example.org/a/b"}).status_code == 404
    assert page.get("/projects/llm-chat-application/starter/train.csv").status_code == 404


def test_projects_without_content_says_so(page: Client, db: None) -> None:
    assert "No projects yet" in html(page, "/projects/")


def test_project_shows_what_is_checked_and_the_token(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    text = html(page, PROJECT)
    assert learner.repository_token in text
    assert "5 of 5 attempts left today" in text
    for title in ("Repository", "Environment", "Documentation", "Your tests", "Behaviour"):
        assert f"<h3>{title}</h3>" in text
    assert "The README tells a stranger what they need" in text


def test_project_unknown_or_unpublished_is_not_there(page: Client, brief: ProjectBrief) -> None:
    ProjectBrief.objects.update(published=False)
    assert page.get(PROJECT).status_code == 404
    assert page.get("/projects/nothing/").status_code == 404


def test_project_without_attempts_left_shows_no_form(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    for _ in range(5):
        make_submission(learner, brief, outcome=Outcome.FAILED)
    text = html(page, PROJECT)
    assert "midnight UTC" in text
    assert 'name="archive"' not in text


def test_starter_differs_by_learner_and_not_by_download(page: Client, brief: ProjectBrief) -> None:
    urls = re.findall(rf'href="({PROJECT}starter/[^"]+)"', html(page, PROJECT))
    assert urls
    answer = page.get(urls[0])
    first = answer.getvalue()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert page.get(urls[0]).getvalue() == first
    page.force_login(make_learner())
    assert page.get(urls[0]).getvalue() != first


def test_starter_of_an_unknown_name_is_not_there(page: Client, brief: ProjectBrief) -> None:
    assert page.get(f"{PROJECT}starter/passwd").status_code == 404


# Handing in -------------------------------------------------------------------------------------


def test_hand_in_leads_to_the_page_of_the_submission(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    answer = page.post(f"{PROJECT}submissions/", {"url": URL})
    submission = Submission.objects.get(learner=learner)
    assert answer.headers["Location"] == f"/submissions/{submission.public_id}/"
    assert submission.url == URL


def test_hand_in_of_a_zip_keeps_it(page: Client, brief: ProjectBrief) -> None:
    page.post(f"{PROJECT}submissions/", {"archive": zip_of({"a": "1"})})
    submission = Submission.objects.get()
    assert submission.archive_name == "houses.zip"
    Path(submission.archive.path).unlink()


def test_hand_in_with_an_error_keeps_what_was_typed(page: Client, brief: ProjectBrief) -> None:
    answer = page.post(f"{PROJECT}submissions/", {"url": "git@github.com:ada/<b>"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="git@github.com:ada/&lt;b&gt;"' in text
    assert "SSH address" in text


def test_hand_in_while_one_is_in_progress_says_so(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    make_submission(learner, brief)
    answer = page.post(f"{PROJECT}submissions/", {"url": URL})
    assert answer.status_code == 422
    assert "is being checked" in answer.content.decode()


def test_hand_in_again_finds_the_form_filled_in(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    make_submission(learner, brief, outcome=Outcome.FAILED)
    assert f'value="{URL}"' in html(page, PROJECT)


def test_hand_in_needs_the_csrf_token(learner: User, brief: ProjectBrief) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert client.post(f"{PROJECT}submissions/", {"url": URL}).status_code == 403


# While it waits and runs ------------------------------------------------------------------------


def test_queued_page_shows_all_stages_checks_and_the_place(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    for _ in range(2):
        make_submission(make_learner(), brief)
    submission = make_submission(learner, brief)
    text = html(page, f"/submissions/{submission.public_id}/")
    assert "2 before you" in text
    assert text.count('class="stage is-waiting"') == 6
    assert "Training twice gives the same predictions" in text
    assert '<noscript><meta http-equiv="refresh"' in text


@pytest.fixture
def running(learner: User, brief: ProjectBrief) -> tuple[Submission, LiveRecord]:
    submission = make_submission(learner, brief)
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    return submission, LiveRecord(lease)


def poll_address(text: str) -> str:
    found = re.search(r'hx-get="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_status_answers_204_until_there_is_news(
    page: Client, running: tuple[Submission, LiveRecord]
) -> None:
    submission, record = running
    record.on_event(events.StageStarted(stage=Stage.TESTS))
    record.flush()
    poll = poll_address(html(page, f"/submissions/{submission.public_id}/"))
    assert page.get(poll).status_code == 204
    record.on_event(events.Output(stage=Stage.TESTS, text="epoch 1\n"))
    record.flush()
    text = html(page, poll)
    assert "epoch 1" in text
    assert 'id="announce"' not in text
    record.on_event(events.StageFinished(stage=Stage.TESTS, status="passed"))
    record.flush()
    text = html(page, poll_address(text))
    assert "Your tests: passed." in text[text.index('id="announce"') :]


def test_status_of_a_finished_one_ends_the_polling(
    page: Client, running: tuple[Submission, LiveRecord]
) -> None:
    submission, _ = running
    poll = poll_address(html(page, f"/submissions/{submission.public_id}/"))
    Submission.objects.update(state="queued", lease_token=None, lease_expires=None)
    delivery.cancel_queued(submission_id=submission.pk)
    text = html(page, poll)
    assert "hx-get" not in text
    assert "You cancelled this check." in text


def test_cancel_stops_a_queued_one(page: Client, learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    page.post(f"/submissions/{submission.public_id}/cancel/")
    assert "You cancelled this check." in html(page, f"/submissions/{submission.public_id}/")


# The verdict ------------------------------------------------------------------------------------


def finished(learner: User, brief: ProjectBrief, outcome: Outcome, *, text: str = "") -> Submission:
    """Through the same steps as the worker's."""
    submission = make_submission(learner, brief, delivery=2)  # the last one: nothing is tried again
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    result = make_result(outcome, text=text)
    record = LiveRecord(lease)
    for test in result.tests:
        record.on_event(events.StageStarted(stage=test.stage))
        record.on_event(events.Output(stage=test.stage, text=f"output{text}"))
        record.on_event(events.TestFinished(test=test))
        record.on_event(events.StageFinished(stage=test.stage, status="failed", summary=text))
    record.flush()
    conclude(lease, result)
    submission.refresh_from_db()
    return submission


def test_failed_page_opens_the_first_failure_only(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.FAILED)
    text = html(page, f"/submissions/{submission.public_id}/")
    found = re.findall(r'<details class="check is-(\w+)" id="check-(\w+)"( open)?>', text)
    assert found == [
        ("failed", "readme", " open"),
        ("not_run", "gap_closed", ""),
        ("passed", "repository", ""),
    ]
    assert "It counts as one of today&#x27;s attempts" in text
    assert "Mend and hand in again" in text
    assert text.count("button primary") == 1
    figures = "<dt>Share</dt><dd>0.1235</dd><dt>Words</dt><dd>12</dd>"
    assert figures in text[text.index("<dt>Missing</dt>") :]
    assert "<dd>abc123</dd>" in text
    assert "<svg" in text[text.index('id="check-readme"') : text.index('id="check-gap_closed"')]


def test_failed_check_leads_back_to_its_lesson_and_concepts(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    lesson = make_lesson("seeds")
    for slug in ("reproducibility", "testing", "regression-metrics"):
        concept = Concept.objects.create(slug=slug, title=slug.capitalize())
        Teaching.objects.create(lesson=lesson, concept=concept, position=0)
    Concept.objects.filter(slug="testing").update(published=False)
    submission = finished(learner, brief, Outcome.FAILED)
    text = html(page, f"/submissions/{submission.public_id}/")
    mend = text[text.index("Mend this first") : text.index('id="check-readme"')]
    assert f'Read again: <a href="/lessons/seeds/">{lesson.title}</a>' in mend
    assert '<a href="/concepts/reproducibility/">Reproducibility</a>' in mend
    # It is not published, and what was not run is not to blame on anything.
    assert "/concepts/testing/" not in text
    assert "/concepts/regression-metrics/" not in text


def test_stage_that_lacks_a_bonus_only_has_passed_and_says_so(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.FAILED)
    stages = StageRun.objects.filter(submission=submission)
    both = [test for run in stages for test in run.tests if run.stage != Stage.BEHAVIOUR]
    stages.filter(stage=Stage.DOCUMENTATION).update(status="passed", summary="", tests=both)
    text = html(page, f"/submissions/{submission.public_id}/")
    assert "1 of 2 checks passed; a bonus is left." in text


def test_mutants_are_shown_as_code_and_the_survivors_first(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.FAILED, text="<i>&")
    text = html(page, f"/submissions/{submission.public_id}/")
    found = re.findall(r"<dt>(N.*?oticed)</dt><dd>(.*?)</dd>", text)
    assert found == [("Not noticed", "a.py, line 7"), ("Noticed", "a.py, line 7")]
    assert re.findall(r"<dd><code>(.*?)</code></dd>", text) == [
        "b&lt;i&gt;&amp;",
        "c&lt;i&gt;&amp;",
        "a &gt; 1",
        "a &lt;= 1",
    ]
    assert "Mutants" not in text


def test_unusable_page_lists_only_what_was_looked_at(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.INVALID_SUBMISSION)
    text = html(page, f"/submissions/{submission.public_id}/")
    assert re.findall(r'<details class="check is-(\w+)"', text) == ["failed", "passed"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.PASSED, ("Passed", "It counts")),
        (Outcome.TIMEOUT, ("Failed", "It counts")),
        (Outcome.INVALID_SUBMISSION, ("Cannot be used", "It does not count")),
        (Outcome.PLATFORM_ERROR, ("Our fault", "It does not count: the fault is ours.")),
        (Outcome.CANCELLED, ("Cancelled", "It does not count")),
    ],
)
def test_finished_page_has_word_reason_and_one_button(
    page: Client, learner: User, brief: ProjectBrief, outcome: Outcome, words: tuple[str, str]
) -> None:
    submission = finished(learner, brief, outcome)
    text = html(page, f"/submissions/{submission.public_id}/")
    assert f'<p class="verdict-word">{words[0]}</p>' in text
    assert words[1] in text
    assert text.count("button primary") == 1


def test_fault_of_ours_shows_no_word_of_its_cause(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.PLATFORM_ERROR, text=" /srv/home is full")
    assert "/srv/home" not in re.sub(
        r"<p class=\"stage-summary\">.*?</p>",
        "",
        html(page, f"/submissions/{submission.public_id}/"),
    )
    assert page.get(f"/submissions/{submission.public_id}/result.json").status_code == 404


def test_hostile_text_is_escaped_visible_and_outside_of_htmx(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.FAILED, text=EVIL)
    base = f"/submissions/{submission.public_id}/"
    for url in (base, f"{base}stages/documentation/log/", PROJECT, "/submissions/"):
        text = html(page, url)
        assert "<img src=x" not in text
        assert "hx-post" not in re.sub(r"&lt;b hx-post=&quot;/evil&quot;&gt;", "", text)
        assert not set("\x1b\x00\u202e") & set(text)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html(page, base)
    assert "␛[31m⟨U+202E⟩gnp␀" in html(page, base)


def test_live_page_escapes_hostile_output(
    page: Client, running: tuple[Submission, LiveRecord]
) -> None:
    submission, record = running
    record.on_event(events.Output(stage=Stage.TESTS, text=EVIL))
    record.on_event(events.TestFinished(test=make_result(text=EVIL).tests[1]))
    record.flush()
    text = html(page, f"/submissions/{submission.public_id}/")
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    assert not set("\x1b\x00\u202e") & set(text)


def test_document_is_the_result_as_an_attachment(
    page: Client, learner: User, brief: ProjectBrief
) -> None:
    submission = finished(learner, brief, Outcome.FAILED)
    answer = page.get(f"/submissions/{submission.public_id}/result.json")
    assert answer.json() == to_json(make_result(Outcome.FAILED))
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="results-house-price-prediction-1.json"'
    )


def test_seed_stands_on_no_page(page: Client, learner: User, brief: ProjectBrief) -> None:
    submission = finished(learner, brief, Outcome.FAILED)
    seeds = (
        submission_seed(slug=SLUG, public_id=submission.public_id).hex(),
        starter_seed(slug=SLUG, learner_id=learner.pk).hex(),
    )
    base = f"/submissions/{submission.public_id}/"
    for url in (base, f"{base}result.json", PROJECT):
        assert not any(seed in html(page, url) for seed in seeds)


def test_tries_are_shown_in_pages(page: Client, learner: User, brief: ProjectBrief) -> None:
    for _ in range(26):
        make_submission(learner, brief, outcome=Outcome.FAILED, created=YESTERDAY)
    first, second = html(page, "/submissions/"), html(page, "/submissions/?page=2")
    assert (first.count('class="try"'), second.count('class="try"')) == (25, 1)
    assert "Page 2 of 2" in html(page, "/submissions/?page=999")


# As fast with many rows as with one -------------------------------------------------------------


@pytest.fixture
def history(learner: User, brief: ProjectBrief) -> list[str]:
    submission = finished(learner, brief, Outcome.FAILED)
    return ["/projects/", PROJECT, "/submissions/", f"/submissions/{submission.public_id}/"]


def test_pages_need_as_many_queries_for_300_tries_as_for_one(
    page: Client, learner: User, brief: ProjectBrief, history: list[str]
) -> None:
    page.get("/projects/")  # from now on the small road of the header is in the cache
    few = [count_queries(page, url) for url in history]
    for _ in range(150):
        make_submission(learner, brief, outcome=Outcome.FAILED, created=YESTERDAY)
        make_submission(make_learner(), brief)
    many = [count_queries(page, url) for url in history]
    assert many == few
    assert max(many) <= 12


def test_live_page_needs_few_queries(page: Client, running: tuple[Submission, LiveRecord]) -> None:
    submission, record = running
    record.on_event(events.Output(stage=Stage.TESTS, text="epoch 1\n"))
    record.flush()
    for url in (
        f"/submissions/{submission.public_id}/",
        f"/submissions/{submission.public_id}/status/",
    ):
        assert count_queries(page, url) <= 12


def test_hand_in_needs_few_queries(page: Client, brief: ProjectBrief) -> None:
    url = f"{PROJECT}submissions/"
    assert count_queries(page, url, {"url": URL}) <= 25
