"""What the pages of steps and lessons show to one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import FilteredRelation, Q

from apps.accounts.models import User
from apps.curriculum import queries as curriculum
from apps.curriculum.models import Lesson, Step
from apps.exercises.models import Exercise
from apps.exercises.queries import exercises_with_tries
from apps.progress import queries as progress
from apps.quizzes.models import Quiz
from apps.quizzes.queries import quizzes_of
from roadmap_site.concepts import ConceptLine, concept_lines


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
    exercises: tuple[tuple[Exercise, int, bool], ...]  # with the tries so far, and if one passed
    previous: "Neighbour | None"
    next: "Neighbour | None"
    read: datetime | None
    changed: bool  # since it was read


class Neighbour(NamedTuple):
    """A lesson beside another one."""

    slug: str
    title: str


def step_lines(*, learner: User) -> list[StepLine]:
    """Every step with what the learner has read of it."""
    versions = progress.read_versions(learner=learner)
    return [_step_line(step, versions) for step in curriculum.published_steps()]


def step_line(slug: str, *, learner: User) -> StepLine | None:
    step = curriculum.published_steps().filter(slug=slug).first()
    return _step_line(step, progress.read_versions(learner=learner)) if step else None


def lesson_page(lesson: Lesson, *, learner: User | None) -> LessonPage:
    """``learner`` None: a visitor, who is shown nobody's state."""
    taught, before = curriculum.concepts_of(lesson)
    concepts = [*taught, *before]
    known = progress.mastery_by_concept(learner=learner, concepts=concepts) if learner else {}
    around = _around(lesson, learner=learner) if learner else _Around()
    quizzes = quizzes_of(lesson, learner=learner) if learner else []
    return LessonPage(
        lesson=lesson,
        concepts=concept_lines(taught, known, with_lessons=False),
        before=concept_lines(before, known, with_lessons=False),
        sources=tuple(_source(source) for source in lesson.sources),
        quizzes=tuple(quizzes),
        exercises=tuple(exercises_with_tries(learner=learner, lesson=lesson) if learner else ()),
        previous=around.previous,
        next=around.next,
        read=around.read,
        changed=around.read is not None and around.version != lesson.version,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """Where a lesson stands, and the learner's mark on it."""

    previous: Neighbour | None = None
    next: Neighbour | None = None
    read: datetime | None = None
    version: str | None = None  # that was read


def _around(lesson: Lesson, *, learner: User) -> _Around:
    """The lessons before and after, over the borders of steps, in one query with the mark."""
    mark = FilteredRelation("read_marks", condition=Q(read_marks__learner=learner))
    lessons = curriculum.published_lessons().annotate(mark=mark)
    rows = list(lessons.values_list("slug", "title", "mark__read", "mark__version"))
    place = next(number for number, row in enumerate(rows) if row[0] == lesson.slug)
    _, _, read, version = rows[place]
    return _Around(
        previous=Neighbour(*rows[place - 1][:2]) if place else None,
        next=Neighbour(*rows[place + 1][:2]) if place + 1 < len(rows) else None,
        read=read,
        version=version,
    )


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
