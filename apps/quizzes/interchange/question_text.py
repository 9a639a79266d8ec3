"""From a question that travelled to the text of a file of ours, without a generator."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from apps.quizzes.interchange.markdown import escaped, one_line
from apps.quizzes.interchange.portable import (
    MATCHING,
    MULTIPLE,
    NUMERIC,
    SHORT_TEXT,
    SINGLE,
    Choice,
    Portable,
    Value,
    credit,
    slug_of,
)
from apps.quizzes.kinds.short_text import normalised
from apps.quizzes.placeholders import PLACEHOLDER
from apps.quizzes.question_file import EXPLANATION

# What an author still has to write. Where it stands, a warning says so.
NO_BELIEF = "To be written: what someone believes who answers so, and why it fails."
NO_EXPLANATION = "To be written: the steps to the answer."
_WORDS_OF_A_NAME = 5
_RIGHT = 0.999_99  # fractions come with five decimals


class LeftOut(Exception):
    """The question cannot be one of ours; the message says why."""


@dataclass(slots=True)
class _Draft:
    """A file on its way: what it will hold, and what is lost."""

    facts: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    misconceptions: dict[str, str] = field(default_factory=dict)  # sentence by name
    explanation: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)

    def belief(self, feedback: str, *, of: str) -> str:
        """The name of the misconception with this sentence."""
        sentence = one_line(feedback)
        if not sentence:
            self.losses.append(f"{of} has no feedback; write what one believes who answers so.")
            sentence = NO_BELIEF
        for name, known in self.misconceptions.items():
            if known == sentence and sentence != NO_BELIEF:
                return name
        words = " ".join(re.findall(r"[^\W_]+", sentence)[:_WORDS_OF_A_NAME])
        words = "to-be-written" if sentence == NO_BELIEF else words
        name = slug_of(words, taken=self.misconceptions, otherwise="wrong")
        self.misconceptions[name] = sentence
        return name

    def keep_praise(self, feedback: str) -> None:
        """Feedback of a right answer: here it is part of the explanation."""
        if feedback:
            self.explanation.append(feedback)


def question_text(
    question: Portable, *, position: int, concepts: Sequence[str]
) -> tuple[str, list[str]]:
    """The text of the file, and what is lost. Raises LeftOut.

    Whether the file is sound is judged as that of every other question.
    """
    draft = _Draft()
    _WRITERS[question.kind](draft, question)
    explanation = "\n\n".join(filter(None, [question.explanation, *draft.explanation]))
    if not explanation.strip():
        draft.losses.append("it has no explanation; write the steps to the answer.")
        explanation = NO_EXPLANATION
    lines = [
        "+++",
        f"kind = {_toml(question.kind)}",
        f"position = {position}",
        f"concepts = [{', '.join(map(_toml, concepts))}]",
        *draft.facts,
        *draft.tables,
    ]
    if draft.misconceptions:
        beliefs = draft.misconceptions.items()
        lines += ["", "[misconceptions]", *(f"{name} = {_toml(text)}" for name, text in beliefs)]
    text = "\n".join([*lines, "+++", _body(question.stem), "", "## Explanation", ""])
    return f"{text}\n{_body(explanation)}\n", draft.losses


def _body(text: str) -> str:
    """Text that takes nothing for the heading of the explanation, and nothing for a number of a
    draw, which it has none of."""
    text = EXPLANATION.sub("### Explanation", text.strip())
    return _without_placeholders(text)


def _without_placeholders(text: str) -> str:
    # Again and again, as a third brace makes another pair.
    while PLACEHOLDER.search(text):
        text = PLACEHOLDER.sub(lambda match: match[0].replace("{{", "{ {"), text)
    return text


def _toml(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, which wants one more."""
    quoted = json.dumps(_without_placeholders(text), ensure_ascii=False)
    return quoted.replace("\x7f", "\\u007f")


# Kinds -------------------------------------------------------------------------------------------


def _is_right(answer: Choice | Value) -> bool:
    return answer.fraction >= _RIGHT


def _write_single(draft: _Draft, question: Portable) -> None:
    right = [choice for choice in question.choices if _is_right(choice)]
    if len(right) != 1:
        raise LeftOut(f"{len(right)} of its options are right; a single choice has one.")
    for choice in question.choices:
        if 0 < choice.fraction < _RIGHT:
            draft.losses.append(
                f"{_shown(choice.text)} brought {credit(choice.fraction)}; here it brings nothing."
            )
    _write_options(draft, question.choices, right=right)


def _write_multiple(draft: _Draft, question: Portable) -> None:
    right = [choice for choice in question.choices if choice.fraction > 0]
    share = 1 / len(right) if right else 0
    alike = (share, -share)
    if any(min(abs(c.fraction - one) for one in alike) > 1e-4 for c in question.choices):
        draft.losses.append(
            "the options bring other shares of the credit; here each right one brings the same, "
            "and a wrong one takes as much away."
        )
    _write_options(draft, question.choices, right=right)


def _write_options(draft: _Draft, choices: Iterable[Choice], *, right: Sequence[Choice]) -> None:
    for choice in choices:
        text = one_line(choice.text)
        draft.tables += ["", "[[options]]", f"text = {_toml(text)}"]
        if any(choice is one for one in right):
            draft.tables.append("correct = true")
            draft.keep_praise(choice.feedback)
        else:
            name = draft.belief(choice.feedback, of=f"the option {_shown(text)}")
            draft.tables.append(f"misconception = {_toml(name)}")


def _write_numeric(draft: _Draft, question: Portable) -> None:
    in_order = sorted(question.values, key=lambda value: not _is_right(value))
    if not in_order or not _is_right(in_order[0]):
        raise LeftOut("No number of it brings the whole credit.")
    right, *others = in_order
    if question.unit:
        draft.facts.append(f"unit = {_toml(question.unit)}")
    draft.facts += [f"answer = {_number(right.number)}", f"absolute = {_number(right.tolerance)}"]
    draft.keep_praise(right.feedback)
    distractors: list[str] = []
    for value in others:
        shown = _number(value.number)
        if value.fraction > 0:
            draft.losses.append(f"{shown} brought {credit(value.fraction)}; here it is not right.")
        name = draft.belief(value.feedback, of=f"the number {shown}")
        if any(row.startswith(f"{name} = ") for row in distractors):
            draft.losses.append(f"{shown} has the feedback of another number; left out.")
            continue
        distractors.append(f"{name} = {shown}")
    if distractors:
        draft.tables += ["", "[distractors]", *distractors]


def _write_matching(draft: _Draft, question: Portable) -> None:
    for pair in question.pairs:
        left, right = one_line(pair.left), escaped(one_line(pair.right))
        draft.tables += ["", "[[pairs]]", f"left = {_toml(left)}", f"right = {_toml(right)}"]
    if question.extra:
        rows = (f"  {_toml(escaped(one_line(text)))}," for text in question.extra)
        draft.facts += ["extra = [", *rows, "]"]


def _write_short_text(draft: _Draft, question: Portable) -> None:
    accepted: dict[str, str] = {}
    mistaken: dict[str, list[str]] = {}
    for choice in question.choices:
        text = one_line(choice.text)
        if _is_right(choice):
            # Spellings that are compared as one are one here.
            accepted.setdefault(normalised(text), text)
            draft.keep_praise(choice.feedback)
            continue
        if choice.fraction > 0:
            draft.losses.append(
                f"{_shown(text)} brought {credit(choice.fraction)}; here it is not right."
            )
        name = draft.belief(choice.feedback, of=f"the text {_shown(text)}")
        mistaken.setdefault(name, []).append(text)
    if not accepted:
        raise LeftOut("No text of it brings the whole credit.")
    draft.facts.append(f"answers = [{', '.join(map(_toml, accepted.values()))}]")
    if mistaken:
        draft.tables += ["", "[mistaken]"]
        draft.tables += [
            f"{name} = [{', '.join(map(_toml, texts))}]" for name, texts in mistaken.items()
        ]


def _number(value: float) -> str:
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(value)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


_WRITERS = {
    SINGLE: _write_single,
    MULTIPLE: _write_multiple,
    NUMERIC: _write_numeric,
    MATCHING: _write_matching,
    SHORT_TEXT: _write_short_text,
}
