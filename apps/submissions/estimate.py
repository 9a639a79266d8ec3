"""How long still, from what the last checks took; the words promise no more than was measured."""

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.checks.results import Stage
from apps.submissions.models import StageStatus, State
from apps.submissions.queries import Ahead, StageRow

STEP_S = 5  # clocks go in such steps: a page without news is not swapped every second
PATIENCE_S = 60  # so long may it take until a free worker has it

NOT_MEASURED = "How long it takes was not measured yet."
LONGER = "It takes longer than usual."
SOON = "It starts in a moment."
NO_WORKER = "No worker can check it at the moment."
WHEN_ONE_CAN = "It starts by itself as soon as one can, and waiting costs no attempt."
WAITS_LONGER = "It waits for a worker, longer than usual."
QUEUE_NOT_MEASURED = "How long those before it take was not measured yet."
QUEUE_LONGER = "A check before it takes longer than usual."


def time_left(runs: Sequence[StageRow], usual: Mapping[str, float], *, now: datetime) -> str:
    """Of a check that runs. ``usual``: seconds by stage."""
    by_stage = {run.stage: run for run in runs}
    pending = [stage for stage in Stage if not _is_over(by_stage.get(stage))]
    if not usual or any(stage not in usual for stage in pending):
        return NOT_MEASURED
    left = 0.0
    for stage in pending:
        run = by_stage.get(stage)
        elapsed = clock(run.started, now=now) if run else 0.0
        if is_longer(elapsed, usual[stage]):
            return LONGER
        left += max(usual[stage] - elapsed, 0.0)
    return f"{about(left)} left."


def until_start(
    ahead: Sequence[Ahead], usual: Mapping[str, float], *, created: datetime, now: datetime
) -> str:
    """Of a check that waits. ``usual``: seconds by project.

    Workers take one check at a time, and where some wait none is idle: there are as many as run.
    """
    running = [one for one in ahead if one.state == State.RUNNING]
    if not running and clock(created, now=now) > PATIENCE_S:
        return WAITS_LONGER
    if any(one.slug not in usual for one in ahead):
        return QUEUE_NOT_MEASURED
    free = [max(usual[one.slug] - clock(one.started, now=now), 0.0) for one in running] or [0.0]
    heapq.heapify(free)
    for one in ahead:
        if one.state == State.QUEUED:
            heapq.heapreplace(free, free[0] + usual[one.slug])
    if free[0] > STEP_S:
        return f"{about(free[0])} until it starts."
    late = any(is_longer(clock(one.started, now=now), usual[one.slug]) for one in running)
    return QUEUE_LONGER if late else SOON


def clock(start: datetime | None, *, now: datetime) -> float:
    """Seconds since ``start``, in steps."""
    return max((now - (start or now)).total_seconds(), 0.0) // STEP_S * STEP_S


def is_longer(elapsed: float, usual: float) -> bool:
    return elapsed > 1.5 * usual + STEP_S


def about(seconds: float) -> str:
    """As people round: "About 20 seconds", "About 2 minutes"."""
    if seconds <= 7:
        return "A few seconds"
    if seconds < 57.5:
        return f"About {max(round(seconds / 5) * 5, 10)} seconds"
    if seconds < 3570:
        minutes = round(seconds / 60)
        return f"About {minutes} minutes" if minutes > 1 else "About a minute"
    hours = round(seconds / 3600)
    return f"About {hours} hours" if hours > 1 else "About an hour"


def _is_over(run: StageRow | None) -> bool:
    return run is not None and run.status != StageStatus.RUNNING
