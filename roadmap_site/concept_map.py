"""Draws what builds on what: a map of concepts for each step, laid out in layers.

A concept stands to the right of all that it requires. What it requires of other steps stands in the
first column, drawn lightly. Within a column, concepts stand near what they build on (the barycentre
heuristic of Sugiyama, Tagawa and Toda, 1981, doi:10.1109/TSMC.1981.4308636).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.curriculum.models import Step
from roadmap_site.concepts import ConceptLine

NODE_WIDTH, NODE_HEIGHT = 158, 44
COLUMN_GAP, ROW_GAP = 46, 14
MARGIN = 8
_LINE_CHARACTERS = 17  # of a title; two lines fit into a node
_SWEEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    line: ConceptLine
    x: int
    y: int
    text: tuple[str, ...]  # the title, in one line or two
    elsewhere: bool  # taught in another step

    @property
    def middle(self) -> int:
        return self.y + NODE_HEIGHT // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMap:
    step: Step
    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[str, ...]  # paths
    solid: int  # concepts of this step that are
    count: int  # concepts of this step


def concept_maps(
    steps: Iterable[Step],
    lines: Sequence[ConceptLine],
    requires: Mapping[str, Sequence[str]],
) -> list[StepMap]:
    """One map for each step that teaches anything. ``requires``: slugs by slug."""
    by_slug = {line.concept.slug: line for line in lines}
    homes: dict[str, list[str]] = {}
    for line in lines:
        if line.lessons:
            homes.setdefault(line.lessons[0].step.slug, []).append(line.concept.slug)
    return [
        _step_map(step, homes[step.slug], by_slug, requires) for step in steps if step.slug in homes
    ]


def _step_map(
    step: Step,
    own: Sequence[str],
    by_slug: Mapping[str, ConceptLine],
    requires: Mapping[str, Sequence[str]],
) -> StepMap:
    inside = set(own)
    needed = {slug: [one for one in requires.get(slug, ()) if one in by_slug] for slug in inside}
    columns = _columns(own, needed)
    places = _places(columns)
    nodes = tuple(
        Node(
            line=by_slug[slug],
            x=x,
            y=y,
            text=_lines(by_slug[slug].concept.title),
            elsewhere=slug not in inside,
        )
        for slug, (x, y) in places.items()
    )
    return StepMap(
        step=step,
        width=2 * MARGIN + len(columns) * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP,
        height=2 * MARGIN + max(map(_height, columns)),
        nodes=nodes,
        edges=tuple(_edge(places[before], places[slug]) for slug in own for before in needed[slug]),
        solid=sum(by_slug[slug].state == "passed" for slug in own),
        count=len(own),
    )


def _columns(own: Sequence[str], needed: Mapping[str, Sequence[str]]) -> list[list[str]]:
    depths: dict[str, int] = {}

    def depth(slug: str) -> int:
        if slug not in needed:
            return 0
        if slug not in depths:
            depths[slug] = 1 + max(map(depth, needed[slug]), default=0)
        return depths[slug]

    elsewhere = dict.fromkeys(one for slug in own for one in needed[slug] if one not in needed)
    columns: dict[int, list[str]] = {}
    for slug in (*elsewhere, *own):
        columns.setdefault(depth(slug), []).append(slug)
    ordered = [columns[index] for index in sorted(columns)]
    leads_to: dict[str, list[str]] = {}
    for slug in own:
        for before in needed[slug]:
            leads_to.setdefault(before, []).append(slug)
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        for column in ordered if forwards else reversed(ordered):
            around = needed if forwards else leads_to
            _put_near(column, around, _rows(ordered))
    return ordered


def _rows(columns: Iterable[Sequence[str]]) -> dict[str, float]:
    """Where each stands in its column, from -0.5 to 0.5."""
    return {
        slug: (index + 0.5) / len(column) - 0.5
        for column in columns
        for index, slug in enumerate(column)
    }


def _put_near(
    column: list[str], around: Mapping[str, Sequence[str]], rows: Mapping[str, float]
) -> None:
    def barycentre(slug: str) -> float:
        near = [rows[one] for one in around.get(slug, ())]
        return sum(near) / len(near) if near else rows[slug]

    column.sort(key=barycentre)


def _places(columns: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """The upper left corner of each node; columns are centred."""
    tallest = max(map(_height, columns))
    return {
        slug: (
            MARGIN + number * (NODE_WIDTH + COLUMN_GAP),
            MARGIN + (tallest - _height(column)) // 2 + row * (NODE_HEIGHT + ROW_GAP),
        )
        for number, column in enumerate(columns)
        for row, slug in enumerate(column)
    }


def _height(column: Sequence[str]) -> int:
    return len(column) * (NODE_HEIGHT + ROW_GAP) - ROW_GAP


def _edge(before: tuple[int, int], after: tuple[int, int]) -> str:
    x1, y1 = before[0] + NODE_WIDTH, before[1] + NODE_HEIGHT // 2
    x2, y2 = after[0], after[1] + NODE_HEIGHT // 2
    bend = COLUMN_GAP * 3 // 4
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _lines(title: str) -> tuple[str, ...]:
    """At most two, the first as long as fits."""
    words = title.split(" ")
    first = words.pop(0)
    while words and len(first) + 1 + len(words[0]) <= _LINE_CHARACTERS:
        first += f" {words.pop(0)}"
    rest = " ".join(words)
    if len(rest) > _LINE_CHARACTERS + 2:
        rest = f"{rest[:_LINE_CHARACTERS]}…"
    return (first, rest) if rest else (first,)
