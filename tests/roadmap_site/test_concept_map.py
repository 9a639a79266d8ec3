"""Where each concept stands on the map."""

from itertools import pairwise

import pytest

from apps.accounts.models import User
from apps.curriculum import queries as curriculum
from roadmap_site.concept_map import NODE_HEIGHT, NODE_WIDTH, StepMap, concept_maps
from roadmap_site.concepts import all_concept_lines
from tests.submissions.samples import make_learner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture
def learner() -> User:
    return make_learner()


def maps(learner: User) -> list[StepMap]:
    return concept_maps(
        curriculum.published_steps(),
        all_concept_lines(learner=learner),
        curriculum.requirements(),
    )


def test_every_taught_concept_stands_in_its_step(learner: User) -> None:
    drawn = [
        node.line.concept.slug for one in maps(learner) for node in one.nodes if not node.elsewhere
    ]
    taught = [line.concept.slug for line in all_concept_lines(learner=learner) if line.lessons]
    assert sorted(drawn) == sorted(taught)


def test_concept_stands_right_of_what_it_requires(learner: User) -> None:
    requires = curriculum.requirements()
    for one in maps(learner):
        x = {node.line.concept.slug: node.x for node in one.nodes}
        own = [node for node in one.nodes if not node.elsewhere]
        for node in own:
            before = [x[slug] for slug in requires.get(node.line.concept.slug, ()) if slug in x]
            assert all(other < node.x for other in before)
        assert len(one.edges) == sum(
            slug in x for node in own for slug in requires.get(node.line.concept.slug, ())
        )


def test_nodes_do_not_overlap_and_stay_inside(learner: User) -> None:
    for one in maps(learner):
        for x in {node.x for node in one.nodes}:
            column = sorted(node.y for node in one.nodes if node.x == x)
            assert all(after - before > NODE_HEIGHT for before, after in pairwise(column))
        assert min(node.x for node in one.nodes) >= 0
        assert max(node.x + NODE_WIDTH for node in one.nodes) <= one.width
        assert max(node.y + NODE_HEIGHT for node in one.nodes) <= one.height


def test_title_is_at_most_two_lines_that_fit(learner: User) -> None:
    for one in maps(learner):
        for node in one.nodes:
            assert 1 <= len(node.text) <= 2
            assert all(len(line) <= 19 for line in node.text)
