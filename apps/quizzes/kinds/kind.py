"""What a kind of question is: how it is written, drawn, read, marked and shown."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol

from apps.curriculum.front_matter import Check
from apps.quizzes.draws import Answer, Values

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
    answer: Answer = None
    distractors: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)  # see ``draws.Draw``
    order: Sequence[int] = ()  # of what the kind shows in an order of its own

    @property
    def after_marking(self) -> Values:
        """All values that an explanation may show."""
        answer = self.answer if isinstance(self.answer, Mapping) else {"answer": self.answer}
        known = {
            name: value for name, value in answer.items() if isinstance(value, int | float | str)
        }
        return {**known, **self.worked, **self.parameters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    correct: bool  # as a whole
    misconceptions: tuple[str, ...] = ()  # those that the answer speaks of, by name
    credit: float = 0.0  # share that is right, from 0 to below 1, of one that is not correct

    @property
    def score(self) -> float:
        return 1.0 if self.correct else self.credit


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
    stem: str = ""  # HTML with the numbers of the draw


class Render(Protocol):
    """Markdown of a fact as HTML that is stored."""

    def __call__(self, fact: str, text: str, *, block: bool = False) -> str:
        """Of a text of one paragraph what stands inside of it; with ``block`` of any length."""


def in_order_of_the_file(facts: Facts, source: random.Random) -> Sequence[int]:
    return ()


def no_texts(facts: Facts, render: Render) -> Facts:
    return facts


def judge_names(
    believed: AbstractSet[str], known: AbstractSet[str], *, fact: str, bearer: str
) -> Iterator[Wrong]:
    """``believed``: misconceptions that something of ``fact`` bears; ``known``: those with a
    sentence. A name on one side only is wrong."""
    for name in sorted(believed - known):
        yield fact, f"{name} is not in [misconceptions]. Write there what it is."
    for name in sorted(known - believed):
        yield "misconceptions", f"{name} belongs to no {bearer}. Give it to one, or take it out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    name: str  # as a question's file says it
    template: str  # shows what ``show`` returns, as ``input``
    inputs: tuple[str, ...]  # names of the form's fields
    most_values: int = 1  # of one field
    difficulty: int = 2  # of choosing (1), of weighing several things (2), of computing (3)
    longest_value: int = 200  # characters; longer than anything that can be marked
    facts: Mapping[str, Check]  # those of its own
    may_lack: Mapping[str, Any] = field(default_factory=dict)  # facts that may be left out
    needs_answer: bool = True  # from the generator, or without one from the fact ``answer``
    # Facts with their Markdown rendered.
    render: Callable[[Facts, Render], Facts] = no_texts
    # What is wrong with the facts, given a few draws.
    judge: Callable[[Facts, Sequence[Case]], Iterable[Wrong]]
    order: Callable[[Facts, random.Random], Sequence[int]] = in_order_of_the_file
    # A pure function. Raises NotMarked.
    mark: Callable[[Drawn, Facts, Response], Marked]
    # What one gives who answers right, as a form sends it.
    right: Callable[[Drawn, Facts], Response]
    # Plain data for the template. Before marking, nothing in it gives the answer away.
    show: Callable[[Asked], Any]
