"""Items to be put in their right order, which is that of the file."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from apps.curriculum.front_matter import lines_of
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

FEWEST, MOST = 3, 7
LONGEST = 200
INPUTS = tuple(f"place-{place}" for place in range(MOST))
# By place; 0 stands for none.
_ORDINALS = ("nowhere", "1st", "2nd", "3rd", "4th", "5th", "6th", "7th")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    name: str  # of its input: by its place as shown; that in the file is the answer
    html: str
    place: str  # as given; empty for none
    state: str = ""  # after marking: passed or failed
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderingView:
    items: tuple[ItemView, ...]  # as shown; after marking as is right
    places: tuple[tuple[str, str], ...]  # value and word of each
    pairs: int = 0  # after marking: all, and those that stand in the right order
    concordant: int = 0


def swapped_check(value: Any) -> str:
    good = isinstance(value, dict) and all(map(_is_pair, value.values()))
    return "" if good else "must be a table such as {name-of-a-misconception = [1, 3]}"


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)


def render(facts: Facts, render_line: Callable[[str, str], str]) -> Facts:
    return {**facts, "items": [render_line("items", text) for text in facts["items"]]}


def judge(facts: Facts, cases: Sequence[Case]) -> Iterator[Wrong]:
    items, swapped = facts["items"], facts["swapped"]
    for name, (earlier, later) in swapped.items():
        if not 1 <= earlier < later <= len(items):
            yield (
                "swapped",
                f"{name} names the items {earlier} and {later}. Write two numbers from 1 to "
                f"{len(items)}, first that of the item that stands first.",
            )
    yield from judge_names(
        swapped.keys(), facts["misconceptions"].keys(), fact="swapped", bearer="pair of swapped"
    )
    for case in cases:
        shown = [case.fill(item) for item in items]
        if len(set(shown)) < len(shown):
            yield "items", "Two items are the same for some draws. Make them differ in all."
            return


def shuffle(facts: Facts, source: random.Random) -> list[int]:
    """Any order but the right one, which would have nothing to be done."""
    right = list(range(len(facts["items"])))
    order = list(right)
    while order == right:
        source.shuffle(order)
    return order


def mark(drawn: Drawn, facts: Facts, response: Response) -> Marked:
    shown = _places_as_shown(drawn, response)
    for name, place in zip(INPUTS, shown, strict=False):
        if not place or shown.count(place) > 1:
            raise NotMarked("Give each item a place of its own.", input=name)
    places = _places(drawn, response)
    concordant, pairs = _concordant(places)
    if concordant == pairs:
        return Marked(correct=True)
    # By their pairs: a table of the database does not keep the order of the file.
    believed = sorted(
        (pair, name)
        for name, pair in facts["swapped"].items()
        if places[pair[1] - 1] < places[pair[0] - 1]
    )
    # Kendall's tau, which is 0 on average over all orders (Kendall, 1938, "A new measure of rank
    # correlation", Biometrika 30).
    return Marked(
        correct=False,
        misconceptions=tuple(name for _, name in believed),
        credit=max(0, 2 * concordant - pairs) / pairs,
    )


def _places_as_shown(drawn: Drawn, response: Response) -> list[int]:
    """The place given to each item, in the order in which they are shown; 0 for none."""
    known = {str(place): place for place in range(1, len(drawn.order) + 1)}
    names = INPUTS[: len(drawn.order)]
    return [known.get([*response.get(name, ()), ""][0], 0) for name in names]


def _places(drawn: Drawn, response: Response) -> list[int]:
    """The place given to each item, in the right order."""
    shown = _places_as_shown(drawn, response)
    return [place for _, place in sorted(zip(drawn.order, shown, strict=True))]


def _concordant(places: Sequence[int]) -> tuple[int, int]:
    """Pairs of items that stand as in the right order, of all pairs."""
    pairs = list(combinations(places, 2))
    return sum(one < other for one, other in pairs), len(pairs)


def right(drawn: Drawn, facts: Facts) -> Response:
    return {name: [str(index + 1)] for name, index in zip(INPUTS, drawn.order, strict=False)}


def show(asked: Asked) -> OrderingView:
    items, order = asked.facts["items"], asked.drawn.order
    places = tuple((str(place), _ORDINALS[place]) for place in range(1, len(order) + 1))
    given = _places_as_shown(asked.drawn, asked.response)
    if not asked.marked:
        shown = zip(INPUTS, order, given, strict=False)
        views = (
            ItemView(name=name, html=asked.fill(items[index]), place=str(place or ""))
            for name, index, place in shown
        )
        return OrderingView(items=tuple(views), places=places)
    right = sorted(zip(order, INPUTS, given, strict=False))
    concordant, pairs = _concordant([place for _, _, place in right])
    return OrderingView(
        items=tuple(
            _marked_item(name, asked.fill(items[index]), given=place, right=index + 1)
            for index, name, place in right
        ),
        places=places,
        pairs=pairs,
        concordant=concordant,
    )


def _marked_item(name: str, html: str, *, given: int, right: int) -> ItemView:
    good = given == right
    wrong_word = f"Not right: it is {_ORDINALS[right]}, you put it {_ORDINALS[given]}"
    return ItemView(
        name=name,
        html=html,
        place=str(given or ""),
        state="passed" if good else "failed",
        word=f"Right: {_ORDINALS[right]}" if good else wrong_word,
    )


ORDERING = Kind(
    name="ordering",
    template="quizzes/kinds/ordering.html",
    inputs=INPUTS,
    facts={"items": lines_of(LONGEST, fewest=FEWEST, most=MOST), "swapped": swapped_check},
    may_lack={"swapped": {}},
    needs_answer=False,
    render=render,
    judge=judge,
    order=shuffle,
    mark=mark,
    right=right,
    show=show,
)
