"""The plan: twelve mileposts in four phases, with dates, from a start and hours a week.

Nothing here reads the database. Time counts in active days: those since the start that the plan
was not paused. A phase's work counts in units: a concept that is solid is one, a project eight.
"""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MILEPOSTS = 12
# The road takes twelve months at these hours a week, longer with fewer and shorter with more.
HOURS_A_WEEK = 10
FEWEST_HOURS, MOST_HOURS = 3, 40
_DAYS_A_MONTH = 365.25 / 12
PROJECT_UNITS = 8.0
# A project whose review is still to come, for those who have a mentor.
UNREVIEWED = 0.75
# Before, a forecast would only be noise.
_FORECAST_AFTER = 14  # active days


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectsNeeded:
    """So many of these projects."""

    title: str  # "beginner projects"
    slugs: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    key: str
    title: str
    first: int  # milepost
    last: int
    steps: tuple[str, ...]  # whose concepts have to be solid
    projects: tuple[ProjectsNeeded, ...] = ()

    @property
    def months(self) -> str:
        joint = "and" if self.last == self.first + 1 else "to"
        return f"Months {self.first} {joint} {self.last}"


PHASES = (
    Phase(
        key="foundations",
        title="Foundations",
        first=1,
        last=2,
        steps=("orientation", "foundations"),
    ),
    Phase(
        key="classical-ml",
        title="Classical machine learning",
        first=3,
        last=4,
        steps=("machine-learning",),
        projects=(
            ProjectsNeeded(
                title="beginner projects",
                slugs=("house-price-prediction", "spam-email-classifier"),
                count=2,
            ),
            ProjectsNeeded(
                title="intermediate projects",
                slugs=("customer-churn-prediction", "recommendation-system"),
                count=1,
            ),
        ),
    ),
    Phase(
        key="deep-learning",
        title="Deep learning and Transformers",
        first=5,
        last=8,
        steps=("deep-learning",),
        projects=(
            ProjectsNeeded(
                title="image classification projects",
                slugs=("image-classification", "image-classification-fine-tuned"),
                count=2,
            ),
        ),
    ),
    Phase(
        key="language-models",
        title="Language models, operations, capstone",
        first=9,
        last=12,
        steps=("language-models", "data-engineering", "mlops"),
        projects=(
            ProjectsNeeded(
                title="language model applications", slugs=("llm-chat-application",), count=1
            ),
            ProjectsNeeded(
                title="deployed, monitored systems",
                slugs=("end-to-end-ml-pipeline", "ai-saas-product"),
                count=1,
            ),
            ProjectsNeeded(
                title="expert capstones",
                slugs=("multimodal-system", "real-time-system", "autonomous-agent"),
                count=1,
            ),
        ),
    ),
)


class State(StrEnum):
    """Of a milepost or a phase."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    SLIPPING = "slipping"


class Status(StrEnum):
    """Of the whole."""

    BEFORE = "before"  # the start is still to come
    ON_TRACK = "on_track"
    BEHIND = "behind"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a learner walks the road."""

    start: datetime.date
    hours_a_week: int
    # First day and the day of going on, the last one open if it lasts; in order, apart.
    pauses: tuple[tuple[datetime.date, datetime.date | None], ...] = ()

    @property
    def month_days(self) -> float:
        return _DAYS_A_MONTH * HOURS_A_WEEK / self.hours_a_week

    def is_paused(self, today: datetime.date) -> bool:
        return any(first <= today and (end is None or today < end) for first, end in self.pauses)

    def active_days(self, today: datetime.date) -> int:
        """Days walked before ``today``; negative before the start."""
        return (today - self.start).days - sum(self._paused_days(today))

    def date_of(self, active_day: float, today: datetime.date) -> datetime.date:
        """When so many active days are over, if no pause is to come; an open one ends today."""
        date = self.start + datetime.timedelta(days=math.ceil(active_day))
        for first, end in self.pauses:
            ended = today if end is None else end
            if max(first, self.start) < date and ended > self.start:
                date += ended - max(first, self.start)
        return date

    def _paused_days(self, today: datetime.date) -> list[int]:
        spans = [(max(first, self.start), min(end or today, today)) for first, end in self.pauses]
        return [(end - first).days for first, end in spans if end > first]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a phase asks for, as a line of the page."""

    text: str  # "concepts solid", after "3 of 8"
    have: float
    need: int
    url: str  # where to go on

    @property
    def done(self) -> bool:
        return self.have >= self.need


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a phase asks for and how much of it is there."""

    items: tuple[Item, ...]
    done: float  # units
    total: float

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def is_done(self) -> bool:
        return bool(self.items) and all(item.done for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milepost:
    number: int
    due: datetime.date | None  # None without a start
    state: State
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseState:
    phase: Phase
    work: Work
    mileposts: tuple[Milepost, ...]
    state: State
    word: str
    starts: datetime.date | None
    ends: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    phases: tuple[PhaseState, ...]
    status: Status | None  # None: no start was chosen
    month: int  # the present milepost; 0 before the start and without one
    text: str  # "Month 3 of 12 · on track"
    forecast: datetime.date | None  # of the last milepost, at the pace so far

    @property
    def mileposts(self) -> tuple[Milepost, ...]:
        return tuple(milepost for phase in self.phases for milepost in phase.mileposts)

    @property
    def present(self) -> PhaseState:
        """The first phase that has work left, else the last."""
        open_ones = (phase for phase in self.phases if phase.work.items and not phase.work.is_done)
        return next(open_ones, self.phases[-1])


WORDS = {State.DONE: "done", State.NOW: "now", State.AHEAD: "ahead", State.SLIPPING: "slipping"}


def make_plan(calendar: Calendar | None, work: Mapping[str, Work], *, today: datetime.date) -> Plan:
    """``work``: of each phase, by its key."""
    active = calendar.active_days(today) if calendar else -1
    month = 0
    if calendar and active >= 0:
        month = min(MILEPOSTS, int(active / calendar.month_days) + 1)
    phases = tuple(
        _phase_state(phase, work[phase.key], calendar, active=active, month=month, today=today)
        for phase in PHASES
    )
    status = _status(phases, calendar, today=today)
    return Plan(
        phases=phases,
        status=status,
        month=month,
        text=_text(phases, status, month=month, calendar=calendar),
        forecast=_forecast(phases, calendar, active=active, today=today),
    )


def _phase_state(
    phase: Phase,
    work: Work,
    calendar: Calendar | None,
    *,
    active: int,
    month: int,
    today: datetime.date,
) -> PhaseState:
    count = phase.last - phase.first + 1
    done = count if work.is_done else min(count - 1, int(work.share * count + 1e-9))
    mileposts = []
    for number in range(phase.first, phase.last + 1):
        over = calendar is not None and active >= number * calendar.month_days
        if number - phase.first < done:
            state = State.DONE
        elif over and work.items:
            state = State.SLIPPING
        else:
            state = State.NOW if number == month else State.AHEAD
        due = calendar.date_of(number * calendar.month_days, today) if calendar else None
        mileposts.append(Milepost(number=number, due=due, state=state, word=WORDS[state]))
    state, word = _phase_word(phase, work, mileposts, month=month)
    starts = ends = None
    if calendar:
        starts = calendar.date_of((phase.first - 1) * calendar.month_days, today)
        ends = mileposts[-1].due
    return PhaseState(
        phase=phase,
        work=work,
        mileposts=tuple(mileposts),
        state=state,
        word=word,
        starts=starts,
        ends=ends,
    )


def _phase_word(
    phase: Phase, work: Work, mileposts: Sequence[Milepost], *, month: int
) -> tuple[State, str]:
    if work.is_done:
        return State.DONE, "done"
    if not work.items:
        return State.AHEAD, "not open yet"
    if any(milepost.state is State.SLIPPING for milepost in mileposts):
        return State.SLIPPING, "behind"
    if phase.first <= month <= phase.last:
        return State.NOW, "on track"
    return State.AHEAD, "begun" if work.done else "ahead"


def _status(
    phases: Sequence[PhaseState], calendar: Calendar | None, *, today: datetime.date
) -> Status | None:
    if calendar is None:
        return None
    if all(phase.work.is_done for phase in phases):
        return Status.FINISHED
    if calendar.start > today:
        return Status.BEFORE
    if calendar.is_paused(today):
        return Status.PAUSED
    return Status.BEHIND if _slipping(phases) else Status.ON_TRACK


def _slipping(phases: Sequence[PhaseState]) -> int:
    mileposts = [milepost for phase in phases for milepost in phase.mileposts]
    return sum(milepost.state is State.SLIPPING for milepost in mileposts)


def _text(
    phases: Sequence[PhaseState],
    status: Status | None,
    *,
    month: int,
    calendar: Calendar | None,
) -> str:
    where = f"Month {month} of {MILEPOSTS}"
    match status:
        case None:
            return "No plan yet"
        case Status.BEFORE:
            start = calendar.start if calendar else None
            return f"Starts on {start:%-d %B %Y}"
        case Status.FINISHED:
            return "All twelve mileposts done"
        case Status.PAUSED:
            return f"{where} · paused"
        case Status.BEHIND:
            count = _slipping(phases)
            return f"{where} · {count} milepost{'' if count == 1 else 's'} behind"
        case Status.ON_TRACK:
            return f"{where} · on track"


def _forecast(
    phases: Sequence[PhaseState],
    calendar: Calendar | None,
    *,
    active: int,
    today: datetime.date,
) -> datetime.date | None:
    """At the pace so far: the same share of the work for each active day."""
    total = sum(phase.work.total for phase in phases)
    done = sum(phase.work.done for phase in phases)
    if calendar is None or active < _FORECAST_AFTER or not 0 < done < total:
        return None
    days = active * (total - done) / done
    # More than ten years is no forecast.
    return today + datetime.timedelta(days=math.ceil(days)) if days < 3653 else None
