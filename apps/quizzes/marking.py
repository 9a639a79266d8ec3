"""Marks an answer: a pure function of the draw and of what was given."""

from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Drawn, Facts, Marked, Response


def mark(*, kind: str, drawn: Drawn, facts: Facts, response: Response) -> Marked:
    """Right or not, and what the learner seems to believe.

    Raises NotMarked with a sentence when the answer cannot be read.
    """
    return KINDS[kind].mark(drawn, facts, response)
