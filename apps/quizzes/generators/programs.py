"""Questions about programs: how work and memory grow, and what a layout costs."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

LINE = 64  # bytes that hardware fetches at once


@until_sound
def search_in_a_list(random: Random) -> Draw | None:
    """A search in a list that grows with its data: so much more data, squared so much more work."""
    rows = random.randrange(1_000, 6_001, 500)
    seconds = random.randrange(2, 21) / 10
    times = random.choice((10, 15, 20, 25, 30, 40, 50, 60))
    answer = seconds * times**2
    return Draw(
        parameters={"rows": rows, "seconds": seconds, "times": times, "all_rows": rows * times},
        worked={
            "few": rows * (rows - 1) // 2,
            "many": rows * times * (rows * times - 1) // 2,
            "factor": times**2,
            "minutes": answer / 60,
        },
        answer=answer,
        distractors={
            "grows-in-step": seconds * times,
            "counted-twice": 2 * seconds * times,
            "cubed": seconds * times**3,
            "half-of-the-square": answer / 2,
        },
    )


@until_sound
def one_list_in_another(random: Random) -> Draw | None:
    """Comparisons of a search for each of one list in another that holds none of them."""
    asked = random.randrange(2_000, 9_001, 500)
    known = random.randrange(20_000, 90_001, 5_000)
    return Draw(
        parameters={"asked": asked, "known": known},
        worked={"hashes": asked + known},
        answer=asked * known,
        distractors={
            "one-pass-over-each": asked + known,
            "found-halfway": asked * known / 2,
            "longer-list-only": known,
            "pairs-of-one-list": known * (known - 1) // 2,
        },
    )


@until_sound
def shared_default(random: Random) -> Draw | None:
    """Calls of a function whose default is one list for all of them."""
    first, second, third = random.sample(range(2, 20), 3)
    answer = first + third
    distractors = {
        "new-list-for-each-call": third,
        "every-call-shares": first + second + third,
        "last-list-goes-on": second + third,
    }
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={"first": first, "second": second, "third": third},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def table_in_gigabytes(random: Random) -> Draw | None:
    """The bytes of a table as read, and of what a question needs of it."""
    millions = random.randrange(150, 601, 10)
    letters, floats, unused = random.randint(14, 30), random.randint(2, 4), random.randint(4, 9)
    memory = random.choice((8, 16, 32))
    row = 1 + 2 + 4 * floats
    row_as_read = letters + 8 + 8 + 8 * floats + 8 * unused

    def gigabytes(bytes_of_row: float) -> float:
        return millions * bytes_of_row / 1_000

    answer = gigabytes(row)
    if not answer < memory / 2 or not gigabytes(row_as_read) > 1.5 * memory:
        return None
    return Draw(
        parameters={
            "millions": millions,
            "letters": letters,
            "floats": floats,
            "unused": unused,
            "memory": memory,
        },
        worked={
            "row": row,
            "row_as_read": row_as_read,
            "as_read": gigabytes(row_as_read),
            "of_floats": 4 * floats,
            "of_text": letters + 8,
        },
        answer=answer,
        distractors={
            "every-column-read": gigabytes(row_as_read),
            "types-as-guessed": gigabytes(row_as_read - 8 * unused),
            "text-in-each-row": gigabytes(row - 1 + letters + 8),
            "category-like-a-number": gigabytes(row - 1 + 8),
        },
    )


@until_sound
def calls_in_a_profile(random: Random) -> Draw | None:
    """Seconds by function, and the many calls for few different arguments."""
    calls = random.randrange(100_000, 400_001, 20_000)
    different = calls * random.randint(8, 30) // 100
    look_up = random.randrange(90, 241, 10)
    load, write, strip = (random.randint(8, 40) for _ in range(3))
    rest = load + write + strip
    answer = rest + look_up * different / calls
    distractors = {
        "looking-up-becomes-free": rest,
        "everything-shrinks": (rest + look_up) * different / calls,
        "saved-part-kept": rest + look_up * (calls - different) / calls,
        "rest-forgotten": look_up * different / calls,
    }
    if strip * 3 > look_up or not are_apart((answer, *distractors.values()), gap=4):
        return None
    return Draw(
        parameters={
            "calls": calls,
            "different": different,
            "strip_calls": 5 * calls,
            "look_up": look_up,
            "load": load,
            "write": write,
            "strip": strip,
        },
        worked={"rest": rest, "all": rest + look_up, "left": look_up * different / calls},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def lines_of_a_column(random: Random) -> Draw | None:
    """Lines of memory that the sum of one column needs, by the layout of its table."""
    size = random.choice((4, 8))
    columns = random.choice((20, 24, 28, 32, 36, 40, 48))
    rows = random.randrange(160_000, 960_001, 16_000)
    return Draw(
        parameters={"rows": rows, "columns": columns, "bits": 8 * size},
        worked={
            "size": size,
            "in_a_line": LINE // size,
            "bytes": rows * size,
            "row": columns * size,
        },
        answer=rows * size // LINE,
        distractors={
            "across-the-layout": rows,
            "whole-table": rows * columns * size // LINE,
            "bytes-of-the-column": rows * size,
            "one-line-is-enough": 1,
        },
    )


@until_sound
def variance_of_chunks(random: Random) -> Draw | None:
    """Count, sum and sum of squares of two chunks, and the variance of all."""
    chunks = [
        [random.randint(low, low + 8) for _ in range(random.randint(4, 9))]
        for low in random.sample(range(1, 16), 2)
    ]
    counts, sums = [len(one) for one in chunks], [sum(one) for one in chunks]
    squares = [sum(value**2 for value in one) for one in chunks]
    count, total, of_squares = sum(counts), sum(sums), sum(squares)
    variances = [q / n - (s / n) ** 2 for n, s, q in zip(counts, sums, squares, strict=True)]
    answer = of_squares / count - (total / count) ** 2
    distractors = {
        "variances-averaged": sum(variances) / 2,
        "sum-of-squares-only": of_squares / count,
        "mean-not-squared": of_squares / count - total / count,
        "root-of-it": answer**0.5,
    }
    if counts[0] == counts[1] or not are_apart((answer, *distractors.values()), gap=0.45):
        return None
    return Draw(
        parameters={
            "n_1": counts[0],
            "s_1": sums[0],
            "q_1": squares[0],
            "n_2": counts[1],
            "s_2": sums[1],
            "q_2": squares[1],
        },
        worked={
            "count": count,
            "sum": total,
            "squares": of_squares,
            "mean": total / count,
            "v_1": variances[0],
            "v_2": variances[1],
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    calls_in_a_profile,
    lines_of_a_column,
    one_list_in_another,
    search_in_a_list,
    shared_default,
    table_in_gigabytes,
    variance_of_chunks,
)
