"""One right option, or all right options, of three to six."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.curriculum.front_matter import one_line
from apps.quizzes.kinds.kind import (
    Asked,
    Case,
    Drawn,
    Facts,
    Kind,
    Marked,
    NotMarked,
    Response,
    Wrong,
    judge_names,
)

INPUT = "option"
FEWEST, MOST = 3, 6
LONGEST = 400
_FACTS = {"text", "correct", "misconception"}
_WORDS = {
    (True, True): ("passed", "Your answer, right"),
    (True, False): ("failed", "Your answer, not right"),
    (False, True): ("missed", "Right"),
    (False, False): ("", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    value: str  # its place as shown; the place in the file would tell which one is right
    html: str
    chosen: bool
    state: str = ""  # after marking: passed, failed, missed, or nothing
    word: str = ""
    consequence: str = ""  # HTML, of a kind that has it


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    several: bool
    options: tuple[OptionView, ...]


def options_check(value: Any) -> str:
    if not isinstance(value, list) or not FEWEST <= len(value) <= MOST:
        return f"must be {FEWEST} to {MOST} tables, each begun by [[options]]"
    for number, option in enumerate(value, start=1):
        if wrong := _wrong(option):
            return f"number {number} {wrong}"
    return ""


def _wrong(option: Any) -> str:
    if not isinstance(option, dict):
        return "must be a table, begun by [[options]]"
    if unknown := option.keys() - _FACTS:
        return f"has {min(unknown)}, which is unknown; it has text, correct, misconception"
    if wrong := one_line(LONGEST)(option.get("text")):
        return f"has a text that {wrong}"
    return _wrong_verdict(option)


def _wrong_verdict(option: dict[str, Any]) -> str:
    correct, misconception = option.get("correct", False), option.get("misconception")
    if not isinstance(correct, bool):
        return "has a correct that is neither true nor false"
    if correct == (misconception is not None):
        return "must be either correct or have a misconception"
    if not isinstance(misconception, str | None):
        return "has a misconception that is no name in quotes"
    return ""


def render(facts: Facts, render_line: Callable[[str, str], str]) -> Facts:
    options = [
        {
            "html": render_line("options", option["text"]),
            "correct": option.get("correct", False),
            "misconception": option.get("misconception", ""),
        }
        for option in facts["options"]
    ]
    return {**facts, "options": options}


def _judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    options, known = facts["options"], facts["misconceptions"].keys()
    believed = {option["misconception"] for option in options} - {""}
    yield from judge_names(believed, known, fact="options", bearer="option")
    for case in cases:
        shown = [case.fill(option["html"]) for option in options]
        if len(set(shown)) < len(shown):
            yield "options", "Two options are the same for some draws. Make them differ in all."
            return


def judge_single(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    if sum(option["correct"] for option in facts["options"]) != 1:
        yield "options", "Exactly one option of a single question is correct."
    yield from _judge(facts, cases)


def judge_multiple(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    if len({option["correct"] for option in facts["options"]}) != 2:
        yield "options", "At least one option is correct and at least one is not."
    yield from _judge(facts, cases)


def shuffle(facts: Facts, source: random.Random) -> list[int]:
    order = list(range(len(facts["options"])))
    source.shuffle(order)
    return order


def mark_single(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    chosen = _chosen(drawn, facts, response)
    if len(chosen) != 1:
        raise NotMarked("Choose one of the answers.", input=INPUT)
    return _marked(chosen, facts)


def mark_multiple(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    chosen = _chosen(drawn, facts, response)
    if not chosen:
        raise NotMarked("Choose at least one of the answers.", input=INPUT)
    return _marked(chosen, facts)


def _chosen(drawn: Drawn, facts: Facts, response: Response) -> Mapping[int, Mapping[str, Any]]:
    """The options chosen, by their place as shown. A place that is none counts for nothing."""
    given = set(response.get(INPUT, ()))
    return {
        place: facts["options"][index]
        for place, index in enumerate(drawn.order)
        if str(place) in given
    }


def _marked(chosen: Mapping[int, Mapping[str, Any]], facts: Facts) -> Marked:
    right = sum(option["correct"] for option in facts["options"])
    believed = [option["misconception"] for option in chosen.values() if not option["correct"]]
    found = len(chosen) - len(believed)
    if found == right and not believed:
        return Marked(correct=True)
    # A wrong one takes away what a right one gives, so that choosing all of them is worth nothing
    # where half of them are right.
    return Marked(
        correct=False,
        misconceptions=tuple(dict.fromkeys(believed)),
        credit=max(0, found - len(believed)) / right,
    )


def right(drawn: Drawn, facts: Facts) -> Response:
    options = facts["options"]
    places = enumerate(drawn.order)
    return {INPUT: [str(place) for place, index in places if options[index]["correct"]]}


def _show(asked: Asked, *, several: bool) -> ChoiceView:
    given = set(asked.response.get(INPUT, ()))
    options = []
    for place, index in enumerate(asked.drawn.order):
        option, chosen = asked.facts["options"][index], str(place) in given
        state, word = _WORDS[chosen, option["correct"]] if asked.marked else ("", "")
        options.append(
            OptionView(
                value=str(place),
                html=asked.fill(option["html"]),
                chosen=chosen,
                state=state,
                word=word,
                consequence=asked.fill(option.get("consequence", "")) if asked.marked else "",
            )
        )
    return ChoiceView(several=several, options=tuple(options))


def show_single(asked: Asked) -> ChoiceView:
    return _show(asked, several=False)


def show_multiple(asked: Asked) -> ChoiceView:
    return _show(asked, several=True)


SINGLE = Kind(
    name="single",
    template="quizzes/kinds/choice.html",
    inputs=(INPUT,),
    difficulty=1,
    most_values=MOST,
    facts={"options": options_check},
    needs_answer=False,
    render=render,
    judge=judge_single,
    order=shuffle,
    mark=mark_single,
    right=right,
    show=show_single,
)
MULTIPLE = Kind(
    name="multiple",
    template="quizzes/kinds/choice.html",
    inputs=(INPUT,),
    most_values=MOST,
    facts={"options": options_check},
    needs_answer=False,
    render=render,
    judge=judge_multiple,
    order=shuffle,
    mark=mark_multiple,
    right=right,
    show=show_multiple,
)
