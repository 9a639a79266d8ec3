"""Text that is not published yet, as staff see it: read from a folder, never from the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from apps.accounts.models import User
from apps.curriculum.code_blocks import without_links_to_run
from apps.curriculum.content import Brief, Concept, Content, Lesson, read_draft
from apps.curriculum.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    title: str
    place: str  # "Lesson 3 of machine-learning"
    summary: str
    points: tuple[str, ...]  # objectives of a lesson
    html: str
    url: str
    has_formulas: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    folder: str
    content: Content
    problems: Sequence[Problem]

    @property
    def texts(self) -> list[DraftText]:
        return list(self._texts())

    def text(self, kind: str, slug: str) -> DraftText | None:
        url = reverse("preview_text", args=[kind, slug])
        return next((text for text in self._texts() if text.url == url), None)

    def _texts(self) -> Iterator[DraftText]:
        for lesson in self.content.lessons:
            yield self._lesson(lesson)
        for brief in self.content.briefs:
            yield self._brief(brief)
        for concept in self.content.concepts:
            yield self._concept(concept)

    def _lesson(self, lesson: Lesson) -> DraftText:
        return DraftText(
            title=lesson.title,
            place=f"Lesson {lesson.position} of {lesson.step}, {lesson.words} words",
            summary=lesson.summary,
            points=tuple(lesson.objectives),
            html=without_links_to_run(lesson.body_html),
            url=reverse("preview_text", args=["lesson", lesson.slug]),
            has_formulas=lesson.has_formulas,
            problems=self._of(f"steps/{lesson.step}/{lesson.slug}.md"),
        )

    def _brief(self, brief: Brief) -> DraftText:
        html = f"{brief.brief_html}<h2>Data dictionary</h2>{brief.data_dictionary_html}"
        return DraftText(
            title=brief.title,
            place=f"Project {brief.position}",
            summary=brief.summary,
            points=(),
            html=html,
            url=reverse("preview_text", args=["project", brief.slug]),
            has_formulas="<math" in html,
            problems=self._of(f"projects/{brief.slug}/"),
        )

    def _concept(self, concept: Concept) -> DraftText:
        return DraftText(
            title=concept.title,
            place="Concept",
            summary="",
            points=(),
            html=concept.definition_html,
            url=reverse("preview_text", args=["concept", concept.slug]),
            has_formulas="<math" in concept.definition_html,
            problems=self._of(f"concepts/{concept.slug}.md"),
        )

    def _of(self, file: str) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.file.startswith(file))


def draft_for(person: User) -> Draft | None:
    """None for all but staff, and where the operator has named no folder."""
    if not person.is_staff or settings.PREVIEW_FOLDER is None:
        return None
    content, problems = read_draft(settings.PREVIEW_FOLDER, cache=settings.RENDER_CACHE)
    return Draft(folder=str(settings.PREVIEW_FOLDER), content=content, problems=problems)
