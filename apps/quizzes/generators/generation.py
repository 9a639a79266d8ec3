"""Questions about tokens, contexts and how text is generated."""

from collections.abc import Iterable
from itertools import pairwise
from math import exp
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question in whole per cent (0.6).
PERCENT_GAP = 1.3


@until_sound
def temperature_share(random: Random) -> Draw | None:
    """The probability of the best of three tokens at a temperature other than 1."""
    temperature = random.choice((0.5, 2.0))
    scores = sorted((random.randint(0, 12) / 2 for _ in range(3)), reverse=True)
    best, second, third = scores
    if len(set(scores)) < 3 or best - third > 4 or third == 0:
        return None
    powers = [exp(score / temperature) for score in scores]
    plain = [exp(score) for score in scores]
    multiplied = [exp(score * temperature) for score in scores]
    answer = 100 * powers[0] / sum(powers)
    distractors = {
        "temperature-ignored": 100 * plain[0] / sum(plain),
        "multiplied-by-temperature": 100 * multiplied[0] / sum(multiplied),
        "scores-as-shares": 100 * best / sum(scores),
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "best": best,
            "second": second,
            "third": third,
            "temperature": temperature,
        },
        worked={
            "scaled_best": best / temperature,
            "scaled_second": second / temperature,
            "scaled_third": third / temperature,
            "power_best": powers[0],
            "power_second": powers[1],
            "power_third": powers[2],
            "sum_of_powers": sum(powers),
            "plain": distractors["temperature-ignored"],
            "of_scores": distractors["scores-as-shares"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def top_p_share(random: Random) -> Draw | None:
    """The probability of the second token once top-p has dropped the tail."""
    first = random.randint(30, 48)
    second = random.randint(15, first - 5)
    third = random.randint(7, second - 3)
    fourth = random.randint(3, third - 1)
    rest = 100 - first - second - third - fourth
    limit = random.choice((80, 85, 90))
    kept = first + second + third
    if not (1 <= rest < fourth and first + second < limit - 1 and limit + 1 < kept):
        return None
    answer = 100 * second / kept
    distractors = {
        "not-rescaled": second,
        "stops-before-the-limit": 100 * second / (first + second),
        "divided-by-the-limit": 100 * second / limit,
        "share-instead-of-percent": second / kept,
    }
    if not are_apart((answer, *distractors.values()), gap=0.45):
        return None
    return Draw(
        parameters={
            "first": first,
            "second": second,
            "third": third,
            "fourth": fourth,
            "rest": rest,
            "limit": limit / 100,
        },
        worked={
            "two": first + second,
            "kept": kept,
            "by_limit": distractors["divided-by-the-limit"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def window_budget(random: Random) -> Draw | None:
    """How many passages fit into a window that the answer shares."""
    window = random.choice((4_000, 8_000, 16_000, 32_000))
    instructions = random.randrange(300, 1_201, 100)
    reserved = random.randrange(600, 1_501, 100)
    passage = random.randrange(150, 401, 10)
    margin = window * 5 // 100
    left = window - instructions - reserved - margin
    answer = left // passage
    distractors = {
        "answer-not-reserved": (left + reserved) // passage,
        "margin-forgotten": (left + margin) // passage,
        "window-is-for-passages": window // passage,
        "last-one-squeezed-in": answer + 1,
    }
    if len({answer, *distractors.values()}) < 5 or left % passage == 0 or answer < 3:
        return None
    return Draw(
        parameters={
            "window": window,
            "instructions": instructions,
            "reserved": reserved,
            "passage": passage,
        },
        worked={"margin": margin, "left": left, "used": answer * passage},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def cache_users(random: Random) -> Draw | None:
    """How many conversations the key-value cache has room for."""
    layers = random.choice((24, 28, 32, 36, 40))
    groups = random.choice((4, 8))
    heads = groups * 4
    tokens = random.randrange(2_000, 12_001, 1_000)
    free = random.randrange(20, 61, 4)
    of_token = 2 * layers * groups * 128 * 2
    room = free * 10**9
    answer = room // (of_token * tokens)
    distractors = {
        "keys-without-values": room // (of_token // 2 * tokens),
        "all-heads-counted": room // (of_token * 4 * tokens),
        "one-layer-only": room // (of_token // layers * tokens),
        "rounded-up": answer + 1,
    }
    part = room / (of_token * tokens) % 1  # so clear that two decimals show it
    if not 8 <= answer <= 300 or not 0.02 < part < 0.98:
        return None
    if not differ_by((answer, *distractors.values()), share=0.003):
        return None
    return Draw(
        parameters={
            "layers": layers,
            "groups": groups,
            "heads": heads,
            "tokens": tokens,
            "free": free,
        },
        worked={
            "of_token": of_token,
            "of_conversation": of_token * tokens / 10**9,
            "exact": room / (of_token * tokens),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def slow_answer(random: Random) -> Draw | None:
    """Where the seconds of a call go: into the answer, not into the prompt."""
    prompt = random.randrange(2_000, 6_001, 500)
    answer = random.randrange(300, 801, 50)
    per_thousand = random.choice((100, 150, 200, 250))  # milliseconds to read 1,000 tokens
    per_token = random.choice((15, 20, 25, 30))
    reading = prompt * per_thousand / 1_000_000
    writing = answer * per_token / 1_000
    if writing < 5 * reading:
        return None
    return Draw(
        parameters={
            "prompt": prompt,
            "answer_tokens": answer,
            "per_thousand": per_thousand,
            "per_token": per_token,
        },
        worked={
            "reading": reading,
            "writing": writing,
            "total": reading + writing,
            "short_prompt": reading / 2 + writing,
            "short_answer": reading + writing / 2,
        },
    )


# Vectors whose length is a whole number, so that cosines can be computed by hand.


def differ_by(values: Iterable[Number], *, share: float) -> bool:
    """Whether neighbours differ by more than this share of the larger one."""
    return all(high - low > share * abs(high) for low, high in pairwise(sorted(values)))


GENERATORS = (
    temperature_share,
    top_p_share,
    window_budget,
    cache_users,
    slow_answer,
)
