"""What pages read of the curriculum."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from apps.curriculum.models import Concept, Lesson, ProjectBrief, Step, Teaching


def published_briefs() -> QuerySet[ProjectBrief]:
    """All that learners can hand in, in the order of the road, without the long texts."""
    return readable_briefs().filter(checked=True)


def readable_briefs() -> QuerySet[ProjectBrief]:
    """Those that cannot be checked yet as well."""
    return ProjectBrief.objects.filter(published=True).defer("brief_html", "data_dictionary_html")


def published_lessons() -> QuerySet[Lesson]:
    """All of them in the order of the road, without the long texts."""
    lessons = Lesson.objects.filter(published=True, step__published=True).select_related("step")
    return lessons.defer("body_html", "headings", "sources", "code_blocks", "step__intro_html")


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


def requirements() -> dict[str, list[str]]:
    """What each concept builds on: slugs by slug, both by title."""
    pairs = Concept.objects.filter(published=True, requires__published=True)
    found: dict[str, list[str]] = {}
    for slug, required in pairs.values_list("slug", "requires__slug"):
        found.setdefault(slug, []).append(required)
    return found


def get_concept(slug: str) -> Concept | None:
    """One published concept, with its lessons and projects."""
    published = Concept.objects.filter(slug=slug, published=True)
    return published.prefetch_related(
        _lessons_of_concepts(), Prefetch("briefs", published_briefs())
    ).first()


def neighbours_of(concept: Concept) -> tuple[list[Concept], list[Concept]]:
    """What it builds on and what builds on it, both by title, in one query."""
    around = Q(required_by=concept) | Q(requires=concept)
    rows = Concept.objects.filter(around, published=True).annotate(
        before=Exists(Concept.objects.filter(pk=concept.pk, requires=OuterRef("pk")))
    )
    found = list(rows.distinct())
    return [one for one in found if one.before], [one for one in found if not one.before]


def _lessons_of_concepts() -> "Prefetch[str]":  # generic only in its stubs
    return Prefetch("lessons", published_lessons())
