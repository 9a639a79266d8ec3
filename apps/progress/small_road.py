"""The road as one line, as every page shows it; kept in the cache, since a plan takes queries.

The cache is a hint: without it the line is made anew, and a change of the record forgets it.
"""

import datetime
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from apps.accounts.models import User
from apps.progress.plan import Plan

_KEPT_S = 3600

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallRoad:
    text: str  # "Month 3 of 12 · on track"
    states: tuple[str, ...]  # of the twelve mileposts

    @property
    def place(self) -> str:
        """The text without its judgement, for narrow places: "Month 3 of 12"."""
        return self.text.partition(" · ")[0]


def of_plan(plan: Plan) -> SmallRoad:
    return SmallRoad(text=plan.text, states=tuple(one.state.value for one in plan.mileposts))


def cached(*, learner: User, today: datetime.date, make_plan: Callable[[], Plan]) -> SmallRoad:
    key = _key(learner)
    try:
        kept = cache.get(key)
    except RedisError:
        logger.warning("the cache is away; a road is made anew")
        return of_plan(make_plan())
    if kept and kept["day"] == today.isoformat():
        return SmallRoad(text=kept["text"], states=tuple(kept["states"]))
    road = of_plan(make_plan())
    try:
        cache.set(key, {"day": today.isoformat(), **asdict(road)}, timeout=_KEPT_S)
    except RedisError:
        logger.warning("the cache is away; a road is not kept")
    return road


def forget(*, learner: User) -> None:
    """Once what changed is committed: a page in between would keep the old line."""
    transaction.on_commit(lambda: _forget(learner))


def _forget(learner: User) -> None:
    try:
        cache.delete(_key(learner))
    except RedisError:
        logger.warning("the cache is away; a road may be an hour old when it comes back")


def _key(learner: User) -> str:
    return f"small-road:{learner.pk}"
