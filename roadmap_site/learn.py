"""What the pages of steps, lessons and concepts show to one reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.curriculum import queries as curriculum
from apps.curriculum.models import Concept, Lesson, ProjectBrief, Step
from apps.progress import queries as progress
from apps.progress.mastery import LEVEL_WORDS, UNSEEN, Mastery, mastery
from apps.progress.models import Evidence
from apps.quizzes.models import Quiz
from apps.quizzes.queries import quizzes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonLine:
    lesson: Lesson
    state: str  # waiting, passed, or notice: it changed since it was read
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    step: Step
    lessons: tuple[LessonLine, ...]
    read: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptLine:
    concept: Concept
    lessons: tuple[Lesson, ...]
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Further reading, as one line."""

    who: str  # author and year
    title: str
    part: str
    url: str
    place: str  # what stands on the link: a DOI, an ISBN, or a host


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPage:
    lesson: Lesson
    concepts: tuple[ConceptLine, ...]
    before: tuple[ConceptLine, ...]
    sources: tuple[Source, ...]
    quizzes: tuple[tuple[Quiz, int | None], ...]  # with the best result so far
    previous: Lesson | None
    next: Lesson | None
    read: datetime | None
    changed: bool  # since it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptPage:
    concept: Concept
    mastery: Mastery
    state: str
    word: str
    requires: tuple[ConceptLine, ...]
    required_by: tuple[ConceptLine, ...]
    lessons: tuple[Lesson, ...]
    briefs: tuple[ProjectBrief, ...]
    evidence: tuple[Evidence, ...]


EVIDENCE_SHOWN = 20


def step_lines(*, learner: User) -> list[StepLine]:
    """Every step with what the learner has read of it."""
    versions = progress.read_versions(learner=learner)
    return [_step_line(step, versions) for step in curriculum.published_steps()]


def step_line(slug: str, *, learner: User) -> StepLine | None:
    step = curriculum.published_steps().filter(slug=slug).first()
    return _step_line(step, progress.read_versions(learner=learner)) if step else None


def lesson_page(lesson: Lesson, *, learner: User | None) -> LessonPage:
    """``learner`` None: a visitor, who is shown nobody's state."""
    mark = progress.read_mark(learner=learner, lesson=lesson) if learner else None
    known = progress.mastery_by_concept(learner=learner) if learner else {}
    previous, following = _neighbours(lesson) if learner else (None, None)
    quizzes = quizzes_of(lesson, learner=learner) if learner else []
    taught, before = curriculum.concepts_of(lesson)
    return LessonPage(
        lesson=lesson,
        concepts=_concept_lines(taught, known, with_lessons=False),
        before=_concept_lines(before, known, with_lessons=False),
        sources=tuple(_source(source) for source in lesson.sources),
        quizzes=tuple(quizzes),
        previous=previous,
        next=following,
        read=mark.read if mark else None,
        changed=bool(mark and mark.version != lesson.version),
    )


def concept_lines(*, learner: User) -> tuple[ConceptLine, ...]:
    """Every concept, by title."""
    known = progress.mastery_by_concept(learner=learner)
    return _concept_lines(curriculum.published_concepts(), known)


def concept_page(concept: Concept, *, learner: User) -> ConceptPage:
    around = [concept, *concept.requires.all(), *concept.required_by.all()]
    evidence = progress.evidence_of(learner=learner, concepts=around)
    known = {
        slug: mastery([(one.source, one.score) for one in rows]) for slug, rows in evidence.items()
    }
    own = known.get(concept.slug, UNSEEN)
    state, word = LEVEL_WORDS[own.level]
    return ConceptPage(
        concept=concept,
        mastery=own,
        state=state,
        word=word,
        requires=_concept_lines(concept.requires.all(), known, with_lessons=False),
        required_by=_concept_lines(concept.required_by.all(), known, with_lessons=False),
        lessons=tuple(concept.lessons.all()),
        briefs=tuple(concept.briefs.all()),
        evidence=tuple(evidence.get(concept.slug, [])[:EVIDENCE_SHOWN]),
    )


def _step_line(step: Step, versions: Mapping[int, str]) -> StepLine:
    lessons = tuple(_lesson_line(lesson, versions.get(lesson.pk)) for lesson in step.lessons.all())
    return StepLine(
        step=step,
        lessons=lessons,
        read=sum(line.state == "passed" for line in lessons),
        minutes=sum(line.lesson.minutes for line in lessons),
    )


def _lesson_line(lesson: Lesson, version: str | None) -> LessonLine:
    if version is None:
        return LessonLine(lesson=lesson, state="waiting", word="not read")
    if version != lesson.version:
        return LessonLine(lesson=lesson, state="notice", word="changed since you read it")
    return LessonLine(lesson=lesson, state="passed", word="read")


def _concept_lines(
    concepts: Iterable[Concept], known: Mapping[str, Mastery], *, with_lessons: bool = True
) -> tuple[ConceptLine, ...]:
    lines = []
    for concept in concepts:
        state, word = LEVEL_WORDS[known.get(concept.slug, UNSEEN).level]
        lessons = tuple(concept.lessons.all()) if with_lessons else ()
        lines.append(ConceptLine(concept=concept, lessons=lessons, state=state, word=word))
    return tuple(lines)


def _neighbours(lesson: Lesson) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after, over the borders of steps."""
    lessons = list(curriculum.published_lessons().only("slug", "title", "step__position"))
    place = next(n for n, other in enumerate(lessons) if other.pk == lesson.pk)
    previous = lessons[place - 1] if place else None
    return previous, lessons[place + 1] if place + 1 < len(lessons) else None


def _source(source: Mapping[str, str]) -> Source:
    if doi := source.get("doi"):
        url, place = f"https://doi.org/{doi}", f"doi:{doi}"
    elif isbn := source.get("isbn"):
        # No shop: a service that libraries share.
        url, place = (
            f"https://search.worldcat.org/search?q=bn:{isbn.replace('-', '')}",
            f"ISBN {isbn}",
        )
    else:
        url = source["url"]
        place = url.removeprefix("https://").split("/", 1)[0]
    return Source(
        who=f"{source['author']} ({source['year']})",
        title=source["title"],
        part=source.get("part", ""),
        url=url,
        place=place,
    )
