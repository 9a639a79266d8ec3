"""The files with which one draw is checked, and what the checker knows about them.

Ids are random and rows are shuffled anew in every file, so neither tells anything, and a customer
of one file cannot be found again in another by them.
"""

from dataclasses import dataclass, replace

import numpy as np

from apps.checks.asking import Question
from apps.checks.projects.customer_churn_prediction import in_house
from apps.checks.projects.customer_churn_prediction.export import (
    Writing,
    draw_ids,
    draw_writing,
    write_csv,
)
from apps.checks.projects.customer_churn_prediction.generator import (
    HELD_OUT_ROWS,
    Costs,
    Customers,
    Flags,
    Process,
    Sample,
    draw_held_out,
    draw_past,
    draw_process,
    stream,
)
from apps.checks.projects.customer_churn_prediction.updated import UPDATED
from apps.checks.scoring import Floats

# What a missed customer costs in the two other questions, relative to the main one.
CHEAPER, DEARER = 0.6, 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """All that follows from one seed."""

    seed: bytes
    process: Process
    past: Sample
    past_ids: tuple[str, ...]
    model: in_house.InHouseModel
    writing: Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Customers that ``predict`` is asked about. All in the order of ``question.ids``."""

    question: Question
    customers: Customers  # without what the leaking columns tell
    risk: Floats  # known probability of leaving
    costs: Costs
    in_house: Flags  # whom the checker's own model would contact


def make_draw(seed: bytes) -> Draw:
    process = draw_process(seed)
    past = draw_past(process, seed)
    rng = stream(seed, "writing")
    return Draw(
        seed=seed,
        process=process,
        past=past,
        past_ids=draw_ids(rng, len(past.risk)),
        model=in_house.train(past),
        writing=draw_writing(rng),
    )


def training_csv(draw: Draw) -> bytes:
    """At costs close to those of the main question, so that these alone catch no stored threshold;
    the question about other costs does."""
    rng = stream(draw.seed, "training file")
    costs = draw.process.costs
    return write_csv(
        draw.past.customers,
        ids=draw.past_ids,
        process=draw.process,
        costs=replace(costs, missed=round(costs.missed * rng.uniform(0.9, 1.1))),
        writing=draw.writing,
        rng=rng,
        left=draw.past.left,
    )


def main_question(draw: Draw, *, factor: int = 1) -> Asked:
    """``factor``: how many times the usual rows, for a verdict that these leave open."""
    purpose = f"held-out {factor}"
    rows = factor * HELD_OUT_ROWS
    sample = draw_held_out(draw.process, draw.seed, purpose, rows=rows)
    updated = sample.customers.updated.copy()
    updated[:, _leaking(draw)] = np.nan  # nothing has happened yet
    customers = replace(sample.customers, updated=updated)
    costs = draw.process.costs
    return Asked(
        question=_question(draw, customers, costs, purpose),
        customers=customers,
        risk=sample.risk,
        costs=costs,
        in_house=costs.best(draw.model.risk(customers)),
    )


def other_costs(draw: Draw, main: Asked) -> tuple[Asked, Asked]:
    """The same customers where a missed one is cheaper, and where one is dearer."""
    risk = draw.model.risk(main.customers)
    asked = []
    for factor in (CHEAPER, DEARER):
        costs = replace(main.costs, missed=round(main.costs.missed * factor))
        question = _question(draw, main.customers, costs, f"costs times {factor}")
        asked.append(replace(main, question=question, costs=costs, in_house=costs.best(risk)))
    return asked[0], asked[1]


def shuffled(draw: Draw, main: Asked) -> Asked:
    """The same customers at the same costs, each with what a leaking column says of another."""
    rng = stream(draw.seed, "shuffle")
    filled = draw_held_out(draw.process, draw.seed, "held-out 1").customers.updated
    updated = main.customers.updated.copy()
    columns = _leaking(draw)
    updated[:, columns] = filled[rng.permutation(len(filled))][:, columns]
    customers = replace(main.customers, updated=updated)
    question = _question(draw, customers, main.costs, "shuffled")
    return replace(main, question=question, customers=customers)


def _leaking(draw: Draw) -> list[int]:
    return [UPDATED.index(name) for name in draw.process.leaking]


def _question(draw: Draw, customers: Customers, costs: Costs, purpose: str) -> Question:
    rng = stream(draw.seed, f"file of {purpose}")
    ids = draw_ids(rng, len(customers))
    order = rng.permutation(len(customers))
    content = write_csv(
        customers.take(order),
        ids=[ids[row] for row in order],
        process=draw.process,
        costs=costs,
        writing=draw.writing,
        rng=rng,
    )
    return Question(content=content, ids=ids)
