"""Wrong answers that an author foresaw: texts, by the misconception that leads to them."""

from collections.abc import Collection, Iterator, Set
from typing import Any

from apps.curriculum.front_matter import Check
from apps.quizzes.kinds.kind import Wrong


def mistaken_check(text_check: Check) -> Check:
    """Of a table from names to lists of texts, each of which ``text_check`` judges."""

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return "must be a table, begun by [mistaken]"
        for name, texts in value.items():
            if not isinstance(texts, list) or not texts:
                return f"holds {name}, which must be a list of texts"
            if wrong := next(filter(None, map(text_check, texts)), ""):
                return f"holds {name}, with a text that {wrong}"
        return ""

    return check


def judge_names(foreseen: Set[str], *, known: Collection[str]) -> Iterator[Wrong]:
    """``foreseen``: names of wrong answers; ``known``: those of misconceptions."""
    for name in sorted(foreseen - set(known)):
        yield "misconceptions", f"The wrong answer {name} has no sentence here. Write one."
    for name in sorted(set(known) - foreseen):
        yield "misconceptions", f"{name} is the name of no wrong answer. Take it out, or add one."
