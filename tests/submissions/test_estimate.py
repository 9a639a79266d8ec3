"""How long still: what the words say for what was measured, and what they are measured from."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import Outcome, Stage
from apps.curriculum.models import ProjectBrief
from apps.submissions import delivery, queries
from apps.submissions.estimate import (
    LONGER,
    NOT_MEASURED,
    QUEUE_LONGER,
    QUEUE_NOT_MEASURED,
    SOON,
    WAITS_LONGER,
    about,
    time_left,
    until_start,
)
from apps.submissions.models import StageRun, State, Submission
from apps.submissions.queries import Ahead, StageRow
from tests.submissions.samples import (
    SLUG,
    count_queries,
    make_brief,
    make_learner,
    make_submission,
    make_worker,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
USUAL = dict.fromkeys((stage.value for stage in Stage), 10.0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def row(stage: Stage, status: str, since: float) -> StageRow:
    return StageRow(1, 1, stage, status, "", ago(since), None, [], has_log=False)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "A few seconds"),
        (7, "A few seconds"),
        (8, "About 10 seconds"),
        (21, "About 20 seconds"),
        (57, "About 55 seconds"),
        (58, "About a minute"),
        (95, "About 2 minutes"),
        (3500, "About 58 minutes"),
        (3590, "About an hour"),
        (9000, "About 2 hours"),
    ],
)
def test_about_rounds_as_people_do(seconds: float, expected: str) -> None:
    assert about(seconds) == expected


def test_time_left_is_that_of_the_stages_to_come() -> None:
    assert time_left([], USUAL, now=NOW) == "About a minute left."
    runs = [row(Stage.REPOSITORY, "passed", 30), row(Stage.ENVIRONMENT, "running", 6)]
    assert time_left(runs, USUAL, now=NOW) == "About 45 seconds left."
    everything = [row(stage, "passed", 30) for stage in list(Stage)[:-1]]
    runs = [*everything, row(Stage.REPRODUCIBILITY, "running", 12)]
    assert time_left(runs, USUAL, now=NOW) == "A few seconds left."
    runs = [*everything, row(Stage.REPRODUCIBILITY, "not_run", 12)]
    assert time_left(runs, USUAL, now=NOW) == "A few seconds left."


def test_time_left_never_counts_below_zero_but_says_longer() -> None:
    runs = [row(Stage.REPOSITORY, "running", 15)]
    assert time_left(runs, USUAL, now=NOW) == "About 50 seconds left."
    runs = [row(Stage.REPOSITORY, "running", 25)]
    assert time_left(runs, USUAL, now=NOW) == LONGER


def test_time_left_without_a_measure_says_so() -> None:
    assert time_left([], {}, now=NOW) == NOT_MEASURED
    known = {key: value for key, value in USUAL.items() if key != Stage.BEHAVIOUR}
    assert time_left([], known, now=NOW) == NOT_MEASURED
    over = [row(Stage.BEHAVIOUR, "failed", 3)]  # what is over needs none
    assert time_left(over, known, now=NOW) == "About 50 seconds left."


def test_time_left_of_a_clock_that_went_back_is_sound() -> None:
    runs = [row(Stage.REPOSITORY, "running", -3600)]
    assert time_left(runs, USUAL, now=NOW) == "About a minute left."


@pytest.mark.parametrize(
    ("running", "waiting", "expected"),
    [
        ([], 0, SOON),
        ([40], 0, "About a minute until it starts."),
        ([40, 90], 0, "About 10 seconds until it starts."),
        ([40], 2, "About 4 minutes until it starts."),
        ([40, 90], 2, "About 2 minutes until it starts."),  # two workers
        ([98], 0, SOON),
        ([120], 0, SOON),
        ([200], 0, QUEUE_LONGER),
        ([200], 1, "About 2 minutes until it starts."),
        ([], 1, "About 2 minutes until it starts."),
    ],
)
def test_until_start_follows_place_and_workers(
    running: list[int], waiting: int, expected: str
) -> None:
    ahead = [Ahead("a", State.RUNNING, ago(seconds)) for seconds in running]
    ahead += [Ahead("a", State.QUEUED, None)] * waiting
    assert until_start(ahead, {"a": 100.0}, created=ago(5), now=NOW) == expected


def test_until_start_without_a_measure_says_so() -> None:
    ahead = [Ahead("a", State.RUNNING, ago(5)), Ahead("b", State.QUEUED, None)]
    assert until_start(ahead, {"a": 9.0}, created=ago(5), now=NOW) == QUEUE_NOT_MEASURED


def test_until_start_that_nobody_takes_says_so() -> None:
    assert until_start([], {}, created=ago(90), now=NOW) == WAITS_LONGER
    ahead = [Ahead("a", State.QUEUED, None)]
    assert until_start(ahead, {"a": 9.0}, created=ago(90), now=NOW) == WAITS_LONGER


# Measured ----------------------------------------------------------------------------------------


def measured(learner: User, brief: ProjectBrief, seconds: float, **fields: object) -> Submission:
    """A judged check whose tests took so long, and all of it twice as long."""
    end = timezone.now()
    one = make_submission(
        learner,
        brief,
        outcome=Outcome.FAILED,
        **{"started": end - timedelta(seconds=2 * seconds), "finished": end} | fields,
    )
    StageRun.objects.create(
        submission=one,
        delivery=one.delivery,
        stage="tests",
        status="passed",
        started=end - timedelta(seconds=seconds),
        finished=end,
    )
    return one


def test_usual_is_the_median_of_the_last_twenty_judged(learner: User, brief: ProjectBrief) -> None:
    assert queries.usual_stage_seconds(slug=SLUG) == {}
    assert queries.usual_seconds(slugs={SLUG}) == {}
    assert queries.usual_seconds(slugs=set()) == {}
    old = timezone.now() - timedelta(days=1)
    for _ in range(30):
        measured(learner, brief, 100, finished=old)
    for seconds in (*[10] * 9, 20, *[30] * 10):
        measured(learner, brief, seconds)
    measured(learner, brief, 500, charged=False)
    other = make_brief("spam-email-classifier")
    measured(learner, other, 7)
    assert queries.usual_stage_seconds(slug=SLUG) == {"tests": 25.0}
    assert queries.usual_seconds(slugs={SLUG, other.slug, "none"}) == {SLUG: 50.0, other.slug: 14.0}


def test_usual_leaves_out_deliveries_that_were_interrupted(
    learner: User, brief: ProjectBrief
) -> None:
    one = measured(learner, brief, 10, delivery=2)
    StageRun.objects.create(
        submission=one, delivery=1, stage="tests", status="passed",
        started=timezone.now() - timedelta(hours=1), finished=timezone.now(),
    )  # fmt: skip
    StageRun.objects.create(submission=one, delivery=2, stage="behaviour", status="not_run")
    assert queries.usual_stage_seconds(slug=SLUG) == {"tests": 10.0}


def test_page_shows_the_estimate(client: Client, learner: User, brief: ProjectBrief) -> None:
    client.force_login(learner)
    submission = make_submission(learner, brief)
    url = f"/submissions/{submission.public_id}/"
    make_worker()
    assert SOON in client.get(url).content.decode()
    measured(make_learner(), brief, 20)
    text = client.get(url).content.decode()
    assert "It then usually takes 40 s." in text
    assert '<span class="stage-elapsed">usually 20 s</span>' in text
    delivery.claim(submission_id=submission.pk)
    assert NOT_MEASURED in client.get(url).content.decode()
    for stage in set(Stage) - {Stage.TESTS}:
        now = timezone.now()
        StageRun.objects.create(
            submission=Submission.objects.get(state=State.FINISHED), delivery=1, stage=stage,
            status="passed", started=now - timedelta(seconds=1), finished=now,
        )  # fmt: skip
    assert "About 25 seconds left." in client.get(url).content.decode()
    delivery.request_cancel(submission_id=submission.pk)
    assert "left." not in client.get(url).content.decode()


def test_waiting_page_needs_as_many_queries_for_300_before_as_for_3(
    client: Client, learner: User, brief: ProjectBrief
) -> None:
    client.force_login(learner)
    for slug in ("a", "b"):
        measured(make_learner(), make_brief(slug), 20)
    briefs = [brief, *ProjectBrief.objects.exclude(pk=brief.pk)]
    counts = []
    mine = make_submission(learner, brief, created=timezone.now() + timedelta(hours=1))
    for number in (3, 300):
        while Submission.objects.filter(state=State.QUEUED).count() <= number:
            make_submission(make_learner(), briefs[number % 3])
            measured(make_learner(), briefs[number % 3], 20)
        counts.append(count_queries(client, f"/submissions/{mine.public_id}/status/"))
    assert counts[0] == counts[1] <= 12
