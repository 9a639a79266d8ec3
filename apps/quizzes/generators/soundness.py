"""Draws again until the numbers make a question that can be marked fairly."""

from collections.abc import Callable, Iterable
from functools import wraps
from itertools import combinations, count
from random import Random

from apps.quizzes.draws import Draw, Number


def until_sound(attempt: Callable[[Random], Draw | None]) -> Callable[[int], Draw]:
    """Make a generator of an attempt that returns None where its numbers would not do.

    One source of random numbers runs through all attempts, so the seed alone decides the draw.
    """

    @wraps(attempt)
    def generate(seed: int) -> Draw:
        random = Random(seed)  # noqa: S311 - numbers of a question, no secret
        return next(draw for _ in count() if (draw := attempt(random)) is not None)

    return generate


def are_apart(values: Iterable[Number], *, gap: float) -> bool:
    """Whether no two values are so close that one could be taken for the other."""
    return all(abs(one - other) > gap for one, other in combinations(values, 2))
