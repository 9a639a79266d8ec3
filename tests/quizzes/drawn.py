"""Draws of many seeds, and their numbers by name."""

from collections.abc import Mapping
from functools import cache
from math import isclose

from apps.quizzes.draws import Draw
from apps.quizzes.generators import GENERATORS

SEEDS = range(100)


@cache
def draws(name: str) -> tuple[Draw, ...]:
    return tuple(GENERATORS[name](seed) for seed in SEEDS)


def number(draw: Draw, name: str) -> float:
    value = {**draw.parameters, **draw.worked}[name]
    assert not isinstance(value, str)
    return value


def numbers(draw: Draw, names: str) -> list[float]:
    return [number(draw, name) for name in names.split()]


def assert_equal(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert isclose(found[name], value, rel_tol=1e-9), name
