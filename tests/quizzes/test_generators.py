"""Every generator gives fair draws. What they compute: ``tests/quizzes/generators``."""

import pytest

from apps.quizzes.generators import GENERATORS, MODULES
from tests.quizzes.drawn import SEEDS, draws


@pytest.mark.parametrize("name", GENERATORS)
def test_same_seed_gives_the_same_draw(name: str) -> None:
    assert tuple(GENERATORS[name](seed) for seed in SEEDS) == draws(name)


@pytest.mark.parametrize("name", GENERATORS)
def test_seeds_give_many_different_draws(name: str) -> None:
    shown = {tuple(draw.parameters.items()) for draw in draws(name)}
    assert len(shown) > len(SEEDS) // 4


@pytest.mark.parametrize("name", GENERATORS)
def test_every_draw_has_the_same_names(name: str) -> None:
    names = {
        (frozenset(draw.parameters), frozenset(draw.worked), frozenset(draw.distractors))
        for draw in draws(name)
    }
    assert len(names) == 1
    ((parameters, worked, _),) = names
    assert not parameters & worked


def test_names_are_unique() -> None:
    assert len(GENERATORS) == sum(len(module.GENERATORS) for module in MODULES)
