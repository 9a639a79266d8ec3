"""What staff see of the workers, and what learners read while none can check."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery
from apps.submissions.estimate import NO_WORKER, SOON
from apps.submissions.models import Submission
from apps.submissions.status_page import StatusPage, status_page
from tests.submissions.samples import (
    EVIL,
    count_queries,
    make_learner,
    make_submission,
    make_worker,
)

URL = "/status/"
BAD = {
    "state": "bad",
    "layer": "start",
    "detail": "This machine refuses the sandbox's user namespace.",
    "mend": "sudo sysctl -w user.max_user_namespaces=15000",
}
UNPROVEN = {"state": "unproven", "layer": "control groups v2", "detail": "not here", "mend": ""}
HELD = {"state": "ok", "layer": "bubblewrap", "detail": "found", "mend": ""}
LONG_AGO = timezone.now() - timedelta(minutes=5)


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    person = User.objects.create_user("staff@example.org", "correct horse", role=Role.STAFF)
    client.force_login(person)
    return client


def states(page: StatusPage) -> list[tuple[str, str, str]]:
    return [(worker.name, worker.state, worker.word) for worker in page.workers]


def html(client: Client) -> str:
    answer = client.get(URL)
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_is_for_staff(client: Client, learner: User) -> None:
    assert client.get(URL).headers["Location"].startswith("/account/login/")
    client.force_login(learner)
    assert client.get(URL).status_code == 404
    assert URL not in client.get("/projects/").content.decode()


def test_page_stands_in_the_menu_of_staff(staff: Client) -> None:
    assert f'<a href="{URL}">Status</a>' in html(staff)


def test_page_without_workers_says_what_to_run(staff: Client) -> None:
    text = html(staff)
    assert "No worker has reported yet" in text
    assert "--queues=checks" in text
    assert "Nothing waits." in text


def test_workers_in_trouble_come_first(db: None) -> None:
    make_worker("a")
    make_worker("b", seen_at=LONG_AGO)
    make_worker("c", passed=False, findings=[HELD, BAD])
    make_worker("d", passed=False, seen_at=LONG_AGO)
    assert states(status_page()) == [
        ("c", "failed", "Refuses work"),
        ("b", "unusable", "Not seen"),
        ("d", "unusable", "Not seen"),
        ("a", "passed", "Ready"),
    ]


def test_refusing_worker_shows_what_mends_it(staff: Client) -> None:
    make_worker(passed=False, backend="", tier="", findings=[HELD, UNPROVEN, BAD])
    (worker,) = status_page().workers
    assert [finding.layer for finding in worker.findings] == [
        "start",
        "control groups v2",
        "bubblewrap",
    ]
    assert (worker.backend, worker.limits) == ("none that starts", "unknown")
    assert worker.sentence == (
        "One layer of its sandbox did not hold. It tries again every minute."
    )
    text = html(staff)
    assert text.count(f">{BAD['mend']}</code>") == 1
    assert "All 3 findings" in text


def test_findings_that_one_command_mends_stand_together(staff: Client) -> None:
    layers = [BAD | {"layer": name} for name in ("network", "processes")]
    apart = BAD | {"layer": "process limit", "mend": "sudo prepare"}
    make_worker(passed=False, findings=[layers[0], apart, layers[1]])
    (worker,) = status_page().workers
    assert [[one.layer for one in group.findings] for group in worker.bad] == [
        ["network", "processes"],
        ["process limit"],
    ]
    text = html(staff)
    assert (text.count("This mends them:"), text.count("This mends it:")) == (1, 1)


def test_ready_worker_tells_its_tier_and_self_test(staff: Client) -> None:
    make_worker(tier="fallback")
    (worker,) = status_page().workers
    assert worker.limits == "best effort: counted about thirty times a second (fallback)"
    assert (worker.took, worker.python, worker.bad) == ("0.8 s", "3.13.1", [])
    assert "Not seen since" not in html(staff)


def test_silent_worker_says_since_when(staff: Client) -> None:
    make_worker(seen_at=LONG_AGO)
    assert f'Not seen since <time datetime="{LONG_AGO:%Y-%m-%dT%H:%M}' in html(staff)


def test_queue_is_told_in_one_sentence(brief: ProjectBrief) -> None:
    assert status_page().queue == "Nothing waits."
    first = make_submission(make_learner(), brief)
    Submission.objects.update(created=timezone.now() - timedelta(seconds=80))
    assert status_page().queue == "1 submission waits, for 1 min 20 s."
    make_submission(make_learner(), brief)
    assert status_page().queue == "2 submissions wait, the first one for 1 min 20 s."
    delivery.claim(submission_id=first.pk)
    assert status_page().queue == "1 submission waits, for under 1 s. 1 is being checked."


def test_page_shows_hostile_text_as_text(staff: Client) -> None:
    evil = EVIL.replace("\0", "")  # which is not stored
    make_worker(evil, passed=False, findings=[BAD | {"detail": evil, "mend": evil}])
    text = html(staff)
    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert "␛[31m" in text


def test_page_asks_as_much_for_three_workers_as_for_one(staff: Client) -> None:
    make_worker("one")
    one = count_queries(staff, URL)
    make_worker("two", passed=False, findings=[BAD])
    make_worker("three", seen_at=LONG_AGO)
    assert count_queries(staff, URL) == one


@pytest.mark.parametrize(
    "fields", [None, {"passed": False}, {"seen_at": LONG_AGO}], ids=["none", "refusing", "silent"]
)
def test_learner_reads_calmly_that_no_worker_can_check(
    client: Client, learner: User, brief: ProjectBrief, fields: dict[str, object] | None
) -> None:
    client.force_login(learner)
    submission = make_submission(learner, brief)
    if fields is not None:
        make_worker("checks@two", **fields)
    page = f"/submissions/{submission.public_id}/"
    assert NO_WORKER in client.get(page).content.decode()
    make_worker("checks@ready")
    text = client.get(page).content.decode()
    assert (NO_WORKER in text, SOON in text) == (False, True)


def test_learner_waits_behind_a_check_that_runs(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    """Whoever runs it has not told of itself lately; that it can check is plain."""
    client.force_login(learner)
    other = make_submission(make_learner(), brief)
    delivery.claim(submission_id=other.pk)
    submission = make_submission(learner, brief)
    text = client.get(f"/submissions/{submission.public_id}/").content.decode()
    assert (NO_WORKER in text, "1 before you" in text) == (False, True)
