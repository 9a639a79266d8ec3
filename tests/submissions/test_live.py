from dataclasses import replace

import pytest

from apps.accounts.models import User
from apps.checks import events
from apps.checks.events import Output, StageFinished, StageStarted
from apps.checks.results import Stage
from apps.checks.snapshot import SourceFile
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, queries
from apps.submissions.live import CUT, LOG_CHARACTERS, LiveRecord
from apps.submissions.models import Snapshot, StageRun, Submission
from apps.submissions.snapshots import files_of
from tests.submissions.samples import EVIL, make_result, make_submission


@pytest.fixture
def submission(learner: User, brief: ProjectBrief) -> Submission:
    return make_submission(learner, brief)


@pytest.fixture
def record(submission: Submission) -> LiveRecord:
    lease = delivery.claim(submission_id=submission.pk)
    assert lease is not None
    return LiveRecord(lease)


def test_flush_writes_a_stage_and_later_its_end(record: LiveRecord) -> None:
    record.on_event(StageStarted(stage=Stage.REPOSITORY))
    record.flush()
    run = StageRun.objects.get()
    assert (run.stage, run.status, run.finished) == ("repository", "running", None)
    record.on_event(events.TestFinished(test=make_result().tests[0]))
    record.on_event(StageFinished(stage=Stage.REPOSITORY, status="passed", summary="3 files"))
    record.flush()
    run = StageRun.objects.get()
    assert (run.status, run.summary, len(run.tests)) == ("passed", "3 files", 1)
    assert run.finished is not None


def test_flush_without_news_writes_nothing(
    record: LiveRecord, django_assert_num_queries: object
) -> None:
    record.on_event(StageStarted(stage=Stage.TESTS))
    record.flush()
    with django_assert_num_queries(0):  # type: ignore[operator]
        record.flush()


def test_flood_of_output_is_one_write_and_keeps_the_tail(
    record: LiveRecord, django_assert_num_queries: object
) -> None:
    record.on_event(StageStarted(stage=Stage.TESTS))
    for number in range(50_000):
        record.on_event(Output(stage=Stage.TESTS, text=f"line {number}\n"))
    with django_assert_num_queries(1):  # type: ignore[operator]
        record.flush()
    log = StageRun.objects.get().log
    assert log.startswith(CUT)
    assert log.endswith("line 49999\n")
    assert len(log) == len(CUT) + LOG_CHARACTERS


def test_hostile_output_is_stored(record: LiveRecord) -> None:
    test = replace(make_result().tests[0], output=EVIL + "\ud800")
    record.on_event(events.TestFinished(test=test))
    record.on_event(Output(stage=test.stage, text=EVIL))
    record.on_event(StageFinished(stage=test.stage, status="failed", summary=EVIL))
    record.flush()
    assert "\0" not in StageRun.objects.get().log


FILES = (
    SourceFile(path="a.py", size=8, text="x = 1\n# ä"),
    SourceFile(path="odd\ud800.bin", size=3, text=None),
)


def test_files_are_kept_as_they_were_checked(record: LiveRecord, submission: Submission) -> None:
    assert files_of(submission) is None
    record.on_event(events.FilesFetched(commit="abc", files=FILES))
    assert record.flush()
    assert files_of(submission) == (FILES[0], replace(FILES[1], path="odd?.bin"))
    assert Snapshot.objects.get().commit == "abc"
    assert not record.flush()


def test_files_of_an_old_delivery_are_not_kept(record: LiveRecord, submission: Submission) -> None:
    Submission.objects.update(state="queued", lease_token=None, lease_expires=None)
    record.on_event(events.FilesFetched(commit="abc", files=FILES))
    record.flush()
    assert not Snapshot.objects.exists()


def test_page_shows_the_running_delivery_only(record: LiveRecord, submission: Submission) -> None:
    record.on_event(StageStarted(stage=Stage.TESTS))
    record.flush()
    Submission.objects.update(state="queued", lease_token=None, lease_expires=None)
    delivery.claim(submission_id=submission.pk)
    record.on_event(Output(stage=Stage.TESTS, text="late"))
    record.flush()
    submission.refresh_from_db()
    assert submission.delivery == 2
    assert queries.stages_of(submission) == []
