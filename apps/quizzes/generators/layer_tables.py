"""Questions whose answer is a small matrix of a layer: a product, a map, a table of slopes."""

from collections.abc import Sequence
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import matrices_are_apart, until_sound

SHARE_GAP = 0.013  # more than twice the tolerance of a share, 0.005

type Table = list[list[int]]


@until_sound
def hidden_of_a_batch(random: Random) -> Draw | None:
    """Two rows at once through a layer of two ReLU units."""
    rows = [[random.randint(-2, 4) for _ in range(2)] for _ in range(2)]
    weights = [[random.randint(-3, 3) for _ in range(2)] for _ in range(2)]
    bias = [random.randint(-3, 3) for _ in range(2)]
    product = _product(rows, weights)
    sums = [[cell + b for cell, b in zip(row, bias, strict=True)] for row in product]
    answer = _relu(sums)
    distractors = {
        "relu-left-out": sums,
        "relu-before-the-bias": [
            [cell + b for cell, b in zip(row, bias, strict=True)] for row in _relu(product)
        ],
        "bias-by-row": _relu(
            [[cell + b for cell in row] for row, b in zip(product, bias, strict=True)]
        ),
        "weights-turned": _relu(
            [
                [cell + b for cell, b in zip(row, bias, strict=True)]
                for row in _product(rows, _turned(weights))
            ]
        ),
    }
    cells = [cell for row in sums for cell in row]
    sound = (
        0 not in cells
        and 1 <= sum(cell < 0 for cell in cells) <= 2
        and 0 not in bias
        and rows[0] != rows[1]
        and matrices_are_apart((answer, _turned(answer), *distractors.values()), gap=0)
    )
    if not sound:
        return None
    return Draw(
        parameters={
            **_cells("x", rows),
            **_cells("w", weights),
            "bias_0": bias[0],
            "bias_1": bias[1],
        },
        worked={
            **{
                f"terms_{i}{j}": _dot_written(rows[i], [row[j] for row in weights])
                for i in range(2)
                for j in range(2)
            },
            **_cells("sum", sums),
            **_cells("out", answer),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def slopes_of_a_layer(random: Random) -> Draw | None:
    """The slope of a loss by each weight of a ReLU layer, for a batch of two rows."""
    rows = [[random.choice((-2, -1, 1, 2, 3)) for _ in range(2)] for _ in range(2)]
    weights = [[random.randint(-2, 3) for _ in range(2)] for _ in range(2)]
    arriving = [[random.choice((-3, -2, -1, 1, 2, 3)) for _ in range(2)] for _ in range(2)]
    sums = _product(rows, weights)
    passed = [
        [slope if cell > 0 else 0 for slope, cell in zip(slopes, row, strict=True)]
        for slopes, row in zip(arriving, sums, strict=True)
    ]
    answer = _product(_turned(rows), passed)
    distractors: dict[str, Sequence[Sequence[Number]]] = {
        "relu-passes-all": _product(_turned(rows), arriving),
        "rows-not-turned": _product(rows, passed),
        "mean-over-the-rows": [[cell / 2 for cell in row] for row in answer],
        "slopes-of-the-inputs": _product(passed, _turned(weights)),
        "sign-turned": [[-cell for cell in row] for row in answer],
    }
    cells = [cell for row in sums for cell in row]
    known = (answer, *distractors.values(), _turned(answer))
    sound = (
        0 not in cells and sum(cell < 0 for cell in cells) == 1 and matrices_are_apart(known, gap=0)
    )
    if not sound:
        return None
    return Draw(
        parameters={**_cells("x", rows), **_cells("w", weights), **_cells("g", arriving)},
        worked={
            **_cells("sum", sums),
            **_cells("passed", passed),
            **{
                f"terms_{i}{j}": _dot_written([row[i] for row in rows], [r[j] for r in passed])
                for i in range(2)
                for j in range(2)
            },
            **_cells("slope", answer),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def map_of_four_windows(random: Random) -> Draw | None:
    """A picture of 4 by 4 under a kernel of 2 by 2 that moves two pixels at a time."""
    picture = [[random.randint(0, 6) for _ in range(4)] for _ in range(4)]
    kernel = [[random.randint(-2, 2) for _ in range(2)] for _ in range(2)]
    answer = _map(picture, kernel, stride=2)
    distractors = {
        "stride-of-one": [row[:2] for row in _map(picture, kernel, stride=1)[:2]],
        "kernel-turned-round": _map(picture, [row[::-1] for row in kernel[::-1]], stride=2),
        "kernel-across": _map(picture, _turned(kernel), stride=2),
        "largest-of-the-window": [[max(_window(picture, i, j)) for j in (0, 2)] for i in (0, 2)],
    }
    entries = [entry for row in kernel for entry in row]
    sound = (
        entries.count(0) <= 1
        and min(entries) < 0 < max(entries)
        and matrices_are_apart((answer, _turned(answer), *distractors.values()), gap=0)
    )
    if not sound:
        return None
    return Draw(
        parameters={**_cells("p", picture), **_cells("k", kernel)},
        worked={
            **{
                f"terms_{i // 2}{j // 2}": _dot_written(_window(picture, i, j), entries)
                for i in (0, 2)
                for j in (0, 2)
            },
            **_cells("out", answer),
            "one_further": distractors["stride-of-one"][0][1],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def tariffs_after_two_months(random: Random) -> Draw | None:
    """A table of monthly changes between two tariffs, multiplied by itself."""
    # Whole tenths until the end, so that no rounding gets between.
    up, down = random.sample(range(1, 5), 2)
    month = [[10 - up, up], [down, 10 - down]]
    squared = _product(month, month)
    answer = _in_shares(squared, of=100)
    distractors = {
        "squared-entry-by-entry": _in_shares(
            [[cell * cell for cell in row] for row in month], of=100
        ),
        "one-month-only": _in_shares(month, of=10),
        "nobody-comes-back": _in_shares([[10 - 2 * up, 2 * up], [2 * down, 10 - 2 * down]], of=10),
    }
    known = (answer, *distractors.values(), [[*column] for column in zip(*answer, strict=True)])
    if not matrices_are_apart(known, gap=SHARE_GAP):
        return None
    basic, premium = (random.randrange(1_000, 9_001, 500) for _ in range(2))
    return Draw(
        parameters={
            **_cells("now", _in_shares(month, of=10)),
            "basic": basic,
            "premium": premium,
        },
        worked={
            **_cells("then", answer),
            "both_stay": (10 - up) * (10 - up) / 100,
            "away_and_back": up * down / 100,
            "later": (basic * squared[0][1] + premium * squared[1][1]) // 100,
        },
        answer=answer,
        distractors=distractors,
    )


def _product(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> Table:
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in _turned(other)]
        for row in one
    ]


def _turned(table: Sequence[Sequence[int]]) -> Table:
    return [list(column) for column in zip(*table, strict=True)]


def _relu(table: Sequence[Sequence[int]]) -> Table:
    return [[max(cell, 0) for cell in row] for row in table]


def _window(picture: Sequence[Sequence[int]], row: int, column: int) -> list[int]:
    return [picture[row + i][column + j] for i in range(2) for j in range(2)]


def _map(picture: Sequence[Sequence[int]], kernel: Table, *, stride: int) -> Table:
    places, entries = range(0, 3, stride), kernel[0] + kernel[1]
    return [
        [sum(p * k for p, k in zip(_window(picture, i, j), entries, strict=True)) for j in places]
        for i in places
    ]


def _in_shares(table: Sequence[Sequence[int]], *, of: int) -> list[list[float]]:
    return [[cell / of for cell in row] for row in table]


def _dot_written(left: Sequence[int], right: Sequence[int]) -> str:
    products = (f"{_signed(a)} · {_signed(b)}" for a, b in zip(left, right, strict=True))
    return " + ".join(products)


def _signed(number: int) -> str:
    return f"(\N{MINUS SIGN}{-number})" if number < 0 else str(number)


def _cells(name: str, table: Sequence[Sequence[Number]]) -> dict[str, Number]:
    return {f"{name}_{i}{j}": cell for i, row in enumerate(table) for j, cell in enumerate(row)}


GENERATORS = (
    hidden_of_a_batch,
    map_of_four_windows,
    slopes_of_a_layer,
    tariffs_after_two_months,
)
