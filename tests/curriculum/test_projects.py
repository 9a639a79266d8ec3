from django.conf import settings

from apps.checks.projects import PROJECTS
from apps.curriculum.content import read_content


def test_every_brief_has_a_checker_and_every_checker_a_brief() -> None:
    briefs = read_content(settings.BASE_DIR / "fixtures").briefs
    assert {brief.slug for brief in briefs} == set(PROJECTS)
