"""Which concepts to turn to next. It recommends, and locks nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.progress.mastery import UNSEEN, Level, Mastery

MOST = 3  # of each; a longer list is no advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Slugs, what to do first in front."""

    strengthen: tuple[str, ...]  # seen, and not solid
    learn: tuple[str, ...]  # not seen, and ready to be


def advise(
    order: Sequence[str], requires: Mapping[str, Sequence[str]], known: Mapping[str, Mastery]
) -> Advice:
    """``order``: the concepts of the road, in its order. ``requires``: what each builds on.

    What is weak is strengthened from the ground up: a concept comes after the weak ones that it
    builds on, and before others if more builds on it.
    """
    carried = _carried(order, requires)
    place = {slug: number for number, slug in enumerate(order)}
    weak = {slug for slug in order if known.get(slug, UNSEEN).level in {Level.SHAKY, Level.GROWING}}

    def urgency(slug: str) -> tuple[bool, bool, int, int]:
        rests_on_weak = not weak.isdisjoint(requires.get(slug, ()))
        growing = known[slug].level is Level.GROWING
        return rests_on_weak, growing, -carried[slug], place[slug]

    ready = [
        slug
        for slug in order
        if slug not in known
        and all(
            known.get(one, UNSEEN).level in {Level.GROWING, Level.SOLID}
            for one in requires.get(slug, ())
            if one in place
        )
    ]
    return Advice(strengthen=tuple(sorted(weak, key=urgency)[:MOST]), learn=tuple(ready[:MOST]))


def _carried(order: Sequence[str], requires: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many concepts build on each, over however many between."""
    above: dict[str, list[str]] = {slug: [] for slug in order}
    for slug in order:
        for one in requires.get(slug, ()):
            if one in above:
                above[one].append(slug)
    counts = {}
    for slug in order:
        reached: set[str] = set()
        waiting = [slug]
        while waiting:
            new = [one for one in above[waiting.pop()] if one not in reached]
            reached.update(new)
            waiting += new
        counts[slug] = len(reached)
    return counts
