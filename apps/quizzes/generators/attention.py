"""Questions about attention and Transformers."""

from collections.abc import Sequence
from math import cos, exp, log, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def weight_on_a_key(random: Random) -> Draw | None:
    """An attention weight from a query and three keys with four entries."""
    query = [random.randint(-2, 3) for _ in range(4)]
    keys = [[random.randint(-2, 3) for _ in range(4)] for _ in range(3)]
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) for key in keys]
    answer = _softmax([score / 2 for score in scores])[0]
    distractors = {
        "division-left-out": _softmax(scores)[0],
        "divided-by-the-length": _softmax([score / 4 for score in scores])[0],
        "share-of-the-scores": scores[0] / sum(scores) if sum(scores) else 0,
        "score-for-weight": scores[0] / 2,
        "weight-of-the-best-key": max(_softmax([score / 2 for score in scores])),
    }
    sound = min(scores) > 0 and max(scores) <= 9 and max(scores) != scores[0]
    if (
        not sound
        or len(set(scores)) < 3
        or not are_apart((answer, *distractors.values()), gap=0.013)
    ):
        return None
    return Draw(
        parameters={
            **{f"q{i}": query[i] for i in range(4)},
            **{f"k{row}{i}": keys[row][i] for row in range(3) for i in range(4)},
        },
        worked={
            **{f"score_{row}": scores[row] for row in range(3)},
            **{f"scaled_{row}": scores[row] / 2 for row in range(3)},
            **{f"power_{row}": exp(scores[row] / 2) for row in range(3)},
            "powers": sum(exp(score / 2) for score in scores),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def masked_weight(random: Random) -> Draw | None:
    """Attention weights of the second of three tokens, which must not see the third."""
    scores = [random.randrange(-2, 6) / 2 for _ in range(3)]
    first, _, third = _softmax(scores)
    weights = {
        "masked": _softmax(scores[:2])[0],
        "open": first,
        "zero_score": _softmax([*scores[:2], 0])[0],
        "handed_over": first + third,
    }
    if len(set(scores)) < 3 or scores[2] == 0 or not are_apart(weights.values(), gap=0.022):
        return None
    return Draw(
        parameters={
            **dict(zip(("score_a", "score_b", "score_c"), scores, strict=True)),
            **weights,
        },
        worked={
            **{f"power_{name}": exp(s) for name, s in zip("abc", scores, strict=True)},
            "two_powers": exp(scores[0]) + exp(scores[1]),
            "three_powers": sum(map(exp, scores)),
        },
    )


@until_sound
def blend_of_values(random: Random) -> Draw | None:
    """One entry of an attention output, and the token that contributes most to it."""
    tokens = ("parcel", "arrived", "late", "again")
    cuts = sorted(random.sample(range(4, 97), 3))
    weights = [high - low for low, high in zip((0, *cuts), (*cuts, 100), strict=True)]
    values = [random.randint(0, 9) for _ in tokens]
    parts = [weight * value for weight, value in zip(weights, values, strict=True)]
    answer = sum(parts) / 100
    heaviest = weights.index(max(weights))
    largest = values.index(max(values))
    most = parts.index(max(parts))
    distractors = {
        "best-key-only": values[heaviest],
        "plain-mean": sum(values) / 4,
        "largest-part-only": max(parts) / 100,
        "divided-once-more": answer / 4,
        "sum-of-values": sum(values),
    }
    ordered = [sorted(numbers, reverse=True) for numbers in (weights, values, parts)]
    clear = (
        ordered[0][0] >= ordered[0][1] + 5
        and ordered[1][0] > ordered[1][1]
        and ordered[2][0] >= 1.25 * ordered[2][1]
    )
    if not clear or len({heaviest, largest, most}) < 3 or min(weights) < 4:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    (rest,) = {0, 1, 2, 3} - {heaviest, largest, most}
    return Draw(
        parameters={
            **{f"weight_{i}": weights[i] / 100 for i in range(4)},
            **{f"value_{i}": values[i] for i in range(4)},
            "most": tokens[most],
            "heaviest": tokens[heaviest],
            "largest": tokens[largest],
            "rest": tokens[rest],
        },
        worked={f"part_{i}": parts[i] / 100 for i in range(4)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def memory_of_scores(random: Random) -> Draw | None:
    """Gigabytes that the scores of one layer take, now and for longer texts."""
    tokens = random.randrange(2_000, 12_001, 500)
    heads = random.choice((8, 12, 16, 20, 24, 32, 40))
    longer = random.choice((3, 4, 5))
    answer = heads * tokens**2 * 2 / 1e9
    distractors = {
        "one-head-only": answer / heads,
        "one-score-per-token": heads * tokens * 2 / 1e9,
        "numbers-for-bytes": answer / 2,
        "pairs-counted-once": answer / 4,
        "single-precision": 2 * answer,
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if not 0.3 <= answer <= 12 or not are_apart(values, gap=0.05):
        return None
    return Draw(
        parameters={
            "tokens": tokens,
            "heads": heads,
            "longer": longer,
            "now": answer,
            "linear": longer * answer,
            "square": longer**2 * answer,
        },
        worked={"pairs": tokens**2, "more_tokens": longer * tokens, "squared": longer**2},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def several_heads(random: Random) -> Draw | None:
    """What several heads change about the sizes of an attention layer."""
    each = random.choice((16, 24, 32, 48, 64, 80))
    heads = random.choice((4, 6, 8, 12, 16))
    tokens = random.choice((50, 90, 120, 150, 200, 300, 450))
    width = each * heads
    answer = 4 * width**2
    distractors = {
        "full-width-for-each-head": 4 * heads * width**2,
        "mixing-forgotten": 3 * width**2,
        "one-head-counted": 4 * width * each,
        "scores-for-weights": heads * tokens**2,
    }
    if tokens in (each, width) or not are_apart((answer, *distractors.values()), gap=2):
        return None
    return Draw(
        parameters={"width": width, "heads": heads, "tokens": tokens, "each": each},
        worked={"one_matrix": width**2, "of_one_head": width * each},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def normalised_entry(random: Random) -> Draw | None:
    """The first entry of a row of four after layer normalisation."""
    small, large, spread = random.choice(
        ((1, 7, 5), (2, 14, 10), (7, 17, 13), (3, 21, 15), (7, 23, 17), (4, 28, 20))
    )
    deviations = [small, -small, large, -large]
    random.shuffle(deviations)
    mean = random.randint(-9, 15)
    scale, shift = random.choice((0.5, 1.5, 2, 3)), random.choice((-1, -0.5, 0.5, 1))
    row = [mean + deviation for deviation in deviations]
    answer = scale * deviations[0] / spread + shift
    distractors = {
        "learned-part-forgotten": deviations[0] / spread,
        "mean-left-in": scale * row[0] / spread + shift,
        "variance-for-spread": scale * deviations[0] / spread**2 + shift,
        "mean-square-of-the-entries": scale * row[0] / sqrt(spread**2 + mean**2) + shift,
        "shift-before-scale": scale * (deviations[0] / spread + shift),
    }
    if mean == 0 or not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    return Draw(
        parameters={
            **{f"x{i}": row[i] for i in range(4)},
            "scale": scale,
            "shift": shift,
            "factor": random.choice((2, 3, 4, 5, 10)),
            "offset": random.randint(1, 9),
        },
        worked={
            "mean": mean,
            "deviation": deviations[0],
            "variance": spread**2,
            "spread": spread,
            "plain": deviations[0] / spread,
        },
        answer=round(answer, 9),
        distractors=distractors,
    )


@until_sound
def token_through_block(random: Random) -> Draw | None:
    """One entry of a token behind a block that normalises before each part."""
    mean, spread = random.randint(2, 9), random.randint(2, 6)
    start = mean + spread
    attended, network = random.choice((-3, -2, 2, 3, 4, 5)), random.choice((-4, -2, 2, 4, 6))
    answer = start + attended + network
    distractors = {
        "added-to-the-copy": 1 + attended + network,
        "parts-replace-the-row": network,
        "start-forgotten": attended + network,
        "attention-forgotten": start + network,
        "network-forgotten": start + attended,
    }
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={
            "high": start,
            "low": mean - spread,
            "attended": attended,
            "network": network,
        },
        worked={"mean": mean, "spread": spread, "middle": start + attended},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def size_of_model(random: Random) -> Draw | None:
    """Millions of parameters of a model, by the rule of thumb for its blocks."""
    layers = random.choice((6, 8, 10, 12, 16, 20, 24))
    width = random.choice((256, 320, 384, 512, 640, 768, 1024))
    vocabulary = random.randrange(8_000, 50_001, 2_000)

    def millions(each: int, *, tables: float = 1, blocks: int = layers) -> float:
        return (each * width**2 * blocks + tables * vocabulary * width) / 1e6

    answer = millions(12)
    distractors = {
        "attention-only": millions(4),
        "network-only": millions(8),
        "table-counted-twice": millions(12, tables=2),
        "table-forgotten": millions(12, tables=0),
        "one-block-only": millions(12, blocks=1),
    }
    half_width = (12 * (width // 2) ** 2 * layers + vocabulary * (width // 2)) / 1e6
    half_layers, half_table = millions(6), millions(12, tables=0.5)
    values = [log(value) for value in (answer, *distractors.values())]
    sound = half_width < 0.47 * answer and min(half_layers, half_table) > 0.53 * answer
    if not sound or not are_apart(values, gap=0.045):
        return None
    return Draw(
        parameters={"layers": layers, "width": width, "vocabulary": vocabulary},
        worked={
            "block": 12 * width**2 / 1e6,
            "blocks": distractors["table-forgotten"],
            "table": vocabulary * width / 1e6,
            "half_width": half_width,
            "half_layers": half_layers,
            "half_table": half_table,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rotated_score(random: Random) -> Draw | None:
    """The score of a query and a key that are turned by their positions."""
    angle = random.choice((0.1, 0.2, 0.25, 0.3, 0.4, 0.5))
    key_at = random.randint(2, 20)
    distance = random.randint(1, 9)
    query_at = key_at + distance
    length = random.choice((2, 3, 4, 5))
    answer = length * cos(angle * distance)
    distractors = {
        "query-alone-turned": length * cos(angle * query_at),
        "angles-added": length * cos(angle * (query_at + key_at)),
        "positions-ignored": length,
        "one-step-of-distance": length * cos(angle),
        "lengths-left-out": cos(angle * distance),
    }
    if (
        distance == 1
        or angle * distance > 3
        or not are_apart((answer, *distractors.values()), gap=0.022)
    ):
        return None
    return Draw(
        parameters={
            "angle": angle,
            "key_at": key_at,
            "query_at": query_at,
            "length": length,
        },
        worked={
            "distance": distance,
            "query_angle": round(angle * query_at, 4),
            "key_angle": round(angle * key_at, 4),
            "between": round(angle * distance, 4),
            "cosine": cos(angle * distance),
        },
        answer=answer,
        distractors=distractors,
    )


def _softmax(scores: Sequence[float]) -> list[float]:
    powers = [exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


GENERATORS = (
    weight_on_a_key,
    masked_weight,
    blend_of_values,
    memory_of_scores,
    several_heads,
    normalised_entry,
    token_through_block,
    size_of_model,
    rotated_score,
)
