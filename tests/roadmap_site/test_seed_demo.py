"""The demo cohort: believable, the same every time, and never where others can come."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.checks.check import announced_checks
from apps.checks.projects import PROJECTS
from apps.checks.results import from_json
from apps.curriculum.models import ProjectBrief
from apps.mentoring.models import Cohort, Review
from apps.mentoring.queries import mentored_learners
from apps.progress.plan import Status
from apps.progress.queries import plans_of
from apps.quizzes.models import Attempt
from apps.submissions.models import Submission
from roadmap_site.demo_cohort import PROJECT, SAMPLES, TRIES
from tests.content import load_all

pytestmark = pytest.mark.django_db


def seed() -> str:
    load_all()
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def story() -> list[Any]:
    people = User.objects.filter(email__startswith="learner-").order_by("email")
    attempts = Attempt.objects.order_by("learner__email", "quiz", "number")
    tries = Submission.objects.order_by("learner__email", "number")
    return [
        list(people.values_list("email", "name")),
        list(attempts.values_list("learner__email", "quiz__slug", "seed", "right")),
        list(tries.values_list("learner__email", "number", "outcome", "verdict")),
        list(Review.objects.order_by("learner__email").values_list("learner__email", "decision")),
    ]


def test_cohort_is_at_different_points_of_the_road_and_the_same_again() -> None:
    assert "30 learners" in seed()
    first = story()
    seed()
    assert story() == first

    people, attempts, tries, reviews = first
    assert len(people) == 30
    assert len(attempts) > 20
    assert {outcome for _, _, outcome, _ in tries} == {"passed", "failed"}
    assert {decision for _, decision in reviews} == {"", "approved", "changes"}
    cohort = Cohort.objects.get()
    learners = list(User.objects.filter(memberships__cohort=cohort))
    today = timezone.localdate()
    plans = plans_of(learners=learners, mentored=mentored_learners(), today=today)
    assert {plan.status for plan in plans.values()} >= {
        Status.ON_TRACK,
        Status.BEHIND,
        Status.PAUSED,
    }
    assert len({plan.text for plan in plans.values()}) >= 5


@pytest.mark.slow
def test_cohort_is_drawn_the_same_on_another_installation() -> None:
    seed()
    first = story()
    Review.objects.all().delete()
    User.objects.all().delete()
    Cohort.objects.all().delete()
    assert ProjectBrief.objects.exists()
    seed()
    assert story() == first


def test_cohort_is_refused_where_others_can_come(settings: Settings) -> None:
    settings.LOCAL_DEVELOPMENT = False
    with pytest.raises(CommandError, match="only in development"):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_results_of_the_cohort_are_of_todays_checker() -> None:
    """``tests.demo_results`` writes them anew."""
    announced = [spec.name for spec in announced_checks(PROJECTS[PROJECT])]
    for sample in TRIES:
        result = from_json(json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8")))
        assert [test.name for test in result.tests] == announced
        assert result.provenance.checker_version.endswith(f" {PROJECTS[PROJECT].version}")
