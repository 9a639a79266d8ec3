"""Questions about neurons, layers, activations and losses."""

from collections.abc import Sequence
from math import exp, log, log2, log10, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def alert_in_greenhouse(random: Random) -> Draw | None:
    """A forward pass to a probability, where ReLU silences one of two hidden units."""
    warm, damp = random.choice((-2, -1, 1, 2, 3)), random.choice((-2, -1, 1, 2, 3))
    weights = [[random.choice((-2, -1, 1, 2)) for _ in range(2)] for _ in range(2)]
    biases = [random.choice((-1, 1, 2)) for _ in range(2)]
    outer = [random.choice((-1.5, -0.5, 0.5, 1.5)), random.choice((-1.5, -0.5, 0.5, 1.5))]
    base = random.choice((-2, -1, 1, 2))
    sums = [w[0] * warm + w[1] * damp + b for w, b in zip(weights, biases, strict=True)]

    def probability(hidden: Sequence[float], *, last: float = base) -> float:
        return _sigmoid(outer[0] * hidden[0] + outer[1] * hidden[1] + last)

    hidden = [max(one, 0) for one in sums]
    score = outer[0] * hidden[0] + outer[1] * hidden[1] + base
    answer = _sigmoid(score)
    distractors = {
        "score-for-probability": score,
        "relu-left-out": probability(sums),
        "relu-as-absolute-value": probability([abs(one) for one in sums]),
        "output-bias-forgotten": probability(hidden, last=0),
        "sigmoid-inside-too": probability([_sigmoid(one) for one in sums]),
    }
    one_is_silent = min(sums) < 0 < max(sums) and max(map(abs, sums)) < 8
    if not one_is_silent or not 0.04 < answer < 0.96:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.013):
        return None
    return Draw(
        parameters={
            "warm": warm,
            "damp": damp,
            **{f"w_{unit}_{i}": weights[j][i] for j, unit in enumerate("ab") for i in range(2)},
            "bias_a": biases[0],
            "bias_b": biases[1],
            "outer_a": outer[0],
            "outer_b": outer[1],
            "base": base,
        },
        worked={
            "sum_a": sums[0],
            "sum_b": sums[1],
            "hidden_a": hidden[0],
            "hidden_b": hidden[1],
            "silent": min(sums),
            "score": score,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def numbers_to_store(random: Random) -> Draw | None:
    """Parameters of a network with two hidden layers of equal width, and of narrower ones."""
    inputs = random.randrange(8, 41, 2)
    width = random.choice((128, 160, 192, 256, 320, 384, 512))
    outputs = random.randint(2, 6)
    if inputs * 8 > width:
        return None

    def count(first: int, second: int, *, features: int = inputs) -> int:
        return (features + 1) * first + (first + 1) * second + (second + 1) * outputs

    answer = count(width, width)
    weights = inputs * width + width * width + width * outputs
    distractors = {
        "biases-forgotten": weights,
        "hidden-to-hidden-forgotten": answer - (width + 1) * width,
        "units-for-weights": inputs + 2 * width + outputs,
        "bias-for-each-weight": 2 * weights,
        "inputs-get-biases": answer + inputs,
    }
    halved, one_halved = count(width // 2, width // 2), count(width, width // 2)
    fewer_inputs = count(width, width, features=inputs // 2)
    sound = halved * 3 < answer and one_halved * 5 > answer * 2 and fewer_inputs * 5 > answer * 4
    if not sound or not are_apart((answer, *distractors.values()), gap=2):
        return None
    return Draw(
        parameters={"inputs": inputs, "width": width, "outputs": outputs},
        worked={
            "first": (inputs + 1) * width,
            "second": (width + 1) * width,
            "third": (width + 1) * outputs,
            "half": width // 2,
            "halved": halved,
            "halved_share": 100 * halved / answer,
            "one_halved": one_halved,
            "one_halved_share": 100 * one_halved / answer,
            "fewer_inputs": fewer_inputs,
            "fewer_share": 100 * fewer_inputs / answer,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def calmer_slopes(random: Random) -> Draw | None:
    """How large a batch has to be for slopes with less noise."""
    batch = random.choice((8, 10, 16, 20, 25, 32, 40, 50))
    factor = random.choice((2, 3, 4, 5))
    target = random.randint(2, 9) / 100
    rows = batch * random.choice((3_600, 7_200))
    answer = batch * factor**2
    distractors = {
        "noise-falls-in-proportion": batch * factor,
        "root-taken-of-the-factor": batch * sqrt(factor),
        "all-rows-are-needed": rows,
        "larger-batches-are-noisier": batch / factor**2,
        "added-to-the-batch": batch + factor**2,
    }
    if not are_apart((answer, *distractors.values()), gap=1.1):
        return None
    return Draw(
        parameters={
            "batch": batch,
            "spread": round(target * factor, 2),
            "target": target,
            "rows": rows,
            "factor": factor,
            "squared": factor**2,
        },
        worked={"updates": rows // batch, "fewer_updates": rows // answer},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def routed_wrongly(random: Random) -> Draw | None:
    """Scores of three classes where the true one is not the first: its loss, and a step."""
    scores = [random.randint(-2, 5) for _ in range(3)]
    shares = _softmax(scores)
    answer = -log(shares[1])
    distractors = {
        "probability-for-loss": shares[1],
        "one-minus-probability": 1 - shares[1],
        "log-to-base-ten": -log10(shares[1]),
        "loss-of-the-favourite": -log(max(shares)),
        "all-classes-added": -sum(map(log, shares)),
    }
    distinct = len(set(scores)) == 3 and max(scores) != scores[1]
    if not distinct or min(shares) < 0.02 or not are_apart(shares, gap=0.03):
        return None
    if not are_apart((answer, *distractors.values()), gap=0.013):
        return None
    return Draw(
        parameters={
            "refund": scores[0],
            "parcel": scores[1],
            "login": scores[2],
            "share_refund": shares[0],
            "share_parcel": shares[1],
            "share_login": shares[2],
            "missing": 1 - shares[1],
        },
        worked={
            **{f"power_{name}": exp(s) for name, s in zip("abc", scores, strict=True)},
            "powers": sum(map(exp, scores)),
            "favourite": ("refund", "parcel", "login")[scores.index(max(scores))],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def five_waits(random: Random) -> Draw | None:
    """Quantile loss of a promise, for five waiting times of which one is far out."""
    first = random.randint(6, 20)
    waits = [first]
    for _ in range(3):
        waits.append(waits[-1] + random.randint(1, 5))
    waits.append(waits[-1] + random.randint(20, 45))
    quantile = random.choice((0.7, 0.8, 0.9))
    promise = waits[3] + random.randint(1, 8)
    late = waits[4] - promise
    early = sum(promise - wait for wait in waits[:4])
    answer = (quantile * late + (1 - quantile) * early) / 5
    mean = sum(waits) / 5
    distractors = {
        "weights-swapped": ((1 - quantile) * late + quantile * early) / 5,
        "sum-for-mean": 5 * answer,
        "absolute-error": (late + early) / 5,
        "early-is-free": quantile * late / 5,
        "errors-cancel": (late - early) / 5,
    }
    if not mean.is_integer() or mean in waits or mean > promise + 8:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    return Draw(
        parameters={
            **dict(zip(("first", "second", "third", "fourth", "fifth"), waits, strict=True)),
            "quantile": quantile,
            "promise": promise,
            "mean": int(mean),
        },
        worked={
            "rest": round(1 - quantile, 1),
            "late": late,
            "early": early,
            "late_cost": quantile * late,
            "early_cost": (1 - quantile) * early,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def untrained_classifier(random: Random) -> Draw | None:
    """Cross-entropy of a classifier that knows nothing, and the floor of a double softmax."""
    classes = random.randint(5, 120)
    accuracy = random.randint(88, 96)
    answer = log(classes)
    floor = log(exp(1) + classes - 1) - 1
    distractors = {
        "log-to-base-ten": log10(classes),
        "log-to-base-two": log2(classes),
        "share-of-wrong-answers": 1 - 1 / classes,
        "share-of-right-answers": 1 / classes,
    }
    if not are_apart((answer, floor, *distractors.values()), gap=0.025):
        return None
    return Draw(
        parameters={"classes": classes, "accuracy": accuracy, "floor": floor},
        worked={"chance": 1 / classes, "others": classes - 1, "cap": exp(-floor)},
        answer=answer,
        distractors=distractors,
    )


def _sigmoid(score: float) -> float:
    return 1 / (1 + exp(-score))


def _softmax(scores: Sequence[float]) -> list[float]:
    powers = [exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


GENERATORS = (
    alert_in_greenhouse,
    numbers_to_store,
    calmer_slopes,
    routed_wrongly,
    five_waits,
    untrained_classifier,
)
