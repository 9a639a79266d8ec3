"""The checks of the project: what they are called, what they need, and how lists are measured.

Each takes answers that were read already; nothing here runs code of the learner's. What a verdict
says stands in ``judgements``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from apps.checks import ranking
from apps.checks.project import CheckSpec
from apps.checks.projects.recommendation_system.outputs import Answer
from apps.checks.projects.recommendation_system.probes import (
    COLLABORATIVE,
    CONTENT,
    SERVED,
    Asked,
)
from apps.checks.ranking import Lists
from apps.checks.results import Stage
from apps.checks.scoring import Floats, Measurement, gap_share

NDCG, RECALL, NEW = "NDCG@10", "recall@10", "hits of new titles"

WELL_FORMED = CheckSpec(
    name="well_formed",
    title="Gives every listener full lists",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("table-joins", "deduplication"),
)
NOTHING_TWICE = CheckSpec(
    name="nothing_twice",
    title="Recommends nothing that was heard before",
    stage=Stage.BEHAVIOUR,
    max_score=10,
    concepts=("table-joins", "deduplication"),
)
COLLABORATIVE_LISTS = CheckSpec(
    name="collaborative",
    title="Learns from what others heard",
    stage=Stage.BEHAVIOUR,
    max_score=15,
    concepts=("matrix-multiplication", "nearest-neighbour-search", "regularisation"),
)
CONTENT_LISTS = CheckSpec(
    name="content",
    title="Learns from what the titles are",
    stage=Stage.BEHAVIOUR,
    max_score=15,
    concepts=("feature-engineering", "cosine-similarity", "dot-product"),
)
COLD_LISTENERS = CheckSpec(
    name="cold_listeners",
    title="Serves people who have just signed up",
    stage=Stage.BEHAVIOUR,
    max_score=10,
    concepts=("feature-engineering", "baselines"),
)
COLD_TITLES = CheckSpec(
    name="cold_titles",
    title="Finds listeners for titles of this morning",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("feature-engineering", "baselines"),
)
COVERAGE = CheckSpec(
    name="coverage",
    title="Shows much of the catalogue without losing quality",
    stage=Stage.BEHAVIOUR,
    max_score=5,
    concepts=("ranking-metrics", "baselines"),
)
CHECKS = (
    WELL_FORMED, NOTHING_TWICE, COLLABORATIVE_LISTS, CONTENT_LISTS, COLD_LISTENERS, COLD_TITLES,
    COVERAGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A check on the quality of lists: of which, by which figures, and how much is needed."""

    spec: CheckSpec
    method: str
    figures: tuple[str, ...]
    needed: float  # of the share of the gap that the checker's own model closes
    cold: bool = False  # for those without a history, else for those with one
    spread: bool = False  # coverage counts as well
    apart: bool = False  # must not be the collaborative lists again


# In 24 draws, common solutions closed these parts of what the checker's own lists close: counting
# common listeners 24 to 52 %, cosine of titles 67 to 92 %; nearness of descriptions alone up to
# 48 %, with the log of the listeners 53 to 91 %; bestsellers of the favourite genres 59 to 107 %.
# Of its coverage the first shows up to 31 %, the second 55 % and more.
SCORED = (
    Scored(spec=COLLABORATIVE_LISTS, method=COLLABORATIVE, figures=(NDCG, RECALL), needed=0.6),
    Scored(spec=CONTENT_LISTS, method=CONTENT, figures=(NDCG, RECALL), needed=0.5, apart=True),
    Scored(spec=COLD_LISTENERS, method=SERVED, figures=(NDCG,), needed=0.5, cold=True),
    Scored(spec=COLD_TITLES, method=CONTENT, figures=(NEW,), needed=0.15),
    Scored(spec=COVERAGE, method=SERVED, figures=(NDCG,), needed=0.5, spread=True),
)
COVERAGE_NEEDED = 0.4  # of the coverage of the checker's own lists
# Of the places of two lists of one listener. Honest ones share about 50 %, 65 % at most in 3 draws.
SHARED_AT_MOST = 0.75


def group(asked: Asked, *, cold: bool) -> slice:
    return slice(asked.warm, None) if cold else slice(0, asked.warm)


def measure(asked: Asked, answer: Answer, scored: Scored, figure: str) -> Measurement:
    """The learner's lists and the checker's own, between the bestsellers and the best possible."""
    rows = group(asked, cold=scored.cold)
    naive, best, own, in_house = (
        losses(lists, asked, rows, figure)
        for lists in (
            asked.bestsellers[rows],
            asked.ideal[rows],
            answer.lists[scored.method][rows],
            own_lists(asked, scored),
        )
    )
    reached = gap_share(in_house, naive=naive, best=best)
    return Measurement(
        measured=gap_share(own, naive=naive, best=best),
        in_house=reached,
        margin=(1 - scored.needed) * reached.share,
    )


def own_lists(asked: Asked, scored: Scored) -> Lists:
    """The checker's, of the listeners that the check is about."""
    lists = asked.in_house[scored.method]
    return lists[group(asked, cold=scored.cold)] if scored.method == SERVED else lists


def losses(lists: Lists, asked: Asked, rows: slice, figure: str) -> Floats:
    """How much the list of each of these ``rows`` falls short by a figure: shape (rows,), 1 for a
    list without a hit."""
    probability = asked.probability[rows]
    if figure == NEW:
        probability = np.where(asked.new, probability, 0)
    gained = ranking.gains(lists, probability)
    if figure == NDCG:
        ideal = ranking.gains(asked.ideal[rows], probability)
        return 1 - ranking.normalised(gained, ideal)
    return 1 - ranking.expected_recall(gained)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Coverage: shares of today's catalogue that stand in anybody's list."""

    own: float
    in_house: float
    bestsellers: float

    @property
    def needed(self) -> float:
        return COVERAGE_NEEDED * self.in_house

    @property
    def enough(self) -> bool:
        return self.own >= self.needed


def spread(asked: Asked, answer: Answer) -> Spread:
    """Of the lists that are served to listeners with a history."""
    rows, items = group(asked, cold=False), len(asked.items)
    lists = (answer.lists[SERVED], asked.in_house[SERVED], asked.bestsellers)
    own, in_house, bestsellers = (ranking.coverage(part[rows], items) for part in lists)
    return Spread(own=own, in_house=in_house, bestsellers=bestsellers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a scored check comes to in one draw."""

    asked: Asked  # the usual listeners; figures may be of four times as many
    answer: Answer
    figures: Mapping[str, Measurement]
    spread: Spread | None = None
    shared: float | None = None  # of the places, with the collaborative lists

    @property
    def copied(self) -> bool:
        return self.shared is not None and self.shared > SHARED_AT_MOST

    @property
    def enough(self) -> bool:
        return (
            all(figure.enough for figure in self.figures.values())
            and (self.spread is None or self.spread.enough)
            and not self.copied
        )


def find(asked: Asked, answer: Answer, scored: Scored, figures: Mapping[str, Measurement]) -> Found:
    """``figures`` are those of the check, measured on these listeners or on four times as many."""
    by_others, lists = (
        answer.lists[method][group(asked, cold=scored.cold)]
        for method in (COLLABORATIVE, scored.method)
    )
    return Found(
        asked=asked,
        answer=answer,
        figures=figures,
        spread=spread(asked, answer) if scored.spread else None,
        shared=ranking.overlap(lists, by_others) if scored.apart else None,
    )
