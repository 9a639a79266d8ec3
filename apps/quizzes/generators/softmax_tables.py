"""Questions whose answer is a whole table of softmax weights."""

from collections.abc import Sequence
from math import exp
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import matrices_are_apart, until_sound

# Several times the tolerance of a cell, 0.006: no wrong table is mistaken for another.
GAP = 0.03

type Table = list[list[float]]


@until_sound
def weights_of_two_tokens(random: Random) -> Draw | None:
    """Scaled dot-product attention of two tokens with four entries, each looking at both."""
    queries = [[random.randint(-1, 3) for _ in range(4)] for _ in range(2)]
    keys = [[random.randint(-1, 3) for _ in range(4)] for _ in range(2)]
    scores = [
        [sum(q * k for q, k in zip(query, key, strict=True)) for key in keys] for query in queries
    ]
    scaled = [[score / 2 for score in row] for row in scores]
    answer = _by_rows(scaled)
    distractors = {
        "division-left-out": _by_rows(scores),
        "divided-by-the-length": _by_rows([[score / 4 for score in row] for row in scores]),
        "softmax-down-the-columns": _turned(_by_rows(_turned(scaled))),
        "keys-ask-queries": _by_rows(_turned(scaled)),
        "scores-for-weights": scaled,
    }
    sound = (
        all(0.1 <= weight <= 0.9 for row in answer for weight in row)
        and all(0 <= score <= 9 for row in scores for score in row)
        and matrices_are_apart((answer, *distractors.values()), gap=GAP)
    )
    if not sound:
        return None
    return Draw(
        parameters={
            **{f"q{row}{i}": queries[row][i] for row in range(2) for i in range(4)},
            **{f"k{row}{i}": keys[row][i] for row in range(2) for i in range(4)},
        },
        worked={
            **_cells("score", scores),
            **_cells("scaled", scaled),
            **_cells("power", [[exp(score) for score in row] for row in scaled]),
            **{f"powers_{row}": sum(map(exp, scaled[row])) for row in range(2)},
            **_cells("weight", answer),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def weights_behind_a_mask(random: Random) -> Draw | None:
    """Attention weights of three tokens that must not see what follows them."""
    scores = [[random.randrange(0, 7) / 2 for _ in range(3)] for _ in range(3)]
    seen = [_softmax(row[: place + 1]) + [0.0] * (2 - place) for place, row in enumerate(scores)]
    unmasked = _by_rows(scores)
    distractors = {
        "mask-forgotten": unmasked,
        "weights-cut-afterwards": [
            row[: place + 1] + [0.0] * (2 - place) for place, row in enumerate(unmasked)
        ],
        "zero-score-hides": _by_rows(
            [row[: place + 1] + [0.0] * (2 - place) for place, row in enumerate(scores)]
        ),
        "past-hidden": [[0.0] * place + _softmax(row[place:]) for place, row in enumerate(scores)],
    }
    sound = (
        all(len(set(row)) == 3 for row in scores)
        # A hidden score of 0 would look as if it had been set to 0.
        and all(scores[row][column] > 0 for row, column in ((0, 1), (0, 2), (1, 2)))
        and all(weight >= 0.08 for place, row in enumerate(seen) for weight in row[: place + 1])
        and matrices_are_apart((seen, *distractors.values()), gap=GAP)
    )
    if not sound:
        return None
    return Draw(
        parameters=_cells("score", scores),
        worked={
            **{f"power_1{i}": exp(scores[1][i]) for i in range(2)},
            **{f"power_2{i}": exp(scores[2][i]) for i in range(3)},
            "powers_1": sum(map(exp, scores[1][:2])),
            "powers_2": sum(map(exp, scores[2])),
            **{f"weight_1{i}": seen[1][i] for i in range(2)},
            **{f"weight_2{i}": seen[2][i] for i in range(3)},
            "cut_sum": sum(unmasked[1][:2]),
        },
        answer=seen,
        distractors=distractors,
    )


@until_sound
def softmax_of_two_rows(random: Random) -> Draw | None:
    """Probabilities of three classes for two pictures, from their logits."""
    logits = [[random.randint(-2, 3) for _ in range(3)] for _ in range(2)]
    answer = _by_rows(logits)
    sums = [sum(row) for row in logits]
    if min(sums) < 1 or min(min(row) for row in logits) >= 0:
        return None
    distractors = {
        "softmax-down-the-columns": _turned(_by_rows(_turned(logits))),
        "sigmoid-for-each": [[1 / (1 + exp(-logit)) for logit in row] for row in logits],
        "share-of-the-logits": [
            [logit / total for logit in row] for row, total in zip(logits, sums, strict=True)
        ],
        "all-to-the-largest": [[float(logit == max(row)) for logit in row] for row in logits],
    }
    sound = (
        all(len(set(row)) == 3 for row in logits)
        and logits[0] != logits[1]
        and all(weight >= 0.01 for row in answer for weight in row)
        and matrices_are_apart((answer, *distractors.values()), gap=GAP)
    )
    if not sound:
        return None
    return Draw(
        parameters=_cells("logit", logits),
        worked={
            **_cells("power", [[exp(logit) for logit in row] for row in logits]),
            **{f"powers_{row}": sum(map(exp, logits[row])) for row in range(2)},
            **_cells("share", answer),
        },
        answer=answer,
        distractors=distractors,
    )


def _softmax(scores: Sequence[float]) -> list[float]:
    powers = [exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def _by_rows(table: Sequence[Sequence[float]]) -> Table:
    return [_softmax(row) for row in table]


def _turned(table: Sequence[Sequence[float]]) -> Table:
    return [list(column) for column in zip(*table, strict=True)]


def _cells(name: str, table: Sequence[Sequence[float]]) -> dict[str, float]:
    return {f"{name}_{i}{j}": cell for i, row in enumerate(table) for j, cell in enumerate(row)}


GENERATORS = (softmax_of_two_rows, weights_behind_a_mask, weights_of_two_tokens)
