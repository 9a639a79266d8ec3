"""Brings the database in line with the authored text."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from apps.curriculum import content as authored
from apps.curriculum.models import Authored, Concept, Lesson, ProjectBrief, Step, Teaching

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
        "Concepts": _load(Concept, content.concepts, _write_concept),
        "Steps": _load(Step, content.steps, _write_step),
        "Lessons": _load(Lesson, content.lessons, _write_lesson),
        "Project briefs": _load(ProjectBrief, content.briefs, _write_brief),
    }
    written = set(loaded["Concepts"].written)
    # Only now do all concepts exist.
    _connect_concepts([concept for concept in content.concepts if concept.slug in written])
    return loaded


def hash_of(row: Row) -> str:
    """SHA-256 of all that a reader gets, so that a new renderer counts as a change too."""
    text = json.dumps(asdict(row), sort_keys=True, default=str)  # dates are the only odd type
    return hashlib.sha256(text.encode()).hexdigest()


def _load[R: (authored.Concept, authored.Step, authored.Lesson, authored.Brief)](
    model: type[Authored], rows: Sequence[R], write: Callable[[R, dict[str, Any]], None]
) -> Loaded:
    published = dict(
        model._default_manager.filter(published=True).values_list("slug", "content_hash")
    )
    written, unchanged = [], []
    for row in rows:
        content_hash = hash_of(row)
        if published.pop(row.slug, None) == content_hash:
            unchanged.append(row.slug)
            continue
        write(row, asdict(row) | {"content_hash": content_hash, "published": True})
        written.append(row.slug)
    gone = sorted(set(published) - set(written))
    if gone:
        model._default_manager.filter(slug__in=gone).update(published=False)
    return Loaded(written=written, unchanged=unchanged, withdrawn=gone)


def _rename_lessons(lessons: Sequence[authored.Lesson]) -> None:
    """A lesson under a new name is the same row: nobody loses what they did with it."""
    renamed = {former: lesson.slug for lesson in lessons for former in lesson.formerly}
    for row in Lesson.objects.filter(slug__in=renamed):
        if not Lesson.objects.filter(slug=renamed[row.slug]).exists():
            Lesson.objects.filter(pk=row.pk).update(slug=renamed[row.slug])


def _write_concept(concept: authored.Concept, values: dict[str, Any]) -> None:
    del values["requires"]
    Concept.objects.update_or_create(slug=values.pop("slug"), defaults=values)


def _connect_concepts(concepts: Sequence[authored.Concept]) -> None:
    for concept in concepts:
        row = Concept.objects.get(slug=concept.slug)
        row.requires.set(Concept.objects.filter(slug__in=concept.requires))


def _write_step(step: authored.Step, values: dict[str, Any]) -> None:
    Step.objects.update_or_create(slug=values.pop("slug"), defaults=values)


def _write_lesson(lesson: authored.Lesson, values: dict[str, Any]) -> None:
    del values["concepts"]
    values["step"] = Step.objects.get(slug=lesson.step)
    row, _ = Lesson.objects.update_or_create(slug=values.pop("slug"), defaults=values)
    keys = dict(Concept.objects.filter(slug__in=lesson.concepts).values_list("slug", "pk"))
    Teaching.objects.filter(lesson=row).delete()
    Teaching.objects.bulk_create(
        Teaching(lesson=row, concept_id=keys[slug], position=position)
        for position, slug in enumerate(lesson.concepts)
    )


def _write_brief(brief: authored.Brief, values: dict[str, Any]) -> None:
    del values["concepts"]
    row, _ = ProjectBrief.objects.update_or_create(slug=values.pop("slug"), defaults=values)
    row.concepts.set(Concept.objects.filter(slug__in=brief.concepts))
