"""A cohort at a glance: who is fine, who is not, and why."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import User
from apps.checks.untrusted_text import visible
from apps.mentoring import queries
from apps.mentoring.models import Cohort, InviteLink, Membership
from apps.progress.plan import PhaseState, Plan, State, Status
from apps.progress.queries import plans_of
from apps.submissions.models import Submission

QUIET_AFTER = 14  # days without anything done
# The state whose shape and colour a phase has, as on the road.
PHASE_STATES = {
    State.DONE: "passed",
    State.NOW: "running",
    State.AHEAD: "waiting",
    State.SLIPPING: "notice",
}
STANDINGS: dict[Status | None, tuple[str, str]] = {
    Status.BEHIND: ("notice", "behind"),
    Status.FINISHED: ("passed", "finished"),
    Status.PAUSED: ("not_run", "paused"),
    Status.BEFORE: ("waiting", "not begun"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCell:
    title: str
    state: str
    word: str
    share: int  # per cent of its work


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerLine:
    pk: int
    name: str
    state: str
    word: str
    why: str
    phases: tuple[PhaseCell, ...]
    waiting: Submission | None  # the one that waits longest for a review
    last_activity: datetime.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPage:
    cohort: Cohort
    mentors: tuple[str, ...]
    learners: tuple[LearnerLine, ...]  # those who may need somebody first
    former: tuple[tuple[str, Membership], ...]
    links: tuple[InviteLink, ...]
    phases: tuple[str, ...]
    behind: int
    waiting: int


def cohort_page(cohort: Cohort, *, mentor: User, now: datetime.datetime) -> CohortPage:
    members = list(queries.members_of(cohort))
    present = [one for one in members if one.left is None]
    people = [one.learner for one in present]
    mentors = list(cohort.mentors.all())
    plans = plans_of(learners=people, mentored=queries.mentored_learners(), today=now.date())
    waiting = _waiting(mentor, people)
    lines = [_line(one, plans[one.learner_id], waiting.get(one.learner_id), now) for one in present]
    return CohortPage(
        cohort=cohort,
        mentors=tuple(visible(str(one)) for one in mentors),
        learners=tuple(sorted(lines, key=_urgency)),
        former=tuple((visible(str(one.learner)), one) for one in members if one.left),
        links=tuple(queries.links_of(cohort, now=now)),
        phases=tuple(cell.title for cell in lines[0].phases) if lines else (),
        behind=sum(line.state == "notice" for line in lines),
        waiting=sum(line.waiting is not None for line in lines),
    )


def standing(
    plan: Plan, last_activity: datetime.datetime | None, now: datetime.datetime
) -> tuple[str, str, str]:
    """State, word and reason."""
    if plan.status in STANDINGS:
        return (*STANDINGS[plan.status], plan.text)
    if last_activity is None:
        return "waiting", "quiet", "Nothing done yet"
    days = (now - last_activity).days
    if days >= QUIET_AFTER:
        return "waiting", "quiet", f"Nothing done for {days} days"
    if plan.status is None:
        return "waiting", "no start", "No start chosen yet"
    return "running", "on track", plan.text


def phase_cells(phases: Sequence[PhaseState]) -> tuple[PhaseCell, ...]:
    return tuple(
        PhaseCell(
            title=one.phase.title,
            state=PHASE_STATES[one.state],
            word=one.word,
            share=int(100 * one.work.share),
        )
        for one in phases
    )


def _line(
    member: Membership, plan: Plan, waiting: Submission | None, now: datetime.datetime
) -> LearnerLine:
    last = getattr(member, "last_activity", None)  # annotated by members_of
    state, word, why = standing(plan, last, now)
    return LearnerLine(
        pk=member.learner_id,
        name=visible(str(member.learner)),
        state=state,
        word=word,
        why=why,
        phases=phase_cells(plan.phases),
        waiting=waiting,
        last_activity=last,
    )


def _waiting(mentor: User, people: Sequence[User]) -> dict[int, Submission]:
    found: dict[int, Submission] = {}
    for one in queries.queue_of(mentor=mentor).filter(learner__in=people):
        found.setdefault(one.learner_id, one)
    return found


def _urgency(line: LearnerLine) -> tuple[int, str]:
    order = {"behind": 0, "quiet": 1, "no start": 2}
    return order.get(line.word, 3), line.name.casefold()
