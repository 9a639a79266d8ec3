from django.conf import settings

from apps.checks.projects import PROJECTS
from apps.curriculum.content import read_briefs


def test_every_brief_has_a_checker_and_every_checker_a_brief() -> None:
    briefs = read_briefs(settings.BASE_DIR / "fixtures" / "projects")
    assert {brief.slug for brief in briefs} == set(PROJECTS)
