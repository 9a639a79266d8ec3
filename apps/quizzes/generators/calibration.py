"""Questions about probabilities that should be taken at their word."""

from itertools import pairwise
from math import sqrt
from random import Random
from statistics import mean

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import SHARE_GAP, are_apart, until_sound


@until_sound
def brier_of_two_scores(random: Random) -> Draw | None:
    """A Brier score by hand, of cases with one of two scores."""
    low, high = random.choice((0.1, 0.2, 0.3)), random.choice((0.6, 0.7, 0.8, 0.9))
    few, many = random.randrange(10, 41, 5), random.randrange(10, 41, 5)
    low_hits, high_hits = random.randint(1, few // 2), random.randint(many // 4, many - 1)
    cases, hits = few + many, low_hits + high_hits
    low_sum = low_hits * (1 - low) ** 2 + (few - low_hits) * low**2
    high_sum = high_hits * (1 - high) ** 2 + (many - high_hits) * high**2
    answer = (low_sum + high_sum) / cases
    distractors = {
        "root-taken": sqrt(answer),
        "plain-distances": (
            low_hits * (1 - low)
            + (few - low_hits) * low
            + high_hits * (1 - high)
            + (many - high_hits) * high
        )
        / cases,
        "bins-for-cases": (
            few * (low - low_hits / few) ** 2 + many * (high - high_hits / many) ** 2
        )
        / cases,
        "constant-for-model": hits / cases * (1 - hits / cases),
        "wrong-at-one-half": (low_hits + many - high_hits) / cases,
    }
    plausible = low_hits / few <= low + 0.15 and high_hits / many >= high - 0.3
    if not plausible or not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={
            "low": low,
            "high": high,
            "few": few,
            "many": many,
            "low_hits": low_hits,
            "high_hits": high_hits,
        },
        worked={
            "low_rest": few - low_hits,
            "high_rest": many - high_hits,
            "low_miss": round(1 - low, 1),
            "high_miss": round(1 - high, 1),
            "low_sum": low_sum,
            "high_sum": high_sum,
            "cases": cases,
            "rate": hits / cases,
            "constant": distractors["constant-for-model"],
            "bins": distractors["bins-for-cases"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def money_set_aside(random: Random) -> Draw | None:
    """What scores promise and what happens, bin by bin, in euros."""
    amount = random.choice((50, 80, 100, 200, 250))
    sizes = [100 * random.randint(*limits) for limits in ((40, 90), (10, 30), (5, 20))]
    said = [random.randint(*limits) for limits in ((2, 5), (25, 40), (75, 92))]
    happened = [
        said[0] + random.randint(1, 3),
        said[1] - random.randint(3, 12),
        said[2] - random.randint(15, 35),
    ]
    promised, lost = (
        amount * sum(size * share // 100 for size, share in zip(sizes, shares, strict=True))
        for shares in (said, happened)
    )
    gaps = [one - other for one, other in zip(said, happened, strict=True)]
    answer = promised - lost
    distractors = {
        "promise-for-gap": promised,
        "loss-for-gap": lost,
        "gaps-without-sign": amount
        * sum(size // 100 * abs(gap) for size, gap in zip(sizes, gaps, strict=True)),
        "bins-weigh-alike": amount * sum(sizes) * mean(gaps) / 100,
        "top-bin-only": amount * sizes[2] // 100 * gaps[2],
    }
    values = sorted((answer, *distractors.values()))
    apart = all(high - low > 0.03 * abs(high) for low, high in pairwise(values))
    if answer <= 0 or not apart:
        return None
    return Draw(
        parameters={
            "amount": amount,
            **{f"n{k}": size for k, size in enumerate(sizes, start=1)},
            **{f"said{k}": share / 100 for k, share in enumerate(said, start=1)},
            **{f"real{k}": share / 100 for k, share in enumerate(happened, start=1)},
        },
        worked={
            **{
                f"aside{k}": size * share // 100
                for k, (size, share) in enumerate(zip(sizes, said, strict=True), start=1)
            },
            **{
                f"fails{k}": size * share // 100
                for k, (size, share) in enumerate(zip(sizes, happened, strict=True), start=1)
            },
            "promised": promised,
            "lost": lost,
            "top": distractors["top-bin-only"],
            "unsigned": distractors["gaps-without-sign"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def odds_converted(random: Random) -> Draw | None:
    """A score of balanced training, brought back to the true share of positives."""
    score = random.randint(55, 93) / 100
    share = random.randint(4, 25)
    odds = score / (1 - score)
    prior = share / (100 - share)
    converted = odds * prior
    answer = converted / (1 + converted)
    distractors = {
        "score-as-it-is": score,
        "score-times-share": score * share / 100,
        "score-times-twice-share": score * share / 50,
        "odds-for-probability": converted,
        "odds-times-share": odds * share / 100,
        "weights-turned-round": odds / prior / (1 + odds / prior),
    }
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"score": score, "share": share},
        worked={
            "rest": round(1 - score, 2),
            "odds": odds,
            "others": 100 - share,
            "prior": prior,
            "converted": converted,
            "scaled": distractors["score-times-share"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def skill_of_rare_events(random: Random) -> Draw | None:
    """A Brier score that looks like nothing and is nothing."""
    rate = random.choice((0.5, 0.8, 1, 1.2, 1.5, 2, 2.5, 3))
    skill = random.randint(1, 6)
    constant = rate / 100 * (1 - rate / 100)
    brier = round(constant * (1 - skill / 100), 5)
    if round(100 * (1 - brier / constant)) != skill:
        return None
    people = random.randrange(20_000, 80_001, 5_000)
    return Draw(
        parameters={"rate": rate, "people": people, "brier": brier, "skill": skill},
        worked={
            "constant": constant,
            "events": round(people * rate / 100),
            "kept": 1 - rate / 100,
            "times": 0.25 / brier,
        },
    )


@until_sound
def shifted_odds(random: Random) -> Draw | None:
    """A reliability table in which all odds have moved by one factor."""
    factor = random.choice((0.3, 0.4, 0.5, 2, 2.5, 3))
    cases = random.randrange(2_000, 6_001, 200)
    said = [random.randint(8, 14), random.randint(26, 34), random.randint(46, 54)]
    said += [random.randint(66, 74), random.randint(86, 92)]
    odds = [factor * share / (100 - share) for share in said]
    happened = [round(100 * one / (1 + one)) for one in odds]
    found = [
        one / (100 - one) / (share / (100 - share))
        for one, share in zip(happened, said, strict=True)
    ]
    if not all(0.85 * factor <= one <= 1.18 * factor for one in found):
        return None
    return Draw(
        parameters={
            "cases": cases,
            "factor": factor,
            **{f"s{k}": share / 100 for k, share in enumerate(said, start=1)},
            **{f"h{k}": share / 100 for k, share in enumerate(happened, start=1)},
        },
        worked={
            **{f"o{k}": share / (100 - share) for k, share in enumerate(said, start=1)},
            **{f"p{k}": share / (100 - share) for k, share in enumerate(happened, start=1)},
            **{f"f{k}": one for k, one in enumerate(found, start=1)},
            "error": 100 * sqrt(happened[2] * (100 - happened[2]) / cases) / 100,
            "side": "above" if factor > 1 else "below",
        },
    )


GENERATORS = (
    brier_of_two_scores,
    money_set_aside,
    odds_converted,
    shifted_odds,
    skill_of_rare_events,
)
