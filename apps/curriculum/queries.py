"""What pages read of the curriculum."""

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from apps.curriculum.models import Concept, Lesson, ProjectBrief, Step, Teaching


def published_briefs() -> QuerySet[ProjectBrief]:
    """All that learners can work on, in the order of the road, without the long texts."""
    return ProjectBrief.objects.filter(published=True).defer("brief_html", "data_dictionary_html")


def published_lessons() -> QuerySet[Lesson]:
    """All of them in the order of the road, without the long texts."""
    lessons = Lesson.objects.filter(published=True, step__published=True).select_related("step")
    return lessons.defer("body_html", "headings", "sources", "step__intro_html")


def open_lesson() -> Lesson | None:
    """The first lesson of the road that can be read without an account."""
    return published_lessons().filter(open=True).first()


def published_steps() -> QuerySet[Step]:
    """In the order of the road, each with its lessons as ``published_lessons``."""
    lessons = Prefetch("lessons", published_lessons())
    return Step.objects.filter(published=True).prefetch_related(lessons)


def get_lesson(slug: str) -> Lesson | None:
    """One published lesson with its texts and its step, by its name of today or of before."""
    lessons = Lesson.objects.filter(published=True, step__published=True).select_related("step")
    found = lessons.filter(Q(slug=slug) | Q(formerly__contains=[slug]))
    return found.order_by("pk").first()


def concepts_of(lesson: Lesson) -> tuple[list[Concept], list[Concept]]:
    """What a lesson teaches, in the order in which it does, and what one needs to know before."""
    teaching = Teaching.objects.filter(lesson=lesson, concept=OuterRef("pk"))
    taught = Q(teaching__lesson=lesson)
    before = Q(required_by__teaching__lesson=lesson)
    rows = (
        Concept.objects.filter(taught | before, published=True)
        .annotate(place=Subquery(teaching.values("position")))
        .distinct()
        .order_by("place", "title")
    )
    concepts = list(rows)
    return (
        [concept for concept in concepts if concept.place is not None],
        [concept for concept in concepts if concept.place is None],
    )


def published_concepts() -> QuerySet[Concept]:
    """All of them by title, with the lessons that teach them."""
    return Concept.objects.filter(published=True).prefetch_related(_lessons_of_concepts())


def get_concept(slug: str) -> Concept | None:
    """One published concept, with its lessons, what it builds on and what builds on it."""
    published = Concept.objects.filter(published=True)
    return (
        published.filter(slug=slug)
        .prefetch_related(
            _lessons_of_concepts(),
            Prefetch("requires", published),
            Prefetch("required_by", published),
            Prefetch("briefs", published_briefs()),
        )
        .first()
    )


def _lessons_of_concepts() -> "Prefetch[str]":  # generic only in its stubs
    return Prefetch("lessons", published_lessons())
