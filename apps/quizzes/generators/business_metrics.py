"""Questions about metrics and what follows from them for a business."""

from collections.abc import Iterable
from itertools import accumulate
from math import log2
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import PERCENT_GAP, SHARE_GAP, are_apart, until_sound
from apps.quizzes.numbers import shown_grouped


@until_sound
def ndcg_of_places(random: Random) -> Draw | None:
    """NDCG of a short list, with more that is relevant than was shown."""
    shown = random.randint(5, 6)
    hits = random.randint(2, 3)
    relevant = hits + random.randint(1, 2)
    places = sorted(random.sample(range(1, shown + 1), hits))
    weights = [1 / log2(place + 1) for place in range(1, shown + 1)]
    gain = sum(weights[place - 1] for place in places)
    best = sum(weights[:relevant])
    answer = gain / best
    distractors = {
        "not-normalised": gain,
        "ideal-of-what-was-shown": gain / sum(weights[:hits]),
        "precision-for-ndcg": hits / shown,
        "recall-for-ndcg": hits / relevant,
    }
    if not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={
            "shown": shown,
            "relevant": relevant,
            "row": " ".join(str(int(place in places)) for place in range(1, shown + 1)),
            "weights": ", ".join(f"{weight:.3f}".replace("1.000", "1") for weight in weights),
        },
        worked={
            "hits": hits,
            "terms": _plus(weights[place - 1] for place in places),
            "gain": gain,
            "best_terms": _plus(weights[:relevant]),
            "best": best,
            "flattering": distractors["ideal-of-what-was-shown"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def mean_reciprocal_rank(random: Random) -> Draw | None:
    """The mean of 1 / place, with queries whose answer is never found."""
    top, middle, low = (random.randrange(5, 61, 5) for _ in range(3))
    near, far = random.randint(2, 4), random.choice((5, 8, 10))
    found = top + middle + low
    total = top + middle / near + low / far
    answer = total / 100
    distractors = {
        "place-of-the-mean": found / (top + near * middle + far * low),
        "not-found-left-out": total / found,
        "found-at-all": found / 100,
        "first-place-only": top / 100,
    }
    if not 60 <= found <= 90 or not are_apart((answer, *distractors.values()), gap=SHARE_GAP):
        return None
    return Draw(
        parameters={"top": top, "middle": middle, "low": low, "near": near, "far": far},
        worked={
            "found": found,
            "lost": 100 - found,
            "from_middle": middle / near / 100,
            "from_low": low / far / 100,
            "from_top": top / 100,
            "flattering": distractors["not-found-left-out"],
            "mean_place": (top + near * middle + far * low) / found,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def offers_that_pay(random: Random) -> Draw | None:
    """The lowest share of leavers at which the next letter pays."""
    cost = random.randint(3, 15)
    value = random.randrange(60, 241, 20)
    kept = random.choice((10, 15, 20, 25, 30, 40))
    answer = 100 * cost / (value * kept / 100)
    distractors = {
        "everyone-is-kept": 100 * cost / value,
        "share-on-the-wrong-side": cost * kept / value,
        "kept-as-the-limit": kept,
        "share-instead-of-percent": answer / 100,
        "rest-of-the-leavers": 100 * cost / (value * (100 - kept) / 100),
    }
    if not 12 <= answer <= 60 or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"cost": cost, "value": value, "kept": kept},
        worked={
            "worth": value * kept / 100,
            "naive": distractors["everyone-is-kept"],
            "as_share": answer / 100,
            "rest": 100 - kept,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def tenths_to_call(random: Random) -> Draw | None:
    """How deep to go into a list: the next tenth has to pay, not all so far."""
    size = 1_000
    first, decay = random.randrange(320, 521, 10), random.uniform(0.62, 0.82)
    leavers = [round(first * decay**step / 5) * 5 for step in range(10)]
    cost, worth = random.randint(4, 12), random.choice((20, 25, 30, 40, 50))
    profits = [worth * count - cost * size for count in leavers]
    totals = list(accumulate(profits))
    best = sum(profit > 0 for profit in profits)
    so_far = sum(total > 0 for total in totals)
    average = sum(leavers) / 10
    above_average = sum(count > average for count in leavers)
    sound = (
        len({1, best, so_far, above_average}) == 4
        and min(abs(profit) for profit in profits) >= 800
        and min(abs(total) for total in totals) >= 500
        and len(set(leavers)) == 10
        and totals[best - 1] > 1.1 * max(totals[0], totals[above_average - 1], totals[so_far - 1])
        and min(abs(count - average) for count in leavers) >= 4
    )
    if not sound:
        return None
    return Draw(
        parameters={
            "cost": cost,
            "worth": worth,
            "best": best,
            "so_far": so_far,
            "above_average": above_average,
            **{f"n{place}": count for place, count in enumerate(leavers, start=1)},
        },
        worked={
            **{f"p{place}": shown_grouped(profit) for place, profit in enumerate(profits, start=1)},
            **{f"t{place}": shown_grouped(total) for place, total in enumerate(totals, start=1)},
            "limit": cost * size / worth,
            "average": average,
            "lift": leavers[0] / average,
            "best_total": shown_grouped(totals[best - 1]),
            "deep_total": shown_grouped(totals[so_far - 1]),
            "average_total": shown_grouped(totals[above_average - 1]),
        },
    )


@until_sound
def screening_figure(random: Random) -> Draw | None:
    """Two tests: one is right more often, the other is worth more by the clinic's own price."""
    people = 10_000
    ill = random.randrange(100, 301, 20)
    careful = ill * random.randint(92, 97) // 100
    strict = ill * random.randint(68, 80) // 100
    careful_alarms = random.randrange(600, 1_101, 20)
    strict_alarms = random.randrange(80, 221, 10)
    price = random.choice((30, 40, 50, 60))
    trade = (careful_alarms - strict_alarms) / (careful - strict)
    benefit = {
        "careful": careful - careful_alarms / price,
        "strict": strict - strict_alarms / price,
        "everybody": ill - (people - ill) / price,
    }
    if not 8 <= trade <= price * 0.75 or benefit["careful"] < benefit["everybody"] + 10:
        return None
    return Draw(
        parameters={
            "ill": ill,
            "price": price,
            "careful": careful,
            "strict": strict,
            "careful_alarms": careful_alarms,
            "strict_alarms": strict_alarms,
        },
        worked={
            "more_found": careful - strict,
            "more_alarms": careful_alarms - strict_alarms,
            "trade": trade,
            "careful_benefit": benefit["careful"],
            "strict_benefit": benefit["strict"],
            "everybody_benefit": shown_grouped(round(benefit["everybody"], 1)),
            "everybody_alarms": people - ill,
            "careful_accuracy": 100 - (ill - careful + careful_alarms) / 100,
            "strict_accuracy": 100 - (ill - strict + strict_alarms) / 100,
            "careful_precision": 100 * careful / (careful + careful_alarms),
            "strict_precision": 100 * strict / (strict + strict_alarms),
            "strict_missed": ill - strict,
            "careful_recall": 100 * careful / ill,
        },
    )


@until_sound
def five_places(random: Random) -> Draw | None:
    """A system that guesses stars well, and one that fills the visible places well."""
    visits = random.randrange(20_000, 90_001, 5_000)
    stars_error, order_error = random.randint(78, 90) / 100, random.randint(105, 130) / 100
    stars_hits, order_hits = random.randint(40, 80), random.randint(120, 190)  # of 100 visits
    stars_recall, order_recall = random.randint(72, 82), random.randint(58, 66)
    stars_right, order_right = random.randint(80, 86), random.randint(68, 76)
    bought = random.choice((4, 5, 8, 10))  # percent of relevant articles that are seen
    margin = random.randint(3, 9)
    stars_money, order_money = (
        visits * hits * bought * margin / 10_000 for hits in (stars_hits, order_hits)
    )
    if stars_money % 1 or order_money % 1:
        return None
    return Draw(
        parameters={"visits": visits, "bought": bought, "margin": margin},
        worked={
            "stars_error": stars_error,
            "order_error": order_error,
            "stars_hits": stars_hits / 100,
            "order_hits": order_hits / 100,
            "stars_recall": stars_recall,
            "order_recall": order_recall,
            "stars_right": stars_right,
            "order_right": order_right,
            "stars_money": int(stars_money),
            "order_money": int(order_money),
            "lost_money": int(order_money - stars_money),
        },
    )


@until_sound
def heavy_users(random: Random) -> Draw | None:
    """The mean over users, where few of them ask most."""
    heavy, light = random.randrange(10, 41, 5), random.randrange(100, 301, 10)
    many, few = random.randrange(60, 151, 10), random.randint(2, 5)
    heavy_good, light_good = random.randrange(75, 96, 5), random.randrange(20, 51, 5)
    users, queries = heavy + light, heavy * many + light * few
    answer = (heavy * heavy_good + light * light_good) / users
    good = heavy * many * heavy_good + light * few * light_good
    distractors = {
        "queries-for-users": good / queries,
        "groups-weigh-alike": (heavy_good + light_good) / 2,
        "light-users-only": light_good,
        "weights-swapped": (heavy * light_good + light * heavy_good) / users,
    }
    # The explanation says that the few decide what the mean over queries shows.
    if 2 * heavy * many < 1.2 * queries:
        return None
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "heavy": heavy,
            "light": light,
            "many": many,
            "few": few,
            "heavy_good": heavy_good,
            "light_good": light_good,
        },
        worked={
            "users": users,
            "queries": queries,
            "heavy_queries": heavy * many,
            "light_queries": light * few,
            "over_queries": distractors["queries-for-users"],
            "heavy_share": 100 * heavy * many / queries,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def kept_by_the_calls(random: Random) -> Draw | None:
    """What a campaign brought, against a control group of another size."""
    control = random.choice((200, 250, 400, 500))
    times = random.randint(3, 6)
    called = control * times
    left_control = control * random.randint(26, 40) // 100
    expected = left_control * times
    answer = random.randrange(called * 2 // 100, called * 7 // 100)
    left = expected - answer
    distractors = {
        "everyone-who-stayed": called - left,
        "counts-subtracted": left - left_control,
        "counted-on-the-control": answer / times,
        "points-for-customers": 100 * answer / called,
        "expected-leavers": expected,
    }
    if not are_apart((answer, *distractors.values()), gap=3):
        return None
    return Draw(
        parameters={
            "called": called,
            "left": left,
            "control": control,
            "left_control": left_control,
        },
        worked={
            "rate": 100 * left / called,
            "control_rate": 100 * left_control / control,
            "expected": expected,
            "stayed": called - left,
        },
        answer=answer,
        distractors=distractors,
    )


def _plus(terms: Iterable[float]) -> str:
    return " + ".join(f"{term:.3f}".replace("1.000", "1") for term in terms)


GENERATORS = (
    five_places,
    heavy_users,
    kept_by_the_calls,
    mean_reciprocal_rank,
    ndcg_of_places,
    offers_that_pay,
    screening_figure,
    tenths_to_call,
)
