"""One learner, for a mentor: the road, what was shown of each concept, tries, reviews."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.accounts.models import User
from apps.checks.untrusted_text import visible
from apps.curriculum.models import Concept
from apps.mentoring import queries
from apps.mentoring.cohort_page import PhaseCell, phase_cells, standing
from apps.mentoring.models import Decision, Review
from apps.mentoring.review_page import DECISIONS
from apps.progress.mastery import LEVEL_WORDS, Level, Mastery
from apps.progress.models import Evidence, EvidenceSource
from apps.progress.plan import Plan
from apps.progress.queries import mastery_by_concept, plans_of
from apps.progress.small_road import SmallRoad, of_plan
from apps.submissions.models import Submission
from apps.submissions.wording import state_and_word

TRIES_SHOWN = 20
EVIDENCE_SHOWN = 5  # of one concept

# Those who may need help first.
_ORDER = (Level.SHAKY, Level.GROWING, Level.SOLID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    title: str
    source: str
    url: str  # of a page that a mentor may open; empty without one
    at: datetime.datetime
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptLine:
    title: str
    state: str
    word: str
    count: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    person: User
    name: str
    road: SmallRoad
    plan: Plan
    phases: tuple[PhaseCell, ...]
    state: str
    word: str
    why: str
    concepts: tuple[ConceptLine, ...]
    tries: tuple[tuple[Submission, str, str], ...]
    reviews: tuple[tuple[Review, str, str], ...]


def person_page(person: User, *, mentor: User, now: datetime.datetime) -> PersonPage:
    plans = plans_of(learners=[person], mentored=queries.mentored_learners(), today=now.date())
    plan = plans[person.pk]
    shown = queries.concepts_shown(learner=person)
    tries = list(queries.tries_of_learner(person)[:TRIES_SHOWN])
    moments = [pieces[0].at for _, pieces in shown] + [one.created for one in tries]
    state, word, why = standing(plan, max(moments, default=None), now)
    reviews = queries.reviews_of_learner(mentor=mentor, learner=person)[:TRIES_SHOWN]
    return PersonPage(
        person=person,
        name=visible(str(person)),
        road=of_plan(plan),
        plan=plan,
        phases=phase_cells(plan.phases),
        state=state,
        word=word,
        why=why,
        concepts=_concepts(shown, mastery_by_concept(learner=person)),
        tries=tuple((one, *state_and_word(one)) for one in tries),
        reviews=tuple((one, *DECISIONS[Decision(one.decision)]) for one in reviews),
    )


def _concepts(
    shown: Iterable[tuple[Concept, list[Evidence]]], known: Mapping[str, Mastery]
) -> tuple[ConceptLine, ...]:
    lines = []
    for concept, pieces in shown:
        level = known[concept.slug].level
        state, word = LEVEL_WORDS[level]
        line = ConceptLine(
            title=str(concept),
            state=state,
            word=word,
            count=len(pieces),
            pieces=tuple(_piece(one) for one in pieces[:EVIDENCE_SHOWN]),
        )
        lines.append((_ORDER.index(level), line))
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _piece(one: Evidence) -> Piece:
    state, word = "failed", "not shown"
    if one.score > 0:
        state, word = ("passed", "shown") if one.score >= 1 else ("running", "in part")
    # A mentor reads a try under an address of the mentors' own; quiz answers are the learner's.
    is_project = one.source == EvidenceSource.PROJECT and one.url.startswith("/submissions/")
    return Piece(
        title=visible(one.title),
        source=f"{one.get_source_display()}, try {one.attempt}",
        url=f"/mentoring{one.url}" if is_project else "",
        at=one.at,
        state=state,
        word=word,
    )
