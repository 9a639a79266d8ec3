"""When a concept should be looked at again, so that it is still known then.

FSRS (Free Spaced Repetition Scheduler, version 6; Ye, Su and Cao, 2022, "A stochastic shortest path
algorithm for optimizing spaced repetition scheduling", doi:10.1145/3534678.3539081) models for each
concept its stability, the days after which it is recalled with probability 0.9, and its difficulty.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fsrs import Card, Rating, Scheduler, State

# Days only: a concept is no vocabulary card that comes back after ten minutes. The interval is
# capped, since a year of study has no use for a review after it.
LONGEST = timedelta(days=120)
_SCHEDULER = Scheduler(
    desired_retention=0.9,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=LONGEST.days,
    enable_fuzzing=False,
)
PARTLY = 0.5  # from here on an answer that is not wholly right counts as recalled with difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    stability: float  # days
    difficulty: float  # 1 to 10
    last: datetime  # seen
    due: datetime


def after(memory: Memory | None, *, score: float, at: datetime) -> Memory:
    """The memory of a concept after evidence of it; None before: it is the first.

    What is told late, with an ``at`` before the last one, counts as seen at the same time as that.
    """
    if memory is None:
        card = Card(card_id=1, due=at)
    else:
        at = max(at, memory.last)
        card = Card(
            card_id=1,
            state=State.Review,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due=memory.due,
            last_review=memory.last,
        )
    card, _ = _SCHEDULER.review_card(card, _rating(score), at)
    if card.stability is None or card.difficulty is None:
        raise AssertionError("FSRS left a card that was reviewed without its memory")
    return Memory(stability=card.stability, difficulty=card.difficulty, last=at, due=card.due)


def _rating(score: float) -> Rating:
    if score >= 1:
        return Rating.Good
    return Rating.Hard if score >= PARTLY else Rating.Again
