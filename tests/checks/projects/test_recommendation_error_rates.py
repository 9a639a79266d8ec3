"""What every service of the recommendation project promises, and how often a verdict is wrong.

A whole service takes a second, so that an ordinary test run draws ten. Each simulated verdict takes
two of them, and listeners of these that are drawn anew, with replacement. With
``MILEPOST_TEST_SERVICES=300`` each of the 300 verdicts begins with a service of its own, and is
confirmed on the next one's.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from apps.checks import ranking
from apps.checks.projects.recommendation_system import checks, generator, in_house, probes
from apps.checks.projects.recommendation_system.checks import Scored
from apps.checks.ranking import Lists
from apps.checks.scoring import Floats, Measurement, gap_share, settle

SERVICES = int(os.environ.get("MILEPOST_TEST_SERVICES", "10"))
VERDICTS = 300
AWAY = 0.05  # of the gap, from the threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Of one figure, of each listener: shape (listeners,)."""

    naive: Floats
    own: Floats  # the checker's
    best: Floats

    @property
    def share(self) -> float:
        return gap_share(self.own, naive=self.naive, best=self.best).share


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    losses: dict[tuple[str, str], Losses]  # by check and figure
    items: int
    bestsellers: Lists  # of those with a history
    served: Lists
    counts: NDArray[np.int64]  # listeners of each title of the training data
    heard: NDArray[np.int64]  # titles of each listener


def draw_service(number: int) -> Service:
    seed = hashlib.sha256(f"error rates {number}".encode()).digest()
    draw = probes.make_draw(seed)
    asked = probes.ask_about(draw, in_house.train(draw.histories, draw.titles, draw.listeners))
    losses = {}
    for scored in checks.SCORED:
        rows = checks.group(asked, cold=scored.cold)
        tables = (asked.bestsellers[rows], checks.own_lists(asked, scored), asked.ideal[rows])
        for figure in scored.figures:
            naive, own, best = (checks.losses(table, asked, rows, figure) for table in tables)
            losses[scored.spec.name, figure] = Losses(naive=naive, own=own, best=best)
    return Service(
        losses=losses,
        items=len(asked.items),
        bestsellers=asked.bestsellers[: asked.warm],
        served=asked.in_house[probes.SERVED][: asked.warm],
        counts=np.bincount(draw.histories.title, minlength=generator.TITLES),
        heard=np.bincount(draw.histories.listener, minlength=generator.KNOWN),
    )


@pytest.fixture(scope="module")
def services() -> Iterator[list[Service]]:
    with threadpool_limits(1):  # threads cost more than they save while others work as well
        yield [draw_service(number) for number in range(SERVICES)]


# What the dictionary and the brief promise -------------------------------------------------------


def test_few_titles_have_most_of_the_listening(services: list[Service]) -> None:
    for service in services:
        counts = np.sort(service.counts)[::-1]
        assert counts[: len(counts) // 10].sum() > 0.25 * counts.sum()
        assert counts[: len(counts) // 3].sum() > 0.5 * counts.sum()


def test_histories_are_as_long_as_the_dictionary_says(services: list[Service]) -> None:
    for service in services:
        assert service.heard.min() >= 1
        assert 20 < service.heard.mean() < 40
        assert service.heard.max() <= 90


def test_every_method_can_beat_popularity_in_every_service(services: list[Service]) -> None:
    least = {"cold_listeners": 0.08, "cold_titles": 0.08}
    for service in services:
        for (name, figure), losses in service.losses.items():
            assert losses.share > least.get(name, 0.2), (name, figure)
        shown = [ranking.coverage(t, service.items) for t in (service.bestsellers, service.served)]
        assert shown[0] < 0.03
        assert shown[1] > 0.2


# How often a verdict is wrong --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A solution whose true share of the gap is the threshold and ``above`` more.

    It gives some listeners the checker's own lists and the others the bestsellers, at random, or
    where that is not enough the best possible lists and the checker's own.
    """

    service: Service
    scored: Scored
    above: float
    rng: np.random.Generator

    def passes(self) -> bool:
        name, figures = self.scored.spec.name, self.scored.figures
        rows = len(self.service.losses[name, figures[0]].naive)
        # Four times the usual listeners, in case the first quarter leaves doubt.
        listeners = self.rng.integers(rows, size=4 * rows)
        chance = self.rng.random(4 * rows)
        enough = []
        for figure in figures:

            def measure(factor: int, figure: str = figure) -> Measurement:
                return self._measure(figure, listeners, chance, factor * rows)

            enough.append(settle(measure)[1])
        return all(enough) and (not self.scored.spread or self._spread(listeners[:rows], chance))

    def _measure(
        self, figure: str, listeners: NDArray[np.int64], chance: Floats, rows: int
    ) -> Measurement:
        losses = self.service.losses[self.scored.spec.name, figure]
        naive, own, best = (
            part[listeners[:rows]] for part in (losses.naive, losses.own, losses.best)
        )
        target = self.scored.needed * losses.share + self.above
        if target <= losses.share:
            made = np.where(chance[:rows] < target / losses.share, own, naive)
        else:
            made = np.where(chance[:rows] < (target - losses.share) / (1 - losses.share), best, own)
        reached = gap_share(own, naive=naive, best=best)
        return Measurement(
            measured=gap_share(made, naive=naive, best=best),
            in_house=reached,
            margin=(1 - self.scored.needed) * reached.share,
        )

    def _spread(self, listeners: NDArray[np.int64], chance: Floats) -> bool:
        """Whether the coverage is enough as well."""
        service = self.service
        (losses,) = [service.losses[self.scored.spec.name, f] for f in self.scored.figures]
        part = (self.scored.needed * losses.share + self.above) / losses.share
        chosen = chance[: len(listeners), None] < part
        made = np.where(chosen, service.served[listeners], service.bestsellers[listeners])
        own, in_house = (
            ranking.coverage(lists, service.items) for lists in (made, service.served[listeners])
        )
        return own >= checks.COVERAGE_NEEDED * in_house


def pairs(services: list[Service]) -> Iterator[tuple[np.random.Generator, list[Service]]]:
    """For each verdict, the services of the first draw and of the one that confirms."""
    for number in range(VERDICTS):
        rng = np.random.default_rng(number)
        if len(services) >= VERDICTS:
            yield rng, [services[number], services[(number + 1) % len(services)]]
        else:
            yield rng, [services[one] for one in rng.choice(len(services), 2, replace=False)]


def test_whole_verdict_on_good_lists_is_wrong_in_one_of_a_hundred_at_most(
    services: list[Service],
) -> None:
    """All scored checks at 0.05 above their thresholds, in both services."""
    failed = sum(
        not all(
            Simulated(service=service, scored=scored, above=AWAY, rng=rng).passes()
            for service in both
            for scored in checks.SCORED
        )
        for rng, both in pairs(services)
    )
    assert failed <= VERDICTS / 100


@pytest.mark.parametrize("scored", checks.SCORED, ids=lambda scored: scored.spec.name)
def test_check_on_bad_lists_is_wrong_in_one_of_a_hundred_at_most(
    services: list[Service], scored: Scored
) -> None:
    """That check alone at 0.05 below its threshold, or as bad as the bestsellers."""
    passed = 0
    for rng, both in pairs(services):
        shares = [service.losses[scored.spec.name, scored.figures[0]].share for service in both]
        above = max(-AWAY, -scored.needed * min(shares))
        passed += all(
            Simulated(service=service, scored=scored, above=above, rng=rng).passes()
            for service in both
        )
    assert passed <= VERDICTS / 100
