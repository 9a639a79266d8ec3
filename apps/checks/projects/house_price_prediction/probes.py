"""The files with which one draw is checked, and what the checker knows about them.

Few runs are cheaper than many, so one file asks several questions. Which row belongs to which
question cannot be told from the file: ids are random and rows are shuffled.
"""

from dataclasses import dataclass, replace

import numpy as np

from apps.checks.asking import Question
from apps.checks.projects.house_price_prediction import in_house
from apps.checks.projects.house_price_prediction.export import (
    DIRTY,
    TIDY,
    Writing,
    draw_ids,
    draw_writing,
    write_csv,
)
from apps.checks.projects.house_price_prediction.generator import (
    HELD_OUT_ROWS,
    HIGHEST_PRICE_PER_M2,
    LARGEST_SIZE,
    LOCATION_COUNT,
    UNSEEN_COUNT,
    HeldOut,
    Houses,
    Process,
    Sales,
    draw_held_out,
    draw_process,
    draw_sales,
    join,
    stream,
)
from apps.checks.scoring import Floats

SIGN_HOUSES = 300
SIGN_SIZE_FACTOR = 1.2
SIGN_YEARS = 15
SIGN_OLDEST = 40  # years; very old houses gain by their age
DIRTY_HOUSES = 200
GAPPY_HOUSES = 100
UNSEEN_HOUSES = 60
EXPLAINED_HOUSES = 40
OPTIONAL = ("rooms", "year_built", "condition", "lot_size", "distance", "energy_label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """All that follows from one seed."""

    seed: bytes
    process: Process
    sales: Sales
    baseline: float  # log of the median price in the training data
    model: in_house.InHouseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The same houses as they are, larger, and older; rows of the question by kind."""

    houses: Houses
    plain_ids: tuple[str, ...]
    larger_ids: tuple[str, ...]
    older_ids: tuple[str, ...]
    size_effect: float  # known mean change of the log price
    age_effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Main:
    """The first question: held-out houses, and some of them changed."""

    question: Question
    held_out: HeldOut
    held_out_ids: tuple[str, ...]
    effects: Effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirty:
    """Held-out houses again, badly written, under new ids; some with values missing."""

    question: Question
    rewritten: tuple[tuple[str, str], ...]  # (id of the tidy row, id of the dirty one)
    gappy: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Held-out houses moved to locations that are in no training data."""

    question: Question
    expected: Floats  # log price at a location of average effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Further houses of the town, recorded like those of the training data."""

    question: Question
    log_price: Floats  # of the sales that took place


def make_draw(seed: bytes) -> Draw:
    process = draw_process(seed)
    sales = draw_sales(process, seed)
    return Draw(
        seed=seed,
        process=process,
        sales=sales,
        baseline=float(np.log(np.median(sales.price))),
        model=in_house.train(sales),
    )


def training_csv(draw: Draw) -> bytes:
    rng = stream(draw.seed, "training file")
    return write_csv(
        draw.sales.houses,
        ids=draw_ids(rng, len(draw.sales.houses)),
        locations=draw.process.locations,
        writing=draw_writing(rng),
        rng=rng,
        price=draw.sales.price,
    )


def main_question(draw: Draw) -> Main:
    rng = stream(draw.seed, "main question")
    held_out = draw_held_out(draw.process, draw.seed, "held-out")
    plain = _sign_rows(held_out.houses)
    houses = held_out.houses.take(plain)
    larger = replace(houses, size=np.round(houses.size * SIGN_SIZE_FACTOR, 1))
    older = replace(houses, year_built=houses.year_built - SIGN_YEARS)
    question = _question(draw, join(held_out.houses, larger, older), TIDY, rng)
    first, second = HELD_OUT_ROWS, HELD_OUT_ROWS + len(plain)
    expected = held_out.expected[plain]
    effects = Effects(
        houses=houses,
        plain_ids=tuple(question.ids[row] for row in plain),
        larger_ids=question.ids[first:second],
        older_ids=question.ids[second:],
        size_effect=float(np.mean(draw.process.expected_log_price(larger) - expected)),
        age_effect=float(np.mean(draw.process.expected_log_price(older) - expected)),
    )
    return Main(
        question=question,
        held_out=held_out,
        held_out_ids=question.ids[:HELD_OUT_ROWS],
        effects=effects,
    )


def _sign_rows(houses: Houses) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Houses that can be made larger and older and still be as the data dictionary says."""
    small = houses.size * SIGN_SIZE_FACTOR < LARGEST_SIZE
    young = (houses.age >= 0) & (houses.age <= SIGN_OLDEST)
    return np.flatnonzero(small & young)[:SIGN_HOUSES]


def more_held_out(draw: Draw, factor: int) -> tuple[Question, HeldOut]:
    """So many times the rows, for a draw that the first ones leave undecided."""
    rng = stream(draw.seed, "second question")
    held_out = draw_held_out(draw.process, draw.seed, "more held-out", rows=factor * HELD_OUT_ROWS)
    return _question(draw, held_out.houses, TIDY, rng), held_out


def dirty_question(draw: Draw, main: Main) -> Dirty:
    rng = stream(draw.seed, "dirty question")
    # Of the dearer half: where a price depends on the other rows of its file, it moves now.
    dearer = np.argsort(main.held_out.expected)[HELD_OUT_ROWS // 2 :]
    rows = rng.choice(dearer, DIRTY_HOUSES + GAPPY_HOUSES, replace=False)
    houses = main.held_out.houses.take(rows)
    gappy = houses.take(np.arange(DIRTY_HOUSES, len(rows)))
    gaps = rng.integers(len(OPTIONAL), size=GAPPY_HOUSES)
    gappy = replace(
        gappy,
        **{
            name: np.where(gaps == number, np.nan, getattr(gappy, name))
            for number, name in enumerate(OPTIONAL)
        },
    )
    houses = join(houses.take(np.arange(DIRTY_HOUSES)), gappy)
    question = _question(draw, houses, DIRTY, rng)
    pairs = tuple(
        (main.held_out_ids[row], new) for row, new in zip(rows, question.ids, strict=True)
    )
    return Dirty(question=question, rewritten=pairs[:DIRTY_HOUSES], gappy=pairs[DIRTY_HOUSES:])


def unseen_question(draw: Draw, main: Main) -> Unseen:
    rng = stream(draw.seed, "unseen question")
    houses = main.held_out.houses.take(rng.choice(HELD_OUT_ROWS, UNSEEN_HOUSES, replace=False))
    new = LOCATION_COUNT + rng.integers(UNSEEN_COUNT, size=UNSEEN_HOUSES)
    moved = replace(houses, location=new)
    return Unseen(
        question=_question(draw, moved, TIDY, rng),
        expected=draw.process.expected_log_price(moved),
    )


def explain_question(draw: Draw, main: Main) -> Question:
    """Some houses of the main question, plain, larger and older, under the same ids."""
    rng = stream(draw.seed, "explain question")
    houses = main.effects.houses.take(np.arange(EXPLAINED_HOUSES))
    larger = replace(houses, size=np.round(houses.size * SIGN_SIZE_FACTOR, 1))
    older = replace(houses, year_built=houses.year_built - SIGN_YEARS)
    ids = explained_ids(main)
    return _question(draw, join(houses, larger, older), TIDY, rng, ids=sum(ids, ()))


def explained_ids(main: Main) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Of the plain houses, the larger and the older ones."""
    effects = main.effects
    kinds = (effects.plain_ids, effects.larger_ids, effects.older_ids)
    plain, larger, older = (ids[:EXPLAINED_HOUSES] for ids in kinds)
    return plain, larger, older


def later_sales(draw: Draw) -> Later:
    """Without those in which a size or a price was mistyped."""
    sales = draw_sales(draw.process, draw.seed, purpose="later sales")
    houses, price = sales.houses, sales.price
    sound = np.flatnonzero(
        (houses.size < LARGEST_SIZE) & (price / houses.size <= HIGHEST_PRICE_PER_M2)
    )
    rng = stream(draw.seed, "later sales file")
    return Later(
        question=_question(draw, houses.take(sound), draw_writing(rng), rng),
        log_price=np.log(price[sound]),
    )


def _question(
    draw: Draw,
    houses: Houses,
    writing: Writing,
    rng: np.random.Generator,
    *,
    ids: tuple[str, ...] | None = None,
) -> Question:
    ids = ids or draw_ids(rng, len(houses))
    order = rng.permutation(len(houses))
    content = write_csv(
        houses.take(order),
        ids=[ids[row] for row in order],
        locations=draw.process.locations,
        writing=writing,
        rng=rng,
    )
    return Question(content=content, ids=ids)
