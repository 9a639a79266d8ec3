from django.conf import settings

from apps.checks.projects import PROJECTS
from apps.curriculum.content import read_content


def test_every_checker_has_a_brief_that_says_so() -> None:
    briefs = read_content(settings.BASE_DIR / "fixtures").briefs
    assert {brief.slug for brief in briefs if brief.checked} == set(PROJECTS)
