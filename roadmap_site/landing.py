"""What the landing page shows of the content: counted, never promised."""

from dataclasses import dataclass

from apps.curriculum import queries as curriculum
from apps.curriculum.models import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    open_today: str
    lesson: Lesson | None  # to read without an account


def landing_of_today() -> Landing:
    lessons = curriculum.published_lessons().count()
    # As on the projects' own pages: a brief without its checker cannot be opened.
    projects = curriculum.published_briefs().count()
    return Landing(
        open_today=open_today(lessons=lessons, projects=projects),
        lesson=curriculum.open_lesson(),
    )


def open_today(*, lessons: int, projects: int) -> str:
    parts = []
    if lessons:
        parts.append(f"{lessons} lesson{'s' if lessons > 1 else ''}")
    if projects == 1:
        parts.append("1 project with its whole check")
    elif projects:
        parts.append(f"{projects} projects, each with its whole check")
    if not parts:
        return "Nothing is open on this installation yet. The road shows where it will lead."
    return f"Open today: {' and '.join(parts)}. The road shows where it leads."
