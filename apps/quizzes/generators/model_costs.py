"""Questions about calls of models: what they cost, how long they take, and when they fail."""

from collections.abc import Iterable
from itertools import pairwise
from math import exp
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question in whole per cent (0.6).
PERCENT_GAP = 1.3


@until_sound
def constrained_choice(random: Random) -> Draw | None:
    """The probability of a token once the schema has forbidden the best one."""
    forbidden = random.randint(5, 8) / 2
    scores = sorted((random.randint(0, 6) / 2 for _ in range(3)), reverse=True)
    first, second, third = scores
    if len(set(scores)) < 3 or first >= forbidden or first < 1:
        return None
    powers = [exp(score) for score in (forbidden, *scores)]
    allowed = sum(powers[1:])
    answer = 100 * powers[1] / allowed
    distractors = {
        "not-rescaled": 100 * powers[1] / sum(powers),
        "best-one-inherits": 100 * (powers[0] + powers[1]) / sum(powers),
        "forbidden-gets-zero": 100 * powers[1] / (1 + allowed),
        "share-instead-of-percent": powers[1] / allowed,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"forbidden": forbidden, "first": first, "second": second, "third": third},
        worked={
            "power_forbidden": powers[0],
            "power_first": powers[1],
            "power_second": powers[2],
            "power_third": powers[3],
            "allowed": allowed,
            "free": distractors["not-rescaled"],
            "share_forbidden": 100 * powers[0] / sum(powers),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def monthly_bill(random: Random) -> Draw | None:
    """A month of calls whose beginning comes from the cache."""
    calls = random.randrange(20, 121, 10) * 1_000
    fixed = random.randrange(1_200, 3_001, 100)
    varying = random.randrange(600, 1_801, 100)
    written = random.randrange(200, 601, 50)
    read_price = random.choice((2, 3, 4))
    written_price = read_price * 5

    def euros(from_cache: int, read: int, output: int) -> float:
        parts = from_cache * read_price / 10 + read * read_price + output * written_price
        return calls * parts / 1_000_000

    answer = euros(fixed, varying, written)
    distractors = {
        "cache-forgotten": euros(0, fixed + varying, written),
        "cached-is-free": euros(0, varying, written),
        "output-at-the-price-of-input": euros(fixed, varying + written, 0),
        "everything-from-the-cache": euros(fixed + varying, 0, written),
    }
    if not differ_by((answer, *distractors.values()), share=0.025):
        return None
    return Draw(
        parameters={
            "calls": calls,
            "fixed": fixed,
            "varying": varying,
            "written": written,
            "read_price": read_price,
            "written_price": written_price,
            "cached_price": read_price / 10,
        },
        worked={
            "of_fixed": fixed * read_price / 10_000_000,
            "of_varying": varying * read_price / 1_000_000,
            "of_written": written * written_price / 1_000_000,
            "of_call": answer / calls,
            "without_cache": distractors["cache-forgotten"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def largest_saving(random: Random) -> Draw | None:
    """Calls whose bill is decided by what they write, though they read more."""
    fixed = random.randrange(300, 601, 50)
    documents = random.randrange(1_200, 2_401, 100)
    written = random.randrange(700, 1_101, 50)
    costs = {"fixed": fixed * 3, "documents": documents * 3, "written": written * 15}
    savings = (written * 15 / 2, documents * 3 / 2, fixed * 2.7)
    if savings[0] < 1.4 * max(savings[1:]) or fixed + documents < 1.5 * written:
        return None
    return Draw(
        parameters={"fixed": fixed, "documents": documents, "written": written},
        worked={
            **{f"of_{name}": cost / 10_000 for name, cost in costs.items()},  # in cents
            "saves_written": savings[0] / 10_000,
            "saves_documents": savings[1] / 10_000,
            "saves_fixed": savings[2] / 10_000,
        },
    )


@until_sound
def batch_minutes(random: Random) -> Draw | None:
    """How long a batch takes under two limits, of which the tokens are the tighter one."""
    requests = random.choice((300, 500, 600, 1_000))
    tokens = random.randrange(100, 501, 20) * 1_000
    prompt = random.randrange(1_600, 4_001, 200)
    written = random.randrange(400, 1_001, 100)
    items = random.randrange(2_000, 12_001, 500)
    each = prompt + written
    answer = items * each / tokens
    distractors = {
        "requests-decide": items / requests,
        "limits-added-up": items / requests + answer,
        "answers-not-counted": items * prompt / tokens,
        "one-minute-is-enough": tokens / each,
    }
    if answer < 2 * items / requests or answer < 20:
        return None
    if not differ_by((answer, *distractors.values()), share=0.05):
        return None
    return Draw(
        parameters={
            "requests": requests,
            "tokens": tokens,
            "prompt": prompt,
            "written": written,
            "items": items,
        },
        worked={"each": each, "per_minute": tokens / each, "by_requests": items / requests},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def nested_retries(random: Random) -> Draw | None:
    """Two layers that retry, around a service that is down."""
    jobs = random.randrange(20, 201, 10)
    attempts = random.randint(3, 6)
    retries = random.choice((2, 3, 4))
    answer = jobs * attempts * (retries + 1)
    distractors = {
        "layers-added-up": jobs * (attempts + retries),
        "first-try-not-counted": jobs * attempts * retries,
        "outer-layer-only": jobs * attempts,
        "jobs-forgotten": attempts * (retries + 1),
    }
    if len({answer, *distractors.values()}) < 5:
        return None
    return Draw(
        parameters={"jobs": jobs, "attempts": attempts, "retries": retries},
        worked={"of_attempt": retries + 1, "of_job": attempts * (retries + 1)},
        answer=answer,
        distractors=distractors,
    )


def differ_by(values: Iterable[Number], *, share: float) -> bool:
    """Whether neighbours differ by more than this share of the larger one."""
    return all(high - low > share * abs(high) for low, high in pairwise(sorted(values)))


GENERATORS = (
    constrained_choice,
    monthly_bill,
    largest_saving,
    batch_minutes,
    nested_retries,
)
