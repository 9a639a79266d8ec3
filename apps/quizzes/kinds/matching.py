"""What belongs together: to each text on the left, one of those on the right."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.curriculum.front_matter import lines_of, one_line
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

FEWEST, MOST = 3, 6
MOST_EXTRA = 3
LONGEST_LEFT = 200
LONGEST_RIGHT = 80  # a closed select on a phone shows about half of it
INPUTS = tuple(f"match-{number}" for number in range(MOST))
_FACTS = {"left", "right", "misconception", "mistaken"}
# What a select can do without, since the words stay the same.
_EMPHASIS = re.compile(r"</?(?:code|em|strong)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    name: str  # of its input
    html: str  # of the left side
    chosen: str  # value of the right side that was given; empty for none
    state: str = ""  # after marking: passed or failed
    given: str = ""  # HTML, as ``right``
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingView:
    pairs: tuple[PairView, ...]
    # Value and text, as HTML without tags. The value is the place as shown; that in the file would
    # tell to which left side it belongs.
    options: tuple[tuple[str, str], ...]


def pairs_check(value: Any) -> str:
    if not isinstance(value, list) or not FEWEST <= len(value) <= MOST:
        return f"must be {FEWEST} to {MOST} tables, each begun by [[pairs]]"
    for number, pair in enumerate(value, start=1):
        if wrong := _wrong(pair):
            return f"number {number} {wrong}"
    return ""


def _wrong(pair: Any) -> str:
    if not isinstance(pair, dict):
        return "must be a table, begun by [[pairs]]"
    if unknown := pair.keys() - _FACTS:
        return f"has {min(unknown)}, which is unknown; it has left, right, misconception, mistaken"
    if wrong := one_line(LONGEST_LEFT)(pair.get("left")):
        return f"has a left that {wrong}"
    if wrong := one_line(LONGEST_RIGHT)(pair.get("right")):
        return f"has a right that {wrong}"
    return _wrong_mistake(pair)


def _wrong_mistake(pair: dict[str, Any]) -> str:
    misconception, mistaken = pair.get("misconception"), pair.get("mistaken")
    if (misconception is None) != (mistaken is None):
        return "must have misconception and mistaken, or neither"
    if not isinstance(misconception, str | None):
        return "has a misconception that is no name in quotes"
    if not isinstance(mistaken, str | None):
        return "has a mistaken that is no text in quotes"
    return ""


def render(facts: Facts, render_line: Callable[[str, str], str]) -> Facts:
    """``rights`` are all texts on the right, those of the pairs first and in their order."""
    pairs = facts["pairs"]
    written = [*(pair["right"] for pair in pairs), *facts["extra"]]
    facts_of_rights = ["pairs"] * len(pairs) + ["extra"] * len(facts["extra"])
    return {
        **{name: fact for name, fact in facts.items() if name != "extra"},
        "pairs": [
            {
                "html": render_line("pairs", pair["left"]),
                "misconception": pair.get("misconception", ""),
                # Its place on the right; -1 for a text that stands nowhere there.
                "mistaken": next(
                    (n for n, text in enumerate(written) if text == pair.get("mistaken")), -1
                ),
            }
            for pair in pairs
        ],
        "rights": [
            _EMPHASIS.sub("", render_line(fact, text))
            for fact, text in zip(facts_of_rights, written, strict=True)
        ],
    }


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    pairs, rights = facts["pairs"], facts["rights"]
    for number, right in enumerate(rights):
        if "<" in right:
            fact = "pairs" if number < len(pairs) else "extra"
            yield (
                fact,
                "A text on the right holds a formula or a tag. A list shows plain text only.",
            )
    for number, pair in enumerate(pairs):
        if pair["misconception"] and pair["mistaken"] in {-1, number}:
            yield (
                "pairs",
                f"The mistaken of number {number + 1} is no other text on the right. Copy one.",
            )
    believed = {pair["misconception"] for pair in pairs} - {""}
    yield from judge_names(believed, facts["misconceptions"].keys(), fact="pairs", bearer="pair")
    sides = {"left": [pair["html"] for pair in pairs], "right": rights}
    for side, texts in sides.items():
        if any(len({case.fill(text) for text in texts}) < len(texts) for case in cases):
            yield "pairs", f"Two texts on the {side} are the same for some draws. Make them differ."


def shuffle(facts: Facts, source: random.Random) -> list[int]:
    order = list(range(len(facts["rights"])))
    source.shuffle(order)
    return order


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    pairs, options = facts["pairs"], len(drawn.order)
    given = _given(drawn, facts, response)
    for name, chosen in zip(INPUTS, given, strict=False):
        if chosen is None:
            raise NotMarked("Choose one text for each.", input=name)
    right = sum(chosen == number for number, chosen in enumerate(given))
    if right == len(pairs):
        return Marked(correct=True)
    believed = (
        pair["misconception"]
        for number, (pair, chosen) in enumerate(zip(pairs, given, strict=True))
        if pair["misconception"] and chosen == pair["mistaken"] != number
    )
    # (share - chance) / (1 - chance), where share is right / pairs and chance is 1 / options: what
    # is left of the share once the part that blind guessing reaches is taken away.
    return Marked(
        correct=False,
        misconceptions=tuple(dict.fromkeys(believed)),
        credit=max(0, right * options - len(pairs)) / (len(pairs) * (options - 1)),
    )


def _given(drawn: Drawn, facts: Facts, response: Response) -> list[int | None]:
    """What was chosen for each pair, as a place in ``rights``."""
    known = {str(place): index for place, index in enumerate(drawn.order)}
    names = INPUTS[: len(facts["pairs"])]
    return [known.get([*response.get(name, ()), ""][0]) for name in names]


def right(drawn: Drawn, facts: Facts) -> Response:
    names = INPUTS[: len(facts["pairs"])]
    return {name: [str(drawn.order.index(number))] for number, name in enumerate(names)}


def show(asked: Asked) -> MatchingView:
    order, rights = asked.drawn.order, [asked.fill(text) for text in asked.facts["rights"]]
    given = _given(asked.drawn, asked.facts, asked.response)
    pairs = []
    for number, (pair, chosen) in enumerate(zip(asked.facts["pairs"], given, strict=True)):
        view = PairView(
            name=INPUTS[number],
            html=asked.fill(pair["html"]),
            chosen="" if chosen is None else str(order.index(chosen)),
        )
        if asked.marked:
            view = replace(
                view,
                state="passed" if chosen == number else "failed",
                given="nothing" if chosen is None else rights[chosen],
                right=rights[number],
            )
        pairs.append(view)
    return MatchingView(
        pairs=tuple(pairs),
        options=tuple((str(place), rights[index]) for place, index in enumerate(order)),
    )


MATCHING = Kind(
    name="matching",
    template="quizzes/kinds/matching.html",
    inputs=INPUTS,
    facts={
        "pairs": pairs_check,
        "extra": lines_of(LONGEST_RIGHT, fewest=1, most=MOST_EXTRA),
    },
    may_lack={"extra": []},
    needs_answer=False,
    render=render,
    judge=judge,
    order=shuffle,
    mark=mark,
    right=right,
    show=show,
)
