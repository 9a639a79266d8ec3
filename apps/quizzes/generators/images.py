"""Questions about convolutions, pooling and what a neuron sees."""

from collections.abc import Sequence
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def pooled_by_hand(random: Random) -> Draw | None:
    """A convolution, a ReLU and a max pooling that leave one number."""
    picture = [[random.randint(0, 6) for _ in range(3)] for _ in range(3)]
    kernel = [[random.choice((-2, -1, 0, 1, 2)) for _ in range(2)] for _ in range(2)]

    def entry(row: int, column: int, weights: Sequence[Sequence[int]]) -> int:
        return sum(picture[row + i][column + j] * weights[i][j] for i in range(2) for j in range(2))

    entries = [entry(row, column, kernel) for row in range(2) for column in range(2)]
    turned = [row[::-1] for row in kernel[::-1]]
    flipped = [entry(row, column, turned) for row in range(2) for column in range(2)]
    silenced = [max(one, 0) for one in entries]
    answer = max(silenced)
    distractors = {
        "kernel-turned": max(0, *flipped),
        "mean-for-largest": sum(silenced) / 4,
        "sign-dropped": max(map(abs, entries)),
        "first-patch-only": entries[0],
        "all-entries-added": sum(silenced),
    }
    flat = [weight for row in kernel for weight in row]
    sound = answer > 0 > min(entries) and entries.index(answer) > 0 and flat.count(0) <= 1
    if not sound or not are_apart((answer, *distractors.values()), gap=0.24):
        return None
    return Draw(
        parameters={
            **{f"p{i}{j}": picture[i][j] for i in range(3) for j in range(3)},
            **{f"k{i}{j}": kernel[i][j] for i in range(2) for j in range(2)},
        },
        worked={
            **dict(zip(("map_a", "map_b", "map_c", "map_d"), entries, strict=True)),
            **dict(zip(("on_a", "on_b", "on_c", "on_d"), silenced, strict=True)),
            "strongest_negative": min(entries),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def kernels_to_learn(random: Random) -> Draw | None:
    """Parameters of a convolutional layer, on a picture whose size does not matter."""
    side = random.choice((32, 48, 64, 96, 128, 160, 224))
    channels = random.choice((3, 4, 6, 8, 12, 16, 24, 32))
    kernels = random.choice((8, 12, 16, 20, 24, 32, 48, 64))
    size = random.choice((3, 5, 7))
    answer = size**2 * channels * kernels + kernels
    distractors = {
        "channels-forgotten": size**2 * kernels + kernels,
        "biases-forgotten": size**2 * channels * kernels,
        "bias-for-each-slice": (size**2 + 1) * channels * kernels,
        "kernel-side-for-area": size * channels * kernels + kernels,
        "place-by-place": (size**2 * channels + 1) * kernels * side**2,
    }
    if not are_apart((answer, *distractors.values()), gap=2):
        return None
    return Draw(
        parameters={"side": side, "channels": channels, "kernels": kernels, "size": size},
        worked={"area": size**2, "one": size**2 * channels},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def side_of_the_map(random: Random) -> Draw | None:
    """The side of a feature map, from kernel size, padding and stride."""
    side = random.randint(30, 240)
    size = random.choice((3, 5, 7))
    padding = random.randint(1, size // 2)
    stride = random.choice((2, 3, 4))
    kernels = random.choice((16, 24, 32, 48, 64))
    steps, left = divmod(side + 2 * padding - size, stride)
    out = steps + 1
    sides = {
        "out": out,
        "short": steps,
        "unstrided": side + 2 * padding - size + 1,
        "divided": side // stride,
    }
    if not left or not are_apart(sides.values(), gap=0.5) or out in (kernels, side):
        return None
    return Draw(
        parameters={
            "side": side,
            "size": size,
            "padding": padding,
            "stride": stride,
            "kernels": kernels,
            **sides,
        },
        worked={
            "bordered": side + 2 * padding,
            "room": side + 2 * padding - size,
            "exact": (side + 2 * padding - size) / stride,
        },
    )


@until_sound
def field_of_stack(random: Random) -> Draw | None:
    """The receptive field of three groups of convolutions with pooling between them."""
    size = random.choice((3, 5))
    first, second, third = (random.randint(1, 4) for _ in range(3))
    answer = 1 + (size - 1) * (first + 2 * second + 4 * third) + 1 + 2
    convolutions = first + second + third
    distractors = {
        "strides-ignored": 1 + (size - 1) * convolutions + 2,
        "kernel-sizes-added": size * convolutions + 4,
        "pooling-sees-nothing": answer - 3,
        "last-step-for-all": 1 + 4 * ((size - 1) * convolutions + 2),
        "begun-from-nothing": answer - 1,
    }
    scratch = random.randint(int(1.15 * answer), int(1.7 * answer))
    if (
        not 14 <= answer <= 90
        or scratch % 2
        or not are_apart((answer, *distractors.values()), gap=0.9)
    ):
        return None
    after_first = 1 + (size - 1) * first
    after_second = after_first + 1 + 2 * (size - 1) * second
    return Draw(
        parameters={
            "size": size,
            "first": first,
            "second": second,
            "third": third,
            "scratch": scratch,
        },
        worked={
            "wider": size - 1,
            "after_first": after_first,
            "after_pool": after_first + 1,
            "after_second": after_second,
            "after_both": after_second + 2,
            "half": scratch // 2,
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    pooled_by_hand,
    kernels_to_learn,
    side_of_the_map,
    field_of_stack,
)
