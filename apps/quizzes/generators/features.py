"""Questions about features and the distances between rows."""

from math import sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound
from apps.quizzes.numbers import shown_list


@until_sound
def smoothed_code(random: Random) -> Draw | None:
    """Target encoding of a name with few rows and a high mean, beside one with many."""
    overall = random.randrange(40, 121, 5)
    extra = random.choice((8, 10, 12, 16, 20))
    few, many = random.randint(2, 5), random.randrange(40, 121, 10)
    many_mean = overall + random.randrange(15, 41, 5)
    few_mean = many_mean + random.randrange(10, 41, 5)
    answer = (few * few_mean + extra * overall) / (few + extra)
    code_many = (many * many_mean + extra * overall) / (many + extra)
    distractors = {
        "plain-mean": few_mean,
        "overall-mean": overall,
        "middle-of-both": (few_mean + overall) / 2,
        "weights-swapped": (extra * few_mean + few * overall) / (few + extra),
        "pulled-to-zero": few * few_mean / (few + extra),
        "divided-by-rows": (few * few_mean + extra * overall) / few,
    }
    clear = code_many >= answer + 3
    if not clear or not are_apart((answer, *distractors.values()), gap=0.25):
        return None
    return Draw(
        parameters={
            "overall": overall,
            "extra": extra,
            "few": few,
            "few_mean": few_mean,
            "many": many,
            "many_mean": many_mean,
        },
        worked={
            "code_many": code_many,
            "few_and_extra": few + extra,
            "many_and_extra": many + extra,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def far_from_the_median(random: Random) -> Draw | None:
    """Seven values, one of them far off, which three standard deviations do not flag."""
    middle = random.randint(40, 90)
    steps = sorted(random.sample(range(1, 16), 6))
    signs = random.sample((-1, -1, -1, 1, 1, 0), 6)
    usual = [middle + sign * step for sign, step in zip(signs, steps, strict=True)]
    far = random.randrange(400, 2_001, 50)
    values = sorted([*usual, far])
    median = values[3]
    distances = sorted(abs(value - median) for value in values)
    unit = distances[3]
    mean = sum(values) / 7
    deviation = sqrt(sum((value - mean) ** 2 for value in values) / 7)
    if len(set(values)) < 7 or unit < 3:
        return None
    answer = (far - median) / unit
    distractors = {
        "standard-deviations": (far - mean) / deviation,
        "not-in-units": far - median,
        "value-for-distance": far / unit,
        "mean-for-median": (far - mean) / unit,
        "mean-distance": (far - median) / (sum(distances) / 7),
    }
    if not are_apart((answer, *distractors.values()), gap=2.2):
        return None
    order = random.sample(values, 7)
    return Draw(
        parameters={
            **{f"x_{place}": value for place, value in enumerate(order, start=1)},
            "far": far,
            "in_deviations": (far - mean) / deviation,
        },
        worked={
            "sorted": shown_list(values),
            "median": median,
            "distances": shown_list(distances),
            "unit": unit,
            "mean": mean,
            "deviation": deviation,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def centre_after_round(random: Random) -> Draw | None:
    """Five points, two of them the first centres: one round of k-means."""
    points = [(random.randint(0, 12), random.randint(0, 12)) for _ in range(5)]
    first, second = points[:2]
    squares = [(_squared(point, first), _squared(point, second)) for point in points]
    near_second = [
        point for point, (one, other) in zip(points, squares, strict=True) if other < one
    ]
    if len(set(points)) < 5 or len(near_second) != 3:
        return None
    if min(abs(one - other) for one, other in squares) < 6:
        return None
    others = [point for point in near_second if point != second]
    answer = sum(x for x, _ in near_second) / 3
    distractors = {
        "centre-stays": second[0],
        "centre-left-out": sum(x for x, _ in others) / 2,
        "all-points": sum(x for x, _ in points) / 5,
        "other-cluster": sum(point[0] for point in points if point not in near_second) / 2,
        "other-coordinate": sum(y for _, y in near_second) / 3,
    }
    if not are_apart((answer, *distractors.values()), gap=0.25):
        return None
    return Draw(
        parameters={
            f"{name}_{axis}": value
            for name, point in zip("abcde", points, strict=True)
            for axis, value in zip("xy", point, strict=True)
        },
        worked={
            **{
                f"{name}_to_{centre}": square
                for name, pair in zip("cde", squares[2:], strict=True)
                for centre, square in zip("ab", pair, strict=True)
            },
            "members": ", ".join(
                name for name, point in zip("ABCDE", points, strict=True) if point in near_second
            ),
            "terms": " + ".join(str(x) for x, _ in near_second),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def misfiled_row(random: Random) -> Draw | None:
    """The silhouette of a row that lies nearer to the next cluster than to its own."""
    own = [random.randint(5, 14) for _ in range(3)]
    near = [random.randint(2, 9) for _ in range(3)]
    far = [random.randint(16, 30) for _ in range(3)]
    a, b, c = sum(own) / 3, sum(near) / 3, sum(far) / 3
    if a % 1 or b % 1 or c % 1 or a < b + 2:
        return None
    answer = (b - a) / a
    distractors = {
        "sign-turned": -answer,
        "divided-by-b": (b - a) / b,
        "farther-cluster": (c - a) / c,
        "not-divided": b - a,
        "row-counted-itself": (b - sum(own) / 4) / max(b, sum(own) / 4),
        "nearest-rows-only": (min(near) - min(own)) / max(min(near), min(own)),
    }
    if not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    return Draw(
        parameters={
            **{f"own_{row}": one for row, one in enumerate(own, start=1)},
            **{f"near_{row}": one for row, one in enumerate(near, start=1)},
            **{f"far_{row}": one for row, one in enumerate(far, start=1)},
        },
        worked={"a": round(a), "b": round(b), "c": round(c), "difference": round(b - a)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def nearest_when_scaled(random: Random) -> Draw | None:
    """Two rows and a third: nearest in raw units is not nearest in standard deviations."""
    small, large = random.choice((1, 2)), random.choice((20, 25, 30, 40, 50))
    visits, euros = random.randint(4, 9), random.randrange(150, 301, 10)
    # One differs by several deviations of the small column, the other by one of the large.
    in_visits, in_euros = random.choice((3, 4, 5)), random.choice((1, 1.2, 1.4, 1.6, 2))
    ada = (visits + in_visits * small, euros + random.choice((2, 3, 4, 5)))
    ben = (visits + random.choice((0, 1)) * small, round(euros + in_euros * large))
    raw = [sqrt(_squared(other, (visits, euros))) for other in (ada, ben)]
    scaled = [
        sqrt(((one - visits) / small) ** 2 + ((other - euros) / large) ** 2)
        for one, other in (ada, ben)
    ]
    answer = scaled[1]
    steps = ((ben[0] - visits) / small, (ben[1] - euros) / large)
    distractors = {
        "raw-distance": raw[1],
        "other-customer": scaled[0],
        "root-forgotten": answer**2,
        "steps-added": sum(steps),
        "scaled-after-squaring": sqrt(
            (ben[0] - visits) ** 2 / small + (ben[1] - euros) ** 2 / large
        ),
    }
    clear = raw[0] <= 0.7 * raw[1] and scaled[1] <= 0.75 * scaled[0] and steps[0] > 0
    if not clear or not are_apart((answer, *distractors.values()), gap=0.05):
        return None
    return Draw(
        parameters={
            "visits": visits,
            "euros": euros,
            "ada_visits": ada[0],
            "ada_euros": ada[1],
            "ben_visits": ben[0],
            "ben_euros": ben[1],
            "small": small,
            "large": large,
        },
        worked={
            "raw_ada": raw[0],
            "raw_ben": raw[1],
            "step_visits": steps[0],
            "step_euros": steps[1],
            "scaled_ada": scaled[0],
        },
        answer=answer,
        distractors=distractors,
    )


def _squared(one: tuple[int, int], other: tuple[int, int]) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


GENERATORS = (
    smoothed_code,
    far_from_the_median,
    centre_after_round,
    misfiled_row,
    nearest_when_scaled,
)
