"""Draws again until the numbers make a question that can be marked fairly."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import combinations, count
from random import Random

from apps.quizzes.draws import Draw, Number

# More than twice the tolerance of a question in percent (0.6) and of one in shares (0.006).
PERCENT_GAP = 1.3
SHARE_GAP = 0.013


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


def matrices_are_apart(matrices: Iterable[Sequence[Sequence[Number]]], *, gap: float) -> bool:
    """Whether any two of the same shape differ by more than ``gap`` in at least one cell."""
    return all(
        any(
            abs(a - b) > gap
            for row, cells in zip(one, other, strict=True)
            for a, b in zip(row, cells, strict=True)
        )
        for one, other in combinations(matrices, 2)
    )
