"""Questions about gradients, backpropagation and optimisers."""

from math import cos, log, log10, pi, sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def slope_by_hand(random: Random) -> Draw | None:
    """The slope of a squared error by a weight of the first layer."""
    x = random.randint(2, 4)
    weights = [random.choice((0.5, 1, 1.5, 2)), random.choice((-2, -1.5, -1))]
    biases = [random.choice((-1, 1, 2)), random.choice((-1, 1))]
    outer = [random.choice((-4, -3, -2, 2, 3, 4)), random.choice((-3, -2, 2, 3))]
    base = random.choice((-2, -1, 1, 2, 3))
    sums = [w * x + b for w, b in zip(weights, biases, strict=True)]
    hidden = sums[0]
    output = outer[0] * hidden + base
    truth = round(output) + random.choice((-4, -3, -2, 2, 3, 4))
    error = output - truth
    answer = 2 * error * outer[0] * x
    distractors = {
        "two-forgotten": answer / 2,
        "input-forgotten": 2 * error * outer[0],
        "outer-weight-forgotten": 2 * error * x,
        "truth-minus-output": -answer,
        "slope-of-the-outer-weight": 2 * error * hidden,
    }
    sound = sums[1] < 0 < sums[0] and error
    if not sound or not are_apart((answer, *distractors.values()), gap=0.2):
        return None
    return Draw(
        parameters={
            "x": x,
            "weight_a": weights[0],
            "weight_b": weights[1],
            "bias_a": biases[0],
            "bias_b": biases[1],
            "outer_a": outer[0],
            "outer_b": outer[1],
            "base": base,
            "truth": truth,
        },
        worked={
            "sum_a": sums[0],
            "sum_b": sums[1],
            "output": output,
            "error": error,
            "by_output": 2 * error,
            "by_hidden": 2 * error * outer[0],
            "by_hidden_b": 2 * error * outer[1],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def used_twice(random: Random) -> Draw | None:
    """The slope by a value that reaches the end on two paths."""
    x, factor = random.randint(2, 9), random.randint(2, 9)
    offset = random.randint(2, 12)
    first, second = x * factor, x + offset
    answer = factor * second + first
    distractors = {
        "first-path-only": factor * second,
        "second-path-only": first,
        "paths-multiplied": factor * second * first,
        "neighbours-only": factor + 1,
        "result-for-slope": first * second,
    }
    if not are_apart((answer, 2 * answer, *distractors.values()), gap=1):
        return None
    return Draw(
        parameters={
            "x": x,
            "factor": factor,
            "offset": offset,
            "once": answer,
            "twice": 2 * answer,
        },
        worked={"first": first, "second": second, "upper": factor * second},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def slope_at_the_first_layer(random: Random) -> Draw | None:
    """What is left of a slope after many layers that each shrink it."""
    factor = random.choice((0.15, 0.2, 0.25, 0.3, 0.35, 0.4))
    layers = random.randint(8, 20)
    last = random.randint(2, 18) / 20
    answer = last * factor**layers
    distractors = {
        "one-factor-for-all": last * factor,
        "factor-times-number": last * factor * layers,
        "one-layer-short": last * factor ** (layers - 1),
        "slope-to-the-power": (last * factor) ** layers,
        "wrong-way-round": last / factor**layers,
    }
    values = [log10(value) for value in (answer, *distractors.values())]
    if not are_apart(values, gap=0.03):
        return None
    return Draw(
        parameters={"factor": factor, "layers": layers, "last": last, "arrived": answer},
        worked={"power": factor**layers},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def two_momentum_steps(random: Random) -> Draw | None:
    """A weight after two steps with momentum, and the largest step that agreeing slopes give."""
    start = random.randint(2, 9)
    rate = random.choice((0.01, 0.02, 0.05))
    decay, limit = random.choice(((0.5, 2), (0.8, 5), (0.9, 10)))
    first = random.choice((4, 6, 8, 10, 12, 15, 20))
    second = random.choice((-10, -8, -6, -4, 4, 6, 8, 10))
    velocity = decay * first + second
    after_first = start - rate * first
    answer = after_first - rate * velocity
    distractors = {
        "memory-forgotten": start - rate * (first + second),
        "memory-without-decay": start - rate * (2 * first + second),
        "slopes-averaged": start - rate * (1 - decay) * (first + velocity),
        "second-step-only": start - rate * velocity,
        "uphill": start + rate * (first + velocity),
    }
    if abs(velocity) < 1 or not are_apart((answer, *distractors.values()), gap=0.021):
        return None
    return Draw(
        parameters={
            "start": start,
            "rate": rate,
            "decay": decay,
            "slope_1": first,
            "slope_2": second,
            "plain": round(rate * first, 4),
            "largest": round(rate * first * limit, 4),
        },
        worked={
            "limit": limit,
            "velocity": round(velocity, 4),
            "after_first": round(after_first, 4),
            "step": round(rate * velocity, 4),
        },
        answer=round(answer, 6),
        distractors={name: round(value, 6) for name, value in distractors.items()},
    )


@until_sound
def second_adam_step(random: Random) -> Draw | None:
    """The size of Adam's second step for one weight."""
    rate = random.choice((0.001, 0.002, 0.01, 0.02, 0.05, 0.1))
    first = random.choice((2, 3, 4, 5, 8, 10, 20, 30, 40, 50))
    second = random.choice((1, 2, 3, 5, 6, 9, 10, 15, 25, 60, 80))
    mean = 0.9 * 0.1 * first + 0.1 * second
    square = 0.999 * 0.001 * first**2 + 0.001 * second**2
    mean_hat, square_hat = mean / (1 - 0.9**2), square / (1 - 0.999**2)
    answer = rate * mean_hat / sqrt(square_hat)
    distractors = {
        "correction-forgotten": rate * mean / sqrt(square),
        "full-step-each-time": rate,
        "scale-not-divided-out": rate * mean_hat,
        "root-forgotten": rate * mean_hat / square_hat,
        "plain-gradient-step": rate * second,
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if first == second or not are_apart(values, gap=0.062):
        return None
    return Draw(
        parameters={"rate": rate, "slope_1": first, "slope_2": second},
        worked={
            "mean": mean,
            "square": square,
            "mean_hat": mean_hat,
            "square_hat": square_hat,
            "root": sqrt(square_hat),
            "share": 100 * answer / rate,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def memory_before_activations(random: Random) -> Draw | None:
    """Gigabytes that training with Adam needs, on a card with room for a little less."""
    tenths = random.randint(5, 80)  # of a billion weights
    card = round(1.4 * tenths)
    answer = 1.6 * tenths
    distractors = {
        "weights-only": 0.4 * tenths,
        "state-forgotten": 0.8 * tenths,
        "one-average-only": 1.2 * tenths,
        "bits-for-bytes": 12.8 * tenths,
    }
    if not 1.25 * tenths < card < 1.55 * tenths:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    return Draw(
        parameters={"billions": tenths / 10, "card": card},
        worked={
            "each": distractors["weights-only"],
            "both": distractors["state-forgotten"],
            "momentum": distractors["one-average-only"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def spread_of_weights(random: Random) -> Draw | None:
    """The standard deviation with which a ReLU layer should begin, and what a smaller one does."""
    inputs = random.choice((50, 72, 98, 128, 200, 242, 288, 392, 450, 512, 648, 800))
    units = random.choice((16, 24, 40, 60, 100, 160, 250, 400, 1_000))
    layers = random.randrange(10, 31, 2)
    answer = sqrt(2 / inputs)
    distractors = {
        "variance-for-spread": 2 / inputs,
        "half-that-relu-removes-forgotten": sqrt(1 / inputs),
        "units-for-inputs": sqrt(2 / units),
        "fraction-turned-round": sqrt(inputs / 2),
        "every-weight-one-half": 0.5,
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if not are_apart(values, gap=0.062):
        return None
    return Draw(
        parameters={
            "inputs": inputs,
            "units": units,
            "layers": layers,
            "shrunk": 0.5 ** (layers // 2),
            "shrunk_square": 0.5**layers,
            "grown": 2 ** (layers // 2),
        },
        worked={"variance": 2 / inputs, "smaller": sqrt(1 / inputs)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rate_in_schedule(random: Random) -> Draw | None:
    """The learning rate at one step of a schedule with warm-up and half a cosine wave."""
    peak = random.choice((0.0002, 0.0003, 0.0004, 0.0006, 0.001, 0.002, 0.003, 0.004))
    warm_up = random.randrange(200, 2_001, 100)
    rest = 12 * random.randrange(500, 2_001, 100)
    twelfths = random.choice((2, 3, 4, 8, 9))
    total, now = warm_up + rest, warm_up + rest * twelfths // 12
    share = twelfths / 12

    def wave(part: float) -> float:
        return peak * (1 + cos(pi * part)) / 2

    answer = wave(share)
    distractors = {
        "warm-up-counted-as-decay": wave(now / total),
        "straight-line": peak * (1 - share),
        "still-at-the-peak": peak,
        "cosine-alone": peak * abs(cos(pi * share)),
        "share-turned-round": wave(1 - share),
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if not are_apart(values, gap=0.05):
        return None
    return Draw(
        parameters={"peak": peak, "warm_up": warm_up, "total": total, "now": now},
        worked={"rest": rest, "gone": now - warm_up, "share": share, "cosine": cos(pi * share)},
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    slope_by_hand,
    used_twice,
    slope_at_the_first_layer,
    two_momentum_steps,
    second_adam_step,
    memory_before_activations,
    spread_of_weights,
    rate_in_schedule,
)
