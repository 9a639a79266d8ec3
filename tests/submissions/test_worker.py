"""The whole road with real workers: checks that run, are killed, cancelled, or lose a service.

The repository's own tests sleep, so that a check can be met in its middle. Its environment holds
pytest, from the index of ``MILEPOST_INDEX_URL``.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings

from apps.accounts.models import User
from apps.checks.results import Outcome, Stage
from apps.curriculum.models import ProjectBrief
from apps.submissions import queries, tasks
from apps.submissions.models import Similarity, StageRun, State, Submission
from apps.submissions.services import cancel_submission, submit_project
from roadmap_site import embedded
from tests.checks.copies import reference
from tests.submissions.samples import SLUG, make_learner, zip_of
from tests.submissions.worker import Worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

type StartWorker = Callable[..., Worker]

MANIFEST = """\
[project]
slug = "{slug}"
token = "{token}"
[commands]
train = "python -c pass {{data}} {{model}}"
predict = "python -c pass {{model}} {{input}} {{output}}"
explain = "python -c pass {{model}} {{input}} {{output}}"
test = "python slow.py"
"""
SLOW = "import time\nprint('the tests have started', flush=True)\ntime.sleep({seconds})\n"
HOME = Path(django_settings.MILEPOST_HOME)


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    workers: list[Worker] = []

    def start(*arguments: str, **environment: str) -> Worker:
        log = tmp_path / f"worker{len(workers)}.log"
        workers.append(Worker(log, *arguments, **environment))
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture(autouse=True)
def _short_resend(settings: LazySettings) -> None:
    settings.CHECKS_RESEND_S = 2


def submit_slow(learner: User, brief: ProjectBrief, *, seconds: float, **more: str) -> Submission:
    files = more | {
        "milepost.toml": MANIFEST.format(slug=SLUG, token=learner.repository_token),
        "slow.py": SLOW.format(seconds=seconds),
        "requirements.txt": "pytest\n",
    }
    return submit_project(learner=learner, brief=brief, archive=zip_of(files))


def submit_unusable(brief: ProjectBrief) -> Submission:
    return submit_project(learner=make_learner(), brief=brief, archive=zip_of({"a.py": "1"}))


def in_the_middle(submission: Submission) -> bool:
    tests = StageRun.objects.filter(submission=submission, stage=Stage.TESTS)
    return tests.filter(log__contains="the tests have started").exists()


def finished(submission: Submission) -> bool:
    submission.refresh_from_db()
    return submission.state == State.FINISHED


def test_worker_checks_stage_by_stage(
    learner: User, brief: ProjectBrief, start_worker: StartWorker
) -> None:
    worker = start_worker("-Q", "checks")
    submission = submit_slow(learner, brief, seconds=1)
    wait_until(lambda: in_the_middle(submission), worker)
    submission.refresh_from_db()
    assert submission.state == State.RUNNING
    wait_until(lambda: finished(submission), worker)
    assert (submission.outcome, submission.charged, submission.delivery) == ("failed", True, 1)
    assert [row.stage for row in queries.stages_of(submission)] == [*Stage]


def test_killed_worker_is_replaced_and_the_attempt_counted_once(
    learner: User, brief: ProjectBrief, start_worker: StartWorker
) -> None:
    beat = start_worker("-Q", "default", "-B")
    first = start_worker("-Q", "checks")
    submission = submit_slow(learner, brief, seconds=3)
    wait_until(lambda: in_the_middle(submission), first)
    first.kill()
    second = start_worker("-Q", "checks")
    wait_until(lambda: finished(submission), beat, second)
    assert (submission.outcome, submission.delivery) == (Outcome.FAILED, 2)
    assert queries.attempts_today(learner=learner, brief=brief) == 1
    assert {row.delivery for row in queries.stages_of(submission)} == {2}


def test_cancelled_check_ends_in_its_middle(
    learner: User, brief: ProjectBrief, start_worker: StartWorker
) -> None:
    worker = start_worker("-Q", "checks")
    submission = submit_slow(learner, brief, seconds=50)
    wait_until(lambda: in_the_middle(submission), worker)
    assert cancel_submission(submission)
    wait_until(lambda: finished(submission), worker)
    assert (submission.outcome, submission.charged) == (Outcome.CANCELLED, False)


def test_worker_finds_a_classmates_repository_with_the_token_changed(
    learner: User, brief: ProjectBrief, start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker("-Q", "checks")
    code = {one.path: one.text or "" for one in reference(tmp_path / "files")}
    classmate = make_learner("Bob")
    tries = []
    for person in (learner, classmate):
        tries.append(submit_slow(person, brief, seconds=0, **code))
        wait_until(lambda: finished(tries[-1]), worker)
    wait_until(Similarity.objects.exists, worker)
    row = Similarity.objects.get()
    assert (row.submission, row.other, row.share) == (tries[1], tries[0], 1.0)
    assert {one.outcome for one in tries} == {Outcome.FAILED}
    assert tries[0].verdict == tries[1].verdict


needs_own_services = pytest.mark.skipif(
    not (HOME / "postgres").exists(),
    reason="the services were given by DATABASE_URL and REDIS_URL: they are not ours to kill",
)


@needs_own_services
def test_broker_restarted_empty_loses_no_submission(
    learner: User, brief: ProjectBrief, start_worker: StartWorker
) -> None:
    worker = start_worker("-Q", "checks")
    running = submit_slow(learner, brief, seconds=3)
    wait_until(lambda: in_the_middle(running), worker)
    queued = [submit_unusable(brief) for _ in range(3)]
    embedded.stop_processes_in(HOME / "valkey", signal.SIGKILL)
    queued.append(submit_unusable(brief))
    restart_services()

    def swept() -> bool:
        tasks.sweep()
        return all(finished(submission) for submission in [running, *queued])

    wait_until(swept, worker)
    assert running.outcome == Outcome.FAILED
    assert {one.outcome for one in queued} == {Outcome.INVALID_SUBMISSION}
    assert {one.delivery for one in [running, *queued]} == {1}


@needs_own_services
def test_database_restarted_in_mid_check_loses_nothing(
    learner: User, brief: ProjectBrief, start_worker: StartWorker
) -> None:
    worker = start_worker("-Q", "checks")
    submission = submit_slow(learner, brief, seconds=4)
    wait_until(lambda: in_the_middle(submission), worker)
    postmaster = int((HOME / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGINT)  # as an operator restarts it: all sessions are ended
    wait_until(lambda: not embedded.processes_in(HOME / "postgres"), worker)
    restart_services()
    wait_until(lambda: finished(submission), worker)
    assert (submission.outcome, submission.delivery) == (Outcome.FAILED, 1)
    assert queries.attempts_today(learner=learner, brief=brief) == 1
    assert len(queries.stages_of(submission)) == len(Stage)


def restart_services() -> None:
    """Valkey keeps nothing on disk: it starts empty."""
    embedded.start(HOME, durable=False, die_with_me=True)
