"""What pages read of a learner's record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import F, QuerySet

from apps.accounts.models import User
from apps.curriculum.models import Lesson
from apps.progress.mastery import UNSEEN, Mastery, mastery
from apps.progress.models import Evidence, ReadMark


def read_versions(*, learner: User) -> dict[int, str]:
    """For each lesson that the learner read, by its key: the version of then."""
    return dict(ReadMark.objects.filter(learner=learner).values_list("lesson_id", "version"))


def read_mark(*, learner: User, lesson: Lesson) -> ReadMark | None:
    return ReadMark.objects.filter(learner=learner, lesson=lesson).first()


def mastery_by_concept(*, learner: User) -> defaultdict[str, Mastery]:
    """By slug; a concept of which nothing was seen is UNSEEN."""
    seen: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    rows = Evidence.objects.filter(learner=learner).order_by("-at", "-pk")
    for slug, source, score in rows.values_list("concept__slug", "source", "score"):
        seen[slug].append((source, score))
    found: defaultdict[str, Mastery] = defaultdict(lambda: UNSEEN)
    found.update({slug: mastery(pieces) for slug, pieces in seen.items()})
    return found


def evidence_of(*, learner: User, concept_slug: str) -> QuerySet[Evidence]:
    """Latest first."""
    return Evidence.objects.filter(learner=learner, concept__slug=concept_slug)


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``."""
    marks = ReadMark.objects.filter(learner=learner).order_by("read", "pk")
    evidence = Evidence.objects.filter(learner=learner).order_by("at", "pk")
    return {
        "read_marks": marks.values("version", "read", lesson_slug=F("lesson__slug")).iterator(),
        "evidence": evidence.values(
            "source",
            "key",
            "score",
            "title",
            "attempt",
            "url",
            "at",
            concept_slug=F("concept__slug"),
        ).iterator(),
    }
