"""What the pages of concepts show to one learner: how well each is known, and what to do next."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.accounts.models import User
from apps.checks.results import Chart, ReferenceLine
from apps.curriculum import queries as curriculum
from apps.curriculum.models import Concept, Lesson, ProjectBrief
from apps.progress import queries as progress
from apps.progress.advice import advise
from apps.progress.mastery import (
    GROWING,
    LEVEL_WORDS,
    SOLID,
    UNSEEN,
    Level,
    Mastery,
    history,
)
from apps.progress.models import Evidence
from apps.submissions.charts import Figure, figure

EVIDENCE_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptLine:
    concept: Concept
    lessons: tuple[Lesson, ...]
    state: str
    word: str

    @property
    def letter(self) -> str:
        return self.concept.title[:1].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many concepts have a level."""

    state: str
    word: str
    count: int
    before: int  # of the levels in front of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptsPage:
    lines: tuple[ConceptLine, ...]  # by title
    shares: tuple[Share, ...]
    strengthen: tuple[ConceptLine, ...]
    learn: tuple[ConceptLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptPage:
    concept: Concept
    state: str
    word: str
    expected: str  # a sentence
    history: Figure | None
    requires: tuple[ConceptLine, ...]
    required_by: tuple[ConceptLine, ...]
    lessons: tuple[Lesson, ...]
    briefs: tuple[ProjectBrief, ...]
    evidence: tuple[Evidence, ...]


def concept_lines(
    concepts: Iterable[Concept], known: Mapping[str, Mastery], *, with_lessons: bool = True
) -> tuple[ConceptLine, ...]:
    lines = []
    for concept in concepts:
        state, word = LEVEL_WORDS[known.get(concept.slug, UNSEEN).level]
        lessons = tuple(concept.lessons.all()) if with_lessons else ()
        lines.append(ConceptLine(concept=concept, lessons=lessons, state=state, word=word))
    return tuple(lines)


def all_concept_lines(*, learner: User) -> tuple[ConceptLine, ...]:
    """By title."""
    known = progress.mastery_by_concept(learner=learner)
    return concept_lines(curriculum.published_concepts(), known)


def concepts_page(*, learner: User) -> ConceptsPage:
    known = progress.mastery_by_concept(learner=learner)
    lines = concept_lines(curriculum.published_concepts(), known)
    by_slug = {line.concept.slug: line for line in lines}
    advice = advise(_in_order_of_the_road(lines), curriculum.requirements(), known)
    return ConceptsPage(
        lines=lines,
        shares=_shares(known[line.concept.slug].level for line in lines),
        strengthen=tuple(by_slug[slug] for slug in advice.strengthen),
        learn=tuple(by_slug[slug] for slug in advice.learn),
    )


def _shares(levels: Iterable[Level]) -> tuple[Share, ...]:
    counts, shares, before = Counter(levels), [], 0
    for level in (Level.SOLID, Level.GROWING, Level.SHAKY, Level.UNSEEN):
        state, word = LEVEL_WORDS[level]
        shares.append(Share(state=state, word=word, count=counts[level], before=before))
        before += counts[level]
    return tuple(shares)


def _in_order_of_the_road(lines: Iterable[ConceptLine]) -> list[str]:
    """Slugs of the concepts that can be shown, as the road first comes to them."""
    tested = [line for line in lines if line.lessons and line.concept.tested]
    tested.sort(key=lambda line: (line.lessons[0].step.position, line.lessons[0].position))
    return [line.concept.slug for line in tested]


def concept_page(concept: Concept, *, learner: User) -> ConceptPage:
    requires, required_by = curriculum.neighbours_of(concept)
    around = [concept, *requires, *required_by]
    known = progress.mastery_by_concept(learner=learner, concepts=around)
    evidence = progress.evidence_of(learner=learner, concepts=[concept]).get(concept.slug, [])
    own = known[concept.slug]
    state, word = LEVEL_WORDS[own.level]
    return ConceptPage(
        concept=concept,
        state=state,
        word=word,
        expected=_expected(own),
        history=_history(evidence, own),
        requires=concept_lines(requires, known, with_lessons=False),
        required_by=concept_lines(required_by, known, with_lessons=False),
        lessons=tuple(concept.lessons.all()),
        briefs=tuple(concept.briefs.all()),
        evidence=tuple(evidence[:EVIDENCE_SHOWN]),
    )


def _expected(own: Mastery) -> str:
    # Nobody is sure of every question, nor of none.
    right = min(max(round(10 * own.estimate), 1), 9)
    if own.level is Level.UNSEEN:
        return f"From your other answers, about {right} of 10 questions on it would go right."
    return f"Of 10 new questions on it, expect about {right} to go right."


def _history(evidence: Sequence[Evidence], own: Mastery) -> Figure | None:
    """How the estimate moved, from the average of all concepts on. One piece is no line."""
    pieces = [(one.source, one.score) for one in evidence]
    estimates = history(pieces, average=own.average, latest=EVIDENCE_SHOWN)
    if len(estimates) < 2:
        return None
    if len(estimates) == len(evidence):
        estimates.insert(0, own.average)
    first, last = (f"{100 * share:.0f} %" for share in (estimates[0], estimates[-1]))
    start = len(evidence) + 1 - len(estimates)
    chart = Chart(
        name="mastery",
        kind="line",
        title="What you can expect of yourself",
        summary=f"Expected share of right answers, from {first} to {last}. "
        "Each answer and each check moves it, late ones more.",
        x_label="Answers and checks so far",
        y_label="Expected share right",
        points=tuple((float(number), share) for number, share in enumerate(estimates, start=start)),
        lines=(
            ReferenceLine(label="solid", axis="y", value=SOLID),
            ReferenceLine(label="growing", axis="y", value=GROWING),
        ),
    )
    return figure(chart)
