"""Brings the database in line with the authored text."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from apps.curriculum.content import Brief
from apps.curriculum.models import ProjectBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Slugs, by what was done with them."""

    written: list[str]
    unchanged: list[str]
    withdrawn: list[str]


@transaction.atomic
def load_briefs(briefs: Sequence[Brief]) -> Loaded:
    """Write what is new or changed, withdraw what is no longer there, touch nothing else."""
    published = dict(
        ProjectBrief.objects.filter(published=True).values_list("slug", "content_hash")
    )
    written, unchanged = [], []
    for brief in briefs:
        content_hash = hash_of(brief)
        if published.pop(brief.slug, None) == content_hash:
            unchanged.append(brief.slug)
            continue
        values = asdict(brief) | {"content_hash": content_hash, "published": True}
        ProjectBrief.objects.update_or_create(slug=values.pop("slug"), defaults=values)
        written.append(brief.slug)
    ProjectBrief.objects.filter(slug__in=published).update(published=False)
    return Loaded(
        written=written,
        unchanged=unchanged,
        withdrawn=sorted(set(published) - set(written)),
    )


def hash_of(brief: Brief) -> str:
    """SHA-256 of all that a reader gets, so that a new renderer counts as a change too."""
    return hashlib.sha256(json.dumps(asdict(brief), sort_keys=True).encode()).hexdigest()
