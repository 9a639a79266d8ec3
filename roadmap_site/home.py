"""What the learner's home shows: one next step, what runs, the latest tries."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.submissions import queries
from apps.submissions.models import Submission
from apps.submissions.wording import page_state, state_and_word

LATEST = 5

type Briefs = list[tuple[ProjectBrief, Submission | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    title: str
    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    title: str
    number: int
    text: str
    state: str
    word: str
    when: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    next_step: NextStep | None
    running: Try | None
    latest: tuple[Try, ...]


def home_of(learner: User) -> Home:
    briefs = queries.published_briefs(learner=learner)
    tries = list(queries.tries_of(learner=learner)[:LATEST])
    running = next((one for one in tries if one.in_progress), None)
    return Home(
        next_step=_next_step(briefs, running),
        running=_try(running) if running else None,
        latest=tuple(_try(one) for one in tries),
    )


def _next_step(briefs: Briefs, running: Submission | None) -> NextStep | None:
    """What runs is watched; what failed is mended; else the first project not yet passed."""
    if running:
        return NextStep(
            title=f"{running.brief.title} is being checked",
            text="Watch its stages, or come back later: the verdict stays.",
            url=reverse("submission", args=[running.public_id]),
            label="Watch the check",
        )
    for brief, latest in briefs:
        if latest and page_state(latest) != "passed":
            return _mend(brief, latest)
    for brief, latest in briefs:
        if not latest:
            return NextStep(
                title=brief.title,
                text=brief.summary,
                url=reverse("project", args=[brief.slug]),
                label="Open the brief",
            )
    if not briefs:
        return None
    return NextStep(
        title="You have passed every project that is open",
        text="Hand one in again whenever you have made it better.",
        url=reverse("projects"),
        label="See the projects",
    )


def _mend(brief: ProjectBrief, latest: Submission) -> NextStep:
    state = page_state(latest)
    verb = "Mend" if state in {"failed", "unusable"} else "Hand in"
    return NextStep(
        title=f"{verb} {brief.title}",
        text=latest.verdict,
        url=reverse("submission", args=[latest.public_id]),
        label="See what to mend" if verb == "Mend" else "Open your last try",
    )


def _try(one: Submission) -> Try:
    state, word = state_and_word(one)
    return Try(
        title=one.brief.title,
        number=one.number,
        text=one.verdict or "The verdict shows up here.",
        state=state,
        word=word,
        when=one.finished or one.created,
        url=reverse("submission", args=[one.public_id]),
    )
