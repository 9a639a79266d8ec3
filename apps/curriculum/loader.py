"""Brings the database in line with the authored text."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.curriculum import content as authored
from apps.curriculum.models import Authored, Concept, Lesson, ProjectBrief, Step, Teaching
from apps.curriculum.search import write_search_entries

type Row = authored.Concept | authored.Step | authored.Lesson | authored.Brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Slugs of one kind of text, by what was done with them."""

    written: list[str]
    unchanged: list[str]
    withdrawn: list[str]


@transaction.atomic
def load_content(content: authored.Content) -> dict[str, Loaded]:
    """Write what is new or changed, withdraw what is no longer there, touch nothing else."""
    _rename_lessons(content.lessons)
    loaded = {
        "Concepts": _load(Concept, content.concepts, without=["requires"]),
        "Steps": _load(Step, content.steps),
        "Lessons": _load(Lesson, content.lessons, without=["concepts"]),
        "Project briefs": _load(ProjectBrief, content.briefs, without=["concepts"]),
    }
    # Only now do all of them exist.
    _connect(content, loaded)
    write_search_entries(content)
    return loaded


def hash_of_values(values: Mapping[str, Any]) -> str:
    """SHA-256 of all that a reader gets, so that a new renderer counts as a change too."""
    text = json.dumps(values, sort_keys=True, default=str)  # dates are the only odd type
    return hashlib.sha256(text.encode()).hexdigest()


def mark_tested_concepts(shown: Q) -> None:
    """Note which concepts something can show. ``shown``: by what, besides projects' checks."""
    shown |= Q(briefs__published=True, briefs__checked=True)
    tested = Concept.objects.filter(shown).values("pk")
    Concept.objects.filter(tested=False, pk__in=tested).update(tested=True)
    Concept.objects.filter(tested=True).exclude(pk__in=tested).update(tested=False)


def _load[R: (authored.Concept, authored.Step, authored.Lesson, authored.Brief)](
    model: type[Authored], rows: Sequence[R], *, without: Collection[str] = ()
) -> Loaded:
    """``without``: facts of a row that are no columns of its own."""
    published = dict(
        model._default_manager.filter(published=True).values_list("slug", "content_hash")
    )
    changed, unchanged = [], []
    for row in rows:
        content_hash = hash_of_values(asdict(row))
        if published.pop(row.slug, None) == content_hash:
            unchanged.append(row.slug)
            continue
        values = {name: value for name, value in asdict(row).items() if name not in without}
        changed.append(values | {"content_hash": content_hash, "published": True})
    written = [values["slug"] for values in changed]
    _write(model, changed)
    gone = sorted(set(published) - set(written))
    if gone:
        model._default_manager.filter(slug__in=gone).update(published=False)
    return Loaded(written=written, unchanged=unchanged, withdrawn=gone)


def _write(model: type[Authored], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [name for name in rows[0] if name != "slug"]
    if model is Lesson:
        steps = dict(Step.objects.values_list("slug", "pk"))
        rows = [row | {"step_id": steps[row.pop("step")]} for row in rows]
    model._default_manager.bulk_create(
        [model(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=names,
    )


def _rename_lessons(lessons: Sequence[authored.Lesson]) -> None:
    """A lesson under a new name is the same row: nobody loses what they did with it."""
    renamed = {former: lesson.slug for lesson in lessons for former in lesson.formerly}
    for row in Lesson.objects.filter(slug__in=renamed):
        if not Lesson.objects.filter(slug=renamed[row.slug]).exists():
            Lesson.objects.filter(pk=row.pk).update(slug=renamed[row.slug])


def _connect(content: authored.Content, loaded: Mapping[str, Loaded]) -> None:
    """What the texts that were written require, teach and prove."""
    concepts = set(loaded["Concepts"].written)
    lessons = set(loaded["Lessons"].written)
    briefs = set(loaded["Project briefs"].written)
    if not (concepts or lessons or briefs):
        return
    keys = _keys(Concept)
    lesson_keys = _keys(Lesson)
    Teaching.objects.filter(lesson__slug__in=lessons).delete()
    Teaching.objects.bulk_create(
        Teaching(lesson_id=lesson_keys[lesson.slug], concept_id=keys[slug], position=position)
        for lesson in content.lessons
        if lesson.slug in lessons
        for position, slug in enumerate(lesson.concepts)
    )
    requires = Concept.requires.through
    requires.objects.filter(from_concept__slug__in=concepts).delete()
    requires.objects.bulk_create(
        requires(from_concept_id=keys[concept.slug], to_concept_id=keys[slug])
        for concept in content.concepts
        if concept.slug in concepts
        for slug in concept.requires
    )
    brief_keys = _keys(ProjectBrief)
    proves = ProjectBrief.concepts.through
    proves.objects.filter(projectbrief__slug__in=briefs).delete()
    proves.objects.bulk_create(
        proves(projectbrief_id=brief_keys[brief.slug], concept_id=keys[slug])
        for brief in content.briefs
        if brief.slug in briefs
        for slug in brief.concepts
    )


def _keys(model: type[Authored]) -> dict[str, int]:
    return dict(model._default_manager.values_list("slug", "pk"))
