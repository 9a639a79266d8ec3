"""What a verdict says: its numbers, what they cost, and the one thing to do next."""

from collections.abc import Callable, Iterable

import numpy as np

from apps.checks.percent import compared
from apps.checks.projects.recommendation_system.checks import (
    COLD_LISTENERS,
    COLD_TITLES,
    COLLABORATIVE_LISTS,
    CONTENT_LISTS,
    COVERAGE,
    NDCG,
    NEW,
    NOTHING_TWICE,
    RECALL,
    SHARED_AT_MOST,
    WELL_FORMED,
    Found,
    Scored,
    group,
    losses,
    own_lists,
)
from apps.checks.projects.recommendation_system.generator import Flags
from apps.checks.projects.recommendation_system.outputs import FAULTS, Answer
from apps.checks.projects.recommendation_system.probes import METHODS, PLACES, Asked
from apps.checks.ranking import EMPTY, Lists
from apps.checks.results import JSON, Metric, Test
from apps.checks.scoring import Measurement
from apps.checks.verdicts import failed, passed

_KEYS = {NDCG: "ndcg", RECALL: "recall", NEW: "hits"}  # in names of evidence and metrics
OTHER_THAN_OWN = 1.5  # times as many listeners, or as few: then popularity explains the failure

# well_formed and nothing_twice -------------------------------------------------------------------


def judge_form(asked: Asked, answer: Answer) -> Test:
    lists = 2 * len(asked.rows) + asked.warm
    evidence: dict[str, JSON] = {fault.kind: fault.count for fault in answer.faults}
    evidence |= {"lists_asked_for": lists}
    if not answer.faults:
        said = f"All {lists:,} lists have {PLACES} different titles of today's catalogue."
        return passed(WELL_FORMED, said, evidence=evidence)
    told = "; ".join(
        f"{fault.count:,} {FAULTS[fault.kind]} ({fault.first})" for fault in answer.faults
    )
    return failed(
        WELL_FORMED,
        f"Of {lists:,} lists that were asked for, some are not usable: {told}. An empty place on "
        "the start page sells nothing, and a title that is gone annoys whoever clicks on it.",
        hint=_FORM_HINTS[answer.faults[0].kind],
        evidence=evidence,
    )


_FORM_HINTS = {
    "method": "Write exactly the words collaborative, content and served into the column method.",
    "rank": f"Number each list from 1 to {PLACES}, as whole numbers.",
    "user": "Take the listeners from users.csv of the input, and nobody else.",
    "item": "Keep only titles of items.csv of the input before you rank, with the ids that stand "
    "there.",
    "taken": "Write each list once: drop repeated rows of users.csv before you predict.",
    "twice": "Drop repeated rows of items.csv before you rank, so that each title has one score.",
    "short": f"Where a method finds fewer than {PLACES} titles, fill up with the bestsellers that "
    "this listener has not heard.",
}


def heard_lists(lists: Lists, heard: Flags) -> int:
    """How many lists hold a title that its listener has ``heard``."""
    found = np.take_along_axis(heard, np.maximum(lists, 0), axis=1) & (lists != EMPTY)
    return int(found.any(axis=1).sum())


def judge_twice(asked: Asked, answer: Answer) -> Test:
    counts = {name: heard_lists(answer.lists[name], asked.heard) for name in METHODS}
    total = sum(counts.values())
    renamed = sum(heard_lists(answer.lists[name], asked.renamed) for name in METHODS)
    evidence: dict[str, JSON] = {**counts, "under_an_earlier_id": renamed}
    if not total:
        said = f"No list of the {asked.warm:,} listeners with a history holds a title they heard."
        return passed(NOTHING_TWICE, said, evidence=evidence)
    by_method = ", ".join(f"{count:,} in {name}" for name, count in counts.items())
    earlier = (
        f" {renamed:,} of them hold one that was heard under an earlier id." if renamed else ""
    )
    return failed(
        NOTHING_TWICE,
        f"{total:,} lists hold a title that their listener has heard: {by_method}.{earlier} Each "
        "such place is lost, and tells the listener that nobody was listening.",
        hint="The title got its id of today after the training: map it by the column replaces of "
        "items.csv in the input as well, in as many steps as there are."
        if 2 * renamed > total
        else "Every row of interactions.csv counts as heard, also a listening of seconds and one "
        "under an older id. Store who heard what in train, and drop it just before you rank.",
        evidence=evidence,
    )


# The scored checks -------------------------------------------------------------------------------


def judge_scored(scored: Scored, first: Found, confirmed: Found | None) -> Test:
    """``confirmed``: on the second draw, which only those meet who passed the first one."""
    told = confirmed or first
    output, evidence = _numbers(scored, told)
    if confirmed:
        before = _and(f"{_percent(f.measured.share)}" for f in first.figures.values())
        output = f"On a first service you closed {before}. On a second one: {output}"
    if told.enough:
        return passed(scored.spec, output, evidence=evidence)
    return failed(
        scored.spec, f"{output} {_cost(scored, told)}", hint=_hint(scored, told), evidence=evidence
    )


def _numbers(scored: Scored, found: Found) -> tuple[str, dict[str, JSON]]:
    reached, evidence = [], dict[str, JSON]()
    for name, figure in found.figures.items():
        measured = figure.measured
        # Losses are 1 less the figure.
        value, naive, own, best = (
            f"{1 - loss:.3f}"
            for loss in (
                measured.loss, measured.naive_loss, figure.in_house.loss, measured.best_loss,
            )
        )  # fmt: skip
        reached.append(
            f"{value} in {name} (bestsellers {naive}, checker's own {own}, best possible {best})"
        )
        evidence |= {
            f"{_KEYS[name]}_share_closed": round(measured.share, 4),
            f"{_KEYS[name]}_interval_low": round(measured.low, 4),
            f"{_KEYS[name]}_interval_high": round(measured.high, 4),
            f"{_KEYS[name]}_needed": round(figure.needed, 4),
            "listeners": measured.rows,
        }
    told = [compared(one.measured.share, one.needed) for one in found.figures.values()]
    shares, needed = (_and(words) for words in zip(*told, strict=True))
    people = "who have just signed up" if scored.cold else "with a history"
    output = (
        f"Your {scored.method} lists for {evidence['listeners']:,} listeners {people} reach "
        f"{_and(reached)}. You closed {shares} of the gap between bestsellers and best possible; "
        f"needed for this draw: {needed}."
    )
    if any(figure.measured.share < 0 for figure in found.figures.values()):
        output += " Below 0 % a list is worse than the bestsellers."
    if found.spread:
        spread = found.spread
        evidence |= {"coverage": round(spread.own, 4), "coverage_needed": round(spread.needed, 4)}
        covered, least = compared(spread.own, spread.needed)
        output += (
            f" They show {covered} of the catalogue; needed: {least} (bestsellers "
            f"{_percent(spread.bestsellers)}, checker's own {_percent(spread.in_house)})."
        )
    if found.shared is not None:
        evidence |= {"shared_with_collaborative": round(found.shared, 4)}
    if found.copied:
        shared, most = compared(found.shared or 0, SHARED_AT_MOST)
        output += (
            f" {shared} of their places are those of your collaborative lists; allowed: {most}."
        )
    return output, evidence


def _cost(scored: Scored, found: Found) -> str:
    """What the failure means to the service."""
    if found.spread and not found.spread.enough:
        unseen = _percent(1 - found.spread.own)
        return f"{unseen} of the titles are paid for and shown to nobody."
    asked, rows = found.asked, group(found.asked, cold=scored.cold)
    what, figure = (
        ("a title of this morning", NEW) if NEW in found.figures else ("their next title", RECALL)
    )
    finds, would = (
        10_000 * (1 - float(losses(lists, asked, rows, figure).mean()))
        for lists in (found.answer.lists[scored.method][rows], own_lists(asked, scored))
    )
    return (
        f"Of 10,000 who open the page, {finds:,.0f} would find {what} on it, with the checker's "
        f"own lists {would:,.0f}; who finds nothing cancels."
    )


def _hint(scored: Scored, found: Found) -> str:
    asked, rows = found.asked, group(found.asked, cold=scored.cold)
    lists = found.answer.lists[scored.method][rows]
    empty = float((lists == EMPTY).all(axis=1).mean())
    if empty > 0.05:
        return (
            f"{_percent(empty)} of these listeners have no {scored.method} list at all. Write one "
            "for each of them first."
        )
    return _HINTS[scored.spec.name](asked, lists, own_lists(asked, scored), found)


def _too_popular(asked: Asked, lists: Lists, own: Lists) -> int:
    """1 where the titles have far more listeners than in the checker's lists, -1 far fewer."""
    ours, theirs = (
        float(np.log1p(asked.counts[part[part != EMPTY]]).mean()) for part in (own, lists)
    )
    return int(np.sign(theirs - ours)) if abs(theirs - ours) > np.log(OTHER_THAN_OWN) else 0


def _collaborative_hint(asked: Asked, lists: Lists, own: Lists, _found: Found) -> str:
    return {
        1: "Your lists hold what everybody hears: popular titles are heard together with all "
        "others. Divide the number of listeners that two titles share by the root of the product "
        "of their own numbers (cosine), then measure again.",
        -1: "Your lists hold titles with very few listeners, whose likeness rests on two or three "
        "people. Add a constant, about 20, to the divisor of each likeness (shrinkage), or "
        "regularise more.",
        0: "The titles are about as popular as they should be, but not the right ones for each "
        "listener. See that the test account is left out, that both ids of a re-issued title count "
        "as one, and that the whole history of a listener enters the score.",
    }[_too_popular(asked, lists, own)]


def _content_hint(asked: Asked, lists: Lists, own: Lists, found: Found) -> str:
    if found.copied:
        return (
            "One method stands under two names, and a title that nobody has heard has no way into "
            "either. Make content of genre, tags, narrator and description, and collaborative of "
            "who heard what."
        )
    return {
        1: "Popularity outweighs the taste in your lists. Give the likeness more weight against "
        "the log of the listeners, and choose the weight on a month that you held out.",
        -1: "Nearness alone does not know which titles are better liked. Add the log of each "
        "title's listeners to the likeness, and choose the weight on a month that you held out.",
        0: "Learn how much each part of the description counts: weigh genre, tags and narrator "
        "apart, after every spelling of one became one, and rare words higher than common ones.",
    }[_too_popular(asked, lists, own)]


def _newcomer_hint(_asked: Asked, lists: Lists, _own: Lists, _found: Found) -> str:
    if len(np.unique(lists, axis=0)) <= 3:
        return (
            "All newcomers get the same list, whatever they said at the sign-up. For each "
            "favourite genre, count what known listeners with that favourite hear, and rank by "
            "these counts."
        )
    return (
        "The lists differ, but do not fit what people said. Check that favourites are read in "
        "every spelling, and rank popular titles of the favourite genres first."
    )


def _new_title_hint(asked: Asked, lists: Lists, own: Lists, _found: Found) -> str:
    shown, usual = (float(asked.new[part].mean()) for part in (lists, own))
    if shown < usual / 4:
        return (
            f"New titles fill {_percent(shown)} of your places; {_percent(usual)} of the checker's "
            "own. Nobody has heard them yet, so their popularity is unknown and not zero: give "
            "them the listeners of an average title. If they have them, weigh likeness more."
        )
    return (
        "New titles stand in your lists, but with the wrong people. Give them the same vector of "
        "genre, tags and narrator as all others, and see that a title without a description has "
        "one as well."
    )


def _coverage_hint(_asked: Asked, _lists: Lists, _own: Lists, found: Found) -> str:
    if found.spread and not found.spread.enough:
        return (
            "The page shows the same few titles to everybody. Serve each listener's own list, and "
            "the bestsellers only where that has gaps."
        )
    return (
        "The lists vary, but at the cost of what people want to hear. Mix your two methods by "
        "rank or by standardised score, and measure the mix on a month that you held out."
    )


_HINTS: dict[str, Callable[[Asked, Lists, Lists, Found], str]] = {
    COLLABORATIVE_LISTS.name: _collaborative_hint,
    CONTENT_LISTS.name: _content_hint,
    COLD_LISTENERS.name: _newcomer_hint,
    COLD_TITLES.name: _new_title_hint,
    COVERAGE.name: _coverage_hint,
}


def metrics(scored: Scored, found: Found) -> list[Metric]:
    """One for each figure: the share of the gap, in per cent."""
    return [_metric(scored, name, figure) for name, figure in found.figures.items()]


def _metric(scored: Scored, name: str, figure: Measurement) -> Metric:
    measured = figure.measured
    return Metric(
        name=f"{scored.spec.name}_{_KEYS[name]}",
        title=f"{scored.spec.title}: share of the gap in {name}",
        value=100 * measured.share,
        unit="%",
        baseline=0.0,
        in_house=100 * figure.in_house.share,
        achievable=100.0,
        threshold=100 * figure.needed,
        ci_low=100 * measured.low,
        ci_high=100 * measured.high,
        n=measured.rows,
    )


def _and(parts: Iterable[str]) -> str:
    return " and ".join(parts)


def _percent(share: float) -> str:
    digits = 1 if 0 < abs(share) < 0.1 else 0
    return f"{100 * share:z.{digits}f} %"
