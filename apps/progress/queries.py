"""What pages read of a learner's record."""

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, F, FilteredRelation, Q, QuerySet, When
from django.urls import reverse

from apps.accounts.models import User
from apps.curriculum.models import Concept, Lesson, ProjectBrief, Teaching
from apps.curriculum.queries import published_lessons
from apps.progress.mastery import FADE, UNSEEN, WEIGHTS, Level, Mastery, average, of_sums
from apps.progress.models import Evidence, LearningPlan, PassedProject, Pause, ReadMark, Recall
from apps.progress.plan import (
    PHASES,
    PROJECT_UNITS,
    UNREVIEWED,
    Calendar,
    Item,
    Phase,
    Plan,
    ProjectsNeeded,
    Work,
    make_plan,
)

# ``mastery.mastery`` of some learners, computed where the rows are: there may be thousands. A row
# without a concept holds the sums of all, from which the learner's average follows.
_SUMS = """
WITH evidence AS (
    SELECT id, learner_id, concept_id, at, score,
        (%(weights)s::jsonb ->> source)::float8 AS weight
    FROM progress_evidence
    WHERE learner_id = ANY(%(learners)s)
)
SELECT learner_id, NULL, SUM(weight), SUM(weight * score), COUNT(*)
FROM evidence
GROUP BY learner_id
UNION ALL
SELECT learner_id, slug, SUM(share), SUM(share * score), COUNT(*)
FROM (
    SELECT e.learner_id, c.slug, e.score, e.weight * POWER(
        %(fade)s::float8,
        -- Older ones weigh nothing, and PostgreSQL raises an error for what is too small.
        LEAST(300, ROW_NUMBER() OVER (
            PARTITION BY e.learner_id, e.concept_id ORDER BY e.at DESC, e.id DESC
        ) - 1)
    ) AS share
    FROM evidence e
    JOIN curriculum_concept c ON c.id = e.concept_id
    WHERE %(concepts)s::bigint[] IS NULL OR e.concept_id = ANY(%(concepts)s::bigint[])
) AS pieces
GROUP BY learner_id, slug
"""
# How much of a concept's unit each level of mastery is worth to the plan.
CREDIT = {Level.UNSEEN: 0.0, Level.SHAKY: 0.0, Level.GROWING: 0.5, Level.SOLID: 1.0}


def read_versions(*, learner: User) -> dict[int, str]:
    """For each lesson that the learner read, by its key: the version of then."""
    return dict(ReadMark.objects.filter(learner=learner).values_list("lesson_id", "version"))


def lessons_with_marks(*, learner: User) -> QuerySet[Lesson]:
    """Every published lesson in order, with the version that the learner ``read``, if any."""
    mine = FilteredRelation("read_marks", condition=Q(read_marks__learner=learner))
    return published_lessons().annotate(mine=mine, read=F("mine__version"))


def mastery_by_concept(
    *, learner: User, concepts: Iterable[Concept] | None = None
) -> defaultdict[str, Mastery]:
    """By slug; a concept of which nothing was seen is UNSEEN. ``concepts``: all unless given."""
    found: defaultdict[str, Mastery] = defaultdict(lambda: UNSEEN)
    found.update(_mastery([learner], concepts)[learner.pk])
    return found


def evidence_of(*, learner: User, concepts: Iterable[Concept]) -> dict[str, list[Evidence]]:
    """By slug, latest first; a concept without any is left out."""
    found: dict[str, list[Evidence]] = {}
    rows = Evidence.objects.filter(learner=learner, concept__in=concepts)
    for row in rows.select_related("concept").defer("concept__definition_html"):
        found.setdefault(row.concept.slug, []).append(row)
    return found


def due_concepts(*, learner: User, by: datetime.datetime) -> QuerySet[Concept]:
    """What to look at again until then, what is due for longest first."""
    due = Concept.objects.filter(published=True, recalls__learner=learner, recalls__due__lte=by)
    return due.order_by("recalls__due", "slug")


def recalls_of(*, learner: User) -> QuerySet[Recall]:
    """With their published concepts, what is due first in front."""
    recalls = Recall.objects.filter(learner=learner, concept__published=True)
    return recalls.select_related("concept").defer("concept__definition_html").order_by("due", "pk")


def met_concepts(*, learner: User) -> QuerySet[Concept]:
    """Published ones of which there is evidence, or that a lesson teaches which was read."""
    # Two keys, and not two joins: those would pair everybody's marks with everybody's recalls.
    shown = Q(pk__in=Recall.objects.filter(learner=learner).values("concept"))
    taught = Teaching.objects.filter(lesson__read_marks__learner=learner)
    met = shown | Q(pk__in=taught.values("concept"))
    return Concept.objects.filter(met, published=True).order_by("title", "slug")


def learning_plan(*, learner: User) -> LearningPlan | None:
    return LearningPlan.objects.filter(learner=learner).prefetch_related("pauses").first()


def plan_of(*, learner: User, mentored: bool, today: datetime.date) -> Plan:
    """``mentored``: a mentor reviews this learner's projects, so only approval makes them whole."""
    reviewed = [learner] if mentored else []
    return plans_of(learners=[learner], mentored=reviewed, today=today)[learner.pk]


def plans_of(
    *,
    learners: Collection[User],
    mentored: Collection[User] | QuerySet[User],
    today: datetime.date,
) -> dict[int, Plan]:
    """By the learners' keys; as many queries for many as for one, none for ``mentored``: it may
    hold others too."""
    calendars = _calendars(learners)
    known = _mastery(learners)
    taught = _concepts_by_step()
    projects = _projects(learners, mentored)
    return {
        one.pk: make_plan(
            calendars.get(one.pk),
            {phase.key: _work(phase, taught, known[one.pk], projects[one.pk]) for phase in PHASES},
            today=today,
        )
        for one in learners
    }


def _calendars(learners: Collection[User]) -> dict[int, Calendar]:
    rows = LearningPlan.objects.filter(learner__in=learners).order_by("pauses__first", "pauses")
    found: dict[int, Calendar] = {}
    for learner, start, hours, first, end in rows.values_list(
        "learner", "start", "hours_a_week", "pauses__first", "pauses__end"
    ):
        before = found[learner].pauses if learner in found else ()
        pauses = (*before, (first, end)) if first else before
        found[learner] = Calendar(start=start, hours_a_week=hours, pauses=pauses)
    return found


def _mastery(
    learners: Collection[User], concepts: Iterable[Concept] | None = None
) -> defaultdict[int, dict[str, Mastery]]:
    """By learner and concept; a concept of which nothing was seen is left out."""
    values: dict[str, Any] = {
        "learners": [learner.pk for learner in learners],
        "concepts": None if concepts is None else [concept.pk for concept in concepts],
        "fade": FADE,
        "weights": json.dumps(WEIGHTS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, values)
        rows = cursor.fetchall()
    averages = {
        learner: average(weight=weight, total=total)
        for learner, slug, weight, total, _ in rows
        if slug is None
    }
    found: defaultdict[int, dict[str, Mastery]] = defaultdict(dict)
    for learner, slug, weight, total, count in rows:
        if slug is not None:
            found[learner][slug] = of_sums(
                weight=weight, total=total, count=count, average=averages[learner]
            )
    return found


def _projects(
    learners: Collection[User], mentored: Collection[User] | QuerySet[User]
) -> dict[int, dict[str, float]]:
    """How far each project is that is open or was passed, by learner and slug: 1 is done."""
    theirs = FilteredRelation("passes", condition=Q(passes__learner__in=learners))
    whole = Case(
        When(theirs__approved__isnull=False, then=True),
        When(theirs__learner__in=mentored, then=False),
        default=True,
        output_field=BooleanField(),
    )
    rows = ProjectBrief.objects.annotate(theirs=theirs, whole=whole)
    rows = rows.filter(Q(published=True, checked=True) | Q(theirs__isnull=False))
    values = list(rows.values_list("slug", "published", "checked", "theirs__learner", "whole"))
    open_ones = {slug: 0.0 for slug, published, checked, _, _ in values if published and checked}
    shares = {learner.pk: dict(open_ones) for learner in learners}
    for slug, _, _, learner, is_whole in values:
        if learner is not None:
            shares[learner][slug] = 1.0 if is_whole else UNREVIEWED
    return shares


def _concepts_by_step() -> Mapping[str, set[str]]:
    """The concepts that the published lessons of each step teach and that can be shown; slugs."""
    concepts: defaultdict[str, set[str]] = defaultdict(set)
    rows = Teaching.objects.filter(
        lesson__published=True,
        lesson__step__published=True,
        concept__published=True,
        concept__tested=True,
    )
    for step, concept in rows.values_list("lesson__step__slug", "concept__slug"):
        concepts[step].add(concept)
    return concepts


def _work(
    phase: Phase,
    taught: Mapping[str, set[str]],
    known: Mapping[str, Mastery],
    projects: Mapping[str, float],
) -> Work:
    """What there is to do on this installation: a project that is not open is not asked for."""
    concepts = set().union(*(taught.get(step, set()) for step in phase.steps))
    levels = [known[slug].level if slug in known else Level.UNSEEN for slug in concepts]
    items = []
    if concepts:
        solid = sum(level is Level.SOLID for level in levels)
        items.append(
            Item(text="concepts solid", have=solid, need=len(concepts), url=reverse("concepts"))
        )
    done, total = sum(CREDIT[level] for level in levels), float(len(concepts))
    for needed in phase.projects:
        item = _project_item(needed, projects)
        if item:
            items.append(item)
            done += PROJECT_UNITS * item.have
            total += PROJECT_UNITS * item.need
    return Work(items=tuple(items), done=done, total=total)


def _project_item(needed: ProjectsNeeded, projects: Mapping[str, float]) -> Item | None:
    shares = sorted((projects[slug] for slug in needed.slugs if slug in projects), reverse=True)
    if not shares:
        return None
    need = min(needed.count, len(shares))
    return Item(text=needed.title, have=sum(shares[:need]), need=need, url=reverse("projects"))


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``."""
    marks = ReadMark.objects.filter(learner=learner).order_by("read", "pk")
    evidence = Evidence.objects.filter(learner=learner).order_by("at", "pk")
    pauses = Pause.objects.filter(plan__learner=learner)
    passed = PassedProject.objects.filter(learner=learner).order_by("passed")
    return {
        "learning_plan": LearningPlan.objects.filter(learner=learner).values(
            "start", "hours_a_week"
        ),
        "pauses": pauses.values("first", "end"),
        "passed_projects": passed.values("passed", "approved", project=F("brief__slug")),
        "read_marks": marks.values("version", "read", lesson_slug=F("lesson__slug")).iterator(),
        "recalls": Recall.objects.filter(learner=learner)
        .order_by("due", "pk")
        .values("stability", "difficulty", "last", "due", concept_slug=F("concept__slug")),
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
