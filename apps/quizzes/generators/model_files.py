"""Questions about files of models: what lies in them, how large they are, whether they agree."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

LENGTH_FIELD = 8  # bytes in front of a safetensors header
SINGLE, HALF = 4, 2  # bytes of a number in F32 and in F16
TYPES = (("float32", 4), ("bfloat16", 2), ("int8", 1), ("int4", 0.5))
CARDS = (8, 12, 16, 24, 32, 40, 48, 80)
TRAINING = 16  # bytes for each parameter: weight, gradient and two averages of Adam
ABSOLUTE, RELATIVE = 0.0001, 0.001


@until_sound
def place_in_the_file(random: Random) -> Draw | None:
    """The byte of a safetensors file at which the third of four tensors begins."""
    header = 8 * random.randint(38, 70)  # the JSON of four tensors is a little shorter
    inputs, hidden, classes = random.randint(20, 90), random.randint(8, 64), random.randint(3, 12)
    weight, following = inputs * hidden, hidden * classes
    before = HALF * weight + SINGLE * hidden
    answer = LENGTH_FIELD + header + before
    distractors = {
        "offset-for-place": before,
        "length-field-forgotten": header + before,
        "numbers-for-bytes": LENGTH_FIELD + header + weight + hidden,
        "widths-alike": LENGTH_FIELD + header + SINGLE * (weight + hidden),
        "end-for-begin": answer + HALF * following,
    }
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={"header": header, "inputs": inputs, "hidden": hidden, "classes": classes},
        worked={
            "weight": HALF * weight,
            "bias": SINGLE * hidden,
            "before": before,
            "end": before + HALF * following,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def file_for_serving(random: Random) -> Draw | None:
    """The weights that are left of a checkpoint, in half as many bits."""
    millions = random.randrange(150, 8_001, 50)
    checkpoint = 12 * millions / 1_000
    return Draw(
        parameters={"checkpoint": checkpoint},
        worked={"billions": millions / 1_000, "weights": checkpoint / 3},
        answer=checkpoint / 6,
        distractors={
            "averages-kept": checkpoint / 2,
            "type-kept": checkpoint / 3,
            "gradients-counted": checkpoint / 8,
            "divided-by-two-averages": checkpoint / 4,
        },
    )


@until_sound
def widest_that_fits(random: Random) -> Draw | None:
    """The widest type whose weights leave enough room on a card."""
    card, room = random.choice(CARDS), random.randint(2, 12)
    billions = random.randrange(10, 400) / 10
    place = random.choice((1, 2))
    (wider, wide_bytes), (right, right_bytes), (narrower, narrow_bytes) = TYPES[
        place - 1 : place + 2
    ]
    of_wider, of_right = billions * wide_bytes, billions * right_bytes
    # The wider type would fit if nothing else had to be on the card.
    if not 0.7 * card < of_wider < 0.98 * card or of_wider + room < 1.03 * card:
        return None
    if of_right + room > 0.97 * card:
        return None
    return Draw(
        parameters={
            "billions": billions,
            "card": card,
            "room": room,
            "wider": wider,
            "right": right,
            "narrower": narrower,
            "training": TRAINING * billions,
        },
        worked={
            "wide_bytes": wide_bytes,
            "right_bytes": right_bytes,
            "of_wider": of_wider,
            "of_right": of_right,
            "of_narrower": billions * narrow_bytes,
            "with_wider": of_wider + room,
            "with_right": of_right + room,
        },
    )


@until_sound
def graph_with_a_branch(random: Random) -> Draw | None:
    """A graph of five nodes, one of which takes its input from the very beginning."""
    x = [random.randint(1, 6) for _ in range(2)]
    w = [[random.randint(-4, 5) for _ in range(2)] for _ in range(2)]
    bias = [random.randint(-6, 6) for _ in range(2)]
    product = [x[0] * w[0][column] + x[1] * w[1][column] for column in range(2)]
    shifted = [one + other for one, other in zip(product, bias, strict=True)]
    turned = [x[0] * row[0] + x[1] * row[1] + b for row, b in zip(w, bias, strict=True)]
    answer = _positive(shifted) + sum(x)
    distractors = {
        "branch-left-out": _positive(shifted),
        "relu-left-out": sum(shifted) + sum(x),
        "relu-at-the-end": _positive([one + other for one, other in zip(shifted, x, strict=True)]),
        "bias-added-twice": _positive(shifted) + sum(bias),
        "weight-turned": _positive(turned) + sum(x),
    }
    if not min(shifted) < 0 < max(shifted) or 0 in (*w[0], *w[1], *bias):
        return None
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={
            "x_1": x[0],
            "x_2": x[1],
            "w_11": w[0][0],
            "w_12": w[0][1],
            "w_21": w[1][0],
            "w_22": w[1][1],
            "b_1": bias[0],
            "b_2": bias[1],
        },
        worked={
            "p_1": product[0],
            "p_2": product[1],
            "s_1": shifted[0],
            "s_2": shifted[1],
            "r_1": max(shifted[0], 0),
            "r_2": max(shifted[1], 0),
            "y_1": max(shifted[0], 0) + x[0],
            "y_2": max(shifted[1], 0) + x[1],
        },
        answer=answer,
        distractors=distractors,
    )


def _positive(values: list[int]) -> int:
    return sum(max(value, 0) for value in values)


@until_sound
def export_compared(random: Random) -> Draw | None:
    """Outputs of an exported model that are further off than the tolerance of a test allows."""
    original = [
        round(random.uniform(low, high), 2 if low > 1 else 4)
        for low, high in ((100, 900), (100, 900), (1.5, 9), (1.5, 9), (0.002, 0.03), (0.002, 0.03))
    ]
    random.shuffle(original)
    limits = [ABSOLUTE + RELATIVE * value for value in original]
    factors = [random.choice((0.2, 0.4, 0.6, 1.6, 2.5)) for _ in original]
    exported = [
        round(value + limit * factor * random.choice((-1, 1)), 5)
        for value, limit, factor in zip(original, limits, factors, strict=True)
    ]
    off = [round(abs(one - other), 5) for one, other in zip(original, exported, strict=True)]
    answer = sum(one > limit for one, limit in zip(off, limits, strict=True))
    distractors = {
        "absolute-only": sum(one > ABSOLUTE for one in off),
        "relative-only": sum(
            one > RELATIVE * value for one, value in zip(off, original, strict=True)
        ),
        "any-difference": len(original),
    }
    near = (*limits, ABSOLUTE, *(RELATIVE * value for value in original))
    if any(0.9 < one / limit < 1.1 for one in off for limit in near) or answer == 0:
        return None
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={
            **{f"original_{n}": value for n, value in enumerate(original, start=1)},
            **{f"exported_{n}": value for n, value in enumerate(exported, start=1)},
        },
        worked={
            **{f"off_{n}": value for n, value in enumerate(off, start=1)},
            **{f"limit_{n}": value for n, value in enumerate(limits, start=1)},
            **{
                f"verdict_{n}": "off" if one > limit else "good"
                for n, (one, limit) in enumerate(zip(off, limits, strict=True), start=1)
            },
            "by_absolute": distractors["absolute-only"],
            "by_relative": distractors["relative-only"],
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    export_compared,
    file_for_serving,
    graph_with_a_branch,
    place_in_the_file,
    widest_that_fits,
)
