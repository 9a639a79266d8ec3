"""What a kind of question is: how it is written, drawn, read, marked and shown."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.curriculum.front_matter import Check
from apps.quizzes.draws import Number, Values

# What stands in a question's file beside the common facts; its texts as HTML once it is read.
type Facts = Mapping[str, Any]
# What a learner gave, as it was given: the values of each input, by its name.
type Response = Mapping[str, Sequence[str]]
# The fact of a file that is wrong, and the sentence that says so.
type Wrong = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A draw as the answer to it keeps it, so that nothing later changes what was asked."""

    parameters: Values
    worked: Values = field(default_factory=dict)
    answer: Number | Mapping[str, int] | None = None
    distractors: Mapping[str, Number] = field(default_factory=dict)
    order: Sequence[int] = ()  # of what the kind shows in an order of its own

    @property
    def after_marking(self) -> Values:
        """All values that an explanation may show."""
        answer = self.answer if isinstance(self.answer, Mapping) else {"answer": self.answer}
        known = {name: value for name, value in answer.items() if value is not None}
        return {**known, **self.worked, **self.parameters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    correct: bool
    misconceptions: tuple[str, ...] = ()  # those that the answer speaks of, by name


class NotMarked(Exception):
    """The answer cannot be read; the message says what to write, ``input`` where."""

    def __init__(self, message: str, *, input: str) -> None:  # noqa: A002  # HTML's own word
        super().__init__(message)
        self.input = input


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question in front of its learner, or behind them."""

    drawn: Drawn
    facts: Facts
    response: Response
    marked: bool
    fill: Callable[[str], str]  # puts the numbers of the draw into stored HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One draw of a question, for the judgement of its text."""

    drawn: Drawn
    fill: Callable[[str], str]


def in_order_of_the_file(facts: Facts, source: random.Random) -> Sequence[int]:
    return ()


def no_texts(facts: Facts, render: Callable[[str, str], str]) -> Facts:
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str  # as a question's file says it
    template: str  # shows what ``show`` returns, as ``input``
    inputs: tuple[str, ...]  # names of the form's fields
    most_values: int = 1  # of one field
    facts: Mapping[str, Check]  # those of its own
    may_lack: Mapping[str, Any] = field(default_factory=dict)  # facts that may be left out
    needs_answer: bool = True  # from the generator, or without one from the fact ``answer``
    # Facts with their Markdown rendered; called with a fact's name and a text of one paragraph.
    render: Callable[[Facts, Callable[[str, str], str]], Facts] = no_texts
    # What is wrong with the facts, given a few draws.
    judge: Callable[[Facts, Sequence[Case]], Iterable[Wrong]]
    order: Callable[[Facts, random.Random], Sequence[int]] = in_order_of_the_file
    # A pure function. Raises NotMarked.
    mark: Callable[[Drawn, Facts, Response], Marked]
    # Plain data for the template. Before marking, nothing in it gives the answer away.
    show: Callable[[Asked], Any]
