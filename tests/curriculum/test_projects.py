from apps.checks.projects import PROJECTS
from tests.content import whole_content


def test_every_checker_has_a_brief_that_says_so() -> None:
    briefs = whole_content().briefs
    assert {brief.slug for brief in briefs if brief.checked} == set(PROJECTS)
