"""Questions whose answer is a small table of data: shares by row, centred columns, group means."""

from collections.abc import Sequence
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import SHARE_GAP, matrices_are_apart, until_sound

GROUP_SIZES = (3, 2, 2, 3)  # rows of each plant and shift, in the order of the question


@until_sound
def shares_by_row(random: Random) -> Draw | None:
    """A confusion matrix of three classes whose rarest class is recognised worst."""
    totals = [random.choice((400, 500)), random.choice((100, 200)), random.choice((20, 40, 50))]
    found = [
        totals[0] * random.randint(90, 98) // 100,
        totals[1] * random.randint(75, 92) // 100,
        totals[2] * random.randint(30, 60) // 100,
    ]
    counts = [[0] * 3 for _ in range(3)]
    for row in range(3):
        missed = totals[row] - found[row]
        others = [place for place in range(3) if place != row]
        first = random.randint(missed // 4, missed - missed // 4)
        counts[row][row] = found[row]
        counts[row][others[0]], counts[row][others[1]] = first, missed - first
    columns = [sum(column) for column in zip(*counts, strict=True)]
    everything = sum(totals)
    answer = [[cell / total for cell in row] for row, total in zip(counts, totals, strict=True)]
    distractors = {
        "shares-by-column": [
            [cell / total for cell, total in zip(row, columns, strict=True)] for row in counts
        ],
        "shares-of-all": [[cell / everything for cell in row] for row in counts],
    }
    sound = min(cell for row in counts for cell in row) >= 1 and matrices_are_apart(
        (answer, *distractors.values()), gap=SHARE_GAP
    )
    if not sound:
        return None
    return Draw(
        parameters={
            f"n_{i}{j}": cell for i, row in enumerate(counts) for j, cell in enumerate(row)
        },
        worked={
            **{f"total_{row}": total for row, total in enumerate(totals)},
            **{f"s_{i}{j}": cell for i, row in enumerate(answer) for j, cell in enumerate(row)},
            "all": everything,
            "right": sum(found),
            "accuracy": sum(found) / everything,
            "mean_recall": sum(answer[row][row] for row in range(3)) / 3,
            "flagged": columns[2],
            "rare_precision": counts[2][2] / columns[2],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def centred_across(random: Random) -> Draw | None:
    """A square array minus its row means, which broadcasting lays along the wrong axis."""
    array = [[random.randint(10, 30) for _ in range(3)] for _ in range(3)]
    by_row = [sum(row) for row in array]
    by_column = [sum(column) for column in zip(*array, strict=True)]
    if any(total % 3 for total in (*by_row, *by_column)) or sum(by_row) % 9:
        return None
    rows = [total // 3 for total in by_row]
    columns = [total // 3 for total in by_column]
    whole = sum(by_row) // 9
    answer = _less(array, [rows] * 3)
    distractors = {
        "each-row-gets-its-own": _less(array, [[mean] * 3 for mean in rows]),
        "means-of-the-columns": _less(array, [columns] * 3),
        "one-mean-for-all": _less(array, [[whole] * 3] * 3),
    }
    turned = [[*column] for column in zip(*answer, strict=True)]
    known = (answer, turned, *distractors.values())
    if len(set(rows)) < 3 or not matrices_are_apart(known, gap=0):
        return None
    return Draw(
        parameters={f"x_{i}{j}": cell for i, row in enumerate(array) for j, cell in enumerate(row)},
        worked={
            **{f"mean_{row}": mean for row, mean in enumerate(rows)},
            **{f"got_{column}": answer[0][column] for column in range(3)},
            **{f"meant_{j}": array[0][j] - rows[0] for j in range(3)},
            "sum_of_first": sum(answer[0]),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def means_with_gaps(random: Random) -> Draw | None:
    """Group means of ten rows, two of which have no value."""
    groups: list[list[int | None]] = [
        [random.randint(2, 20) for _ in range(size)] for size in GROUP_SIZES
    ]
    # One gap among three rows and one among two, in another plant.
    for place in random.choice(((0, 2), (1, 3))):
        groups[place][random.randrange(GROUP_SIZES[place])] = None
    known = [[value for value in group if value is not None] for group in groups]
    sums = [sum(values) for values in known]
    if any(total % len(values) for total, values in zip(sums, known, strict=True)):
        return None
    means = [total // len(values) for total, values in zip(sums, known, strict=True)]
    distractors: dict[str, list[list[Number]]] = {
        "gap-counts-as-zero": _by_two(
            [total / size for total, size in zip(sums, GROUP_SIZES, strict=True)]
        ),
        "sum-for-mean": _by_two(sums),
        "rows-counted": _by_two([len(values) for values in known]),
    }
    answer = _by_two(means)
    turned = [[*column] for column in zip(*answer, strict=True)]
    # Twice the tolerance of a mean, 0.05.
    if not matrices_are_apart((answer, turned, *distractors.values()), gap=0.1):
        return None
    values = [value for group in groups for value in group]
    gap = next(place for place, group in enumerate(groups) if None in group)
    return Draw(
        parameters={
            # With a gap in it, pandas shows the whole column as floats.
            f"v_{row}": "NaN" if value is None else f"{value:.1f}"
            for row, value in enumerate(values)
        },
        worked={
            **{f"sum_{place}": total for place, total in enumerate(sums)},
            **{f"known_{place}": len(values) for place, values in enumerate(known)},
            **{f"mean_{place}": mean for place, mean in enumerate(means)},
            "gap_sum": sums[gap],
            "gap_rows": GROUP_SIZES[gap],
            "as_zero": sums[gap] / GROUP_SIZES[gap],
            "gap_mean": means[gap],
        },
        answer=answer,
        distractors=distractors,
    )


def _less(array: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> list[list[int]]:
    return [
        [cell - part for cell, part in zip(row, parts, strict=True)]
        for row, parts in zip(array, other, strict=True)
    ]


def _by_two(values: Sequence[Number]) -> list[list[Number]]:
    return [list(values[:2]), list(values[2:])]


GENERATORS = (centred_across, means_with_gaps, shares_by_row)
