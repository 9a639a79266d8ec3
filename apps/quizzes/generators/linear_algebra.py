"""Questions about vectors and matrices, with whole numbers that can be followed by hand."""

from collections.abc import Sequence
from itertools import combinations
from math import dist, gcd, hypot, sqrt
from random import Random

from apps.quizzes.draws import Draw, Number
from apps.quizzes.generators.soundness import are_apart, until_sound

# Vectors of whole numbers whose length is a whole number too.
WHOLE_LENGTHS = {
    (1, 2, 2): 3,
    (2, 4, 4): 6,
    (2, 3, 6): 7,
    (1, 4, 8): 9,
    (4, 4, 7): 9,
    (3, 6, 6): 9,
    (2, 6, 9): 11,
    (6, 6, 7): 11,
}
HOUR = 60  # minutes


@until_sound
def price_difference(random: Random) -> Draw | None:
    """A dot product as a weighted sum, with entries below zero."""
    flat = [random.randint(-3, 5), random.randint(-3, 4), random.randint(-4, 5)]
    weights = [random.randint(8, 25), random.randint(2, 6), -random.randint(2, 9)]
    products = [entry * weight for entry, weight in zip(flat, weights, strict=True)]
    answer = sum(products)
    distractors = {
        "signs-ignored": sum(map(abs, products)),
        "sums-multiplied": sum(flat) * sum(weights),
        "everything-added": sum(flat) + sum(weights),
        "mean-for-sum": answer / 3,
        "matched-in-reverse": _dot(flat, weights[::-1]),
    }
    if 0 in flat or min(flat) > 0 or not 10 <= answer <= 120:
        return None
    if not are_apart((answer, *distractors.values()), gap=1):
        return None
    size, floor, centre = flat
    return Draw(
        parameters={
            "size": size,
            "floor": floor,
            "centre": centre,
            "for_size": weights[0],
            "for_floor": weights[1],
            "for_centre": weights[2],
        },
        worked={
            "terms": _written_dot(flat, weights),
            "products": _written_sum(products),
            "positive": distractors["signs-ignored"],
            "sum_of_flat": _minus(sum(flat)),
            "sum_of_weights": _minus(sum(weights)),
            "product_of_sums": _minus(distractors["sums-multiplied"]),
            "all_added": _minus(distractors["everything-added"]),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def cosine_of_baskets(random: Random) -> Draw | None:
    """Cosine of two vectors whose lengths come out whole."""
    shapes = [list(shape) for shape in random.sample(sorted(WHOLE_LENGTHS), 2)]
    for shape in shapes:
        random.shuffle(shape)
    first, second = shapes
    first_length, second_length = (WHOLE_LENGTHS[_sorted(shape)] for shape in shapes)
    dot, lengths = _dot(first, second), first_length * second_length
    answer = dot / lengths
    distractors = {
        "lengths-left-in": dot,
        "one-length-only": dot / first_length,
        "other-length-only": dot / second_length,
        "roots-forgotten": dot / lengths**2,
        "sums-as-lengths": dot / (sum(first) * sum(second)),
        "distance-for-cosine": dist(first, second),
    }
    if answer > 0.97 or not are_apart((answer, *distractors.values()), gap=0.013):
        return None
    return Draw(
        parameters={
            **dict(zip(("first_tea", "first_bread", "first_fruit"), first, strict=True)),
            **dict(zip(("second_tea", "second_bread", "second_fruit"), second, strict=True)),
        },
        worked={
            "terms": _written_dot(first, second),
            "dot": dot,
            "first_squares": _written_dot(first, first),
            "second_squares": _written_dot(second, second),
            "first_squared": first_length**2,
            "second_squared": second_length**2,
            "first_length": first_length,
            "second_length": second_length,
            "lengths": lengths,
            "first_sum": sum(first),
            "second_sum": sum(second),
            "distance": distractors["distance-for-cosine"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def nearest_article(random: Random) -> Draw | None:
    """Four articles, three of them the first by some measure of likeness, one the opposite."""
    mix = (random.randint(1, 4), random.randint(1, 4))
    longer = random.randint(3, 4)
    query = (mix[0] * longer, mix[1] * longer)
    articles = {
        "by_cosine": mix,
        "by_dot": (random.randint(1, 20), random.randint(1, 20)),
        "by_distance": (query[0] + random.randint(-2, 2), query[1] + random.randint(-2, 2)),
        "opposite": (-2 * mix[0], -2 * mix[1]),
    }
    if gcd(*mix) > 1 or max(*query) > 14 or min(articles["by_distance"]) < 1:
        return None
    lengths = {role: hypot(*article) for role, article in articles.items()}
    dots = {role: _dot(query, article) for role, article in articles.items()}
    cosines = {role: dots[role] / (hypot(*query) * lengths[role]) for role in articles}
    distances = {role: dist(query, article) for role, article in articles.items()}
    sound = (
        dots["by_dot"] == max(dots.values()) >= dots["by_distance"] + 5
        # The explanation says that this one wins by its length.
        and lengths["by_dot"] >= 1.2 * max(hypot(*query), lengths["by_distance"])
        and distances["by_distance"] == min(distances.values())
        # Only one cosine may look like 1 when it is rounded to two digits.
        and cosines["by_dot"] <= 0.95
        and cosines["by_distance"] <= 0.984
        and are_apart(cosines.values(), gap=0.013)
        and are_apart(distances.values(), gap=0.2)
    )
    if not sound:
        return None
    letters = dict(zip(random.sample(sorted(articles), 4), "ABCD", strict=True))
    rows = {letter.lower(): role for role, letter in letters.items()}
    return Draw(
        parameters={
            "query_x": query[0],
            "query_y": query[1],
            **{f"{row}_x": articles[role][0] for row, role in rows.items()},
            **{f"{row}_y": articles[role][1] for row, role in rows.items()},
            **letters,
        },
        worked={
            "longer": longer,
            **{f"{row}_dot": _minus(dots[role]) for row, role in rows.items()},
            **{f"{row}_cosine": _minus(round(cosines[role], 2)) for row, role in rows.items()},
            **{f"{row}_distance": distances[role] for row, role in rows.items()},
            "largest_dot": dots["by_dot"],
            "largest_length": lengths["by_dot"],
            "cosine_of_largest_dot": cosines["by_dot"],
            "smallest_distance": distances["by_distance"],
            "cosine_of_nearest": cosines["by_distance"],
        },
    )


@until_sound
def numbers_in_the_result(random: Random) -> Draw | None:
    """How large the result of one layer is, from the shapes of what goes in."""
    rows = random.choice((32, 50, 64, 100, 128, 200, 256))
    features = random.randint(6, 40)
    units = random.choice((4, 8, 10, 16, 20, 24, 32))
    answer = rows * units
    distractors = {
        "size-of-the-weights": features * units,
        "weights-and-bias": features * units + units,
        "size-of-the-input": rows * features,
        "inner-size-kept": rows * features * units,
        "sizes-added": rows * features + features * units,
        "bias-added-as-numbers": answer + units,
    }
    sizes_differ = len({rows, features, units}) == 3
    if not sizes_differ or not are_apart((answer, *distractors.values()), gap=1):
        return None
    return Draw(
        parameters={"rows": rows, "features": features, "units": units},
        worked={
            "weights": distractors["size-of-the-weights"],
            "learned": distractors["weights-and-bias"],
            "inputs": distractors["size-of-the-input"],
            "multiplications": distractors["inner-size-kept"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def entry_of_product(random: Random) -> Draw | None:
    """One entry of a product with a square matrix, which would fit sideways too."""
    shops = [[random.randint(2, 9) for _ in range(3)] for _ in range(2)]
    prices = [random.randint(6, 15) for _ in range(3)]
    items = [[price, random.randint(2, price - 2), random.randint(1, 5)] for price in prices]
    column = random.choice((1, 2))
    row = shops[1]
    answer = _dot(row, _column(items, column))
    distractors = {
        "row-times-row": _dot(row, items[column]),
        "entry-by-entry": row[column] * items[1][column],
        "counted-from-one": _dot(shops[0], _column(items, column - 1)),
        "other-shop": _dot(shops[0], _column(items, column)),
        "sums-multiplied": sum(row) * sum(_column(items, column)),
        "sum-of-column": sum(_column(items, column)),
    }
    if len(set(row)) < 3 or not are_apart((answer, *distractors.values()), gap=1):
        return None
    return Draw(
        parameters={
            **{f"shop_{i}{j}": shops[i][j] for i in range(2) for j in range(3)},
            **{f"item_{i}{j}": items[i][j] for i in range(3) for j in range(3)},
            "column": column,
        },
        worked={
            "row_numbers": ", ".join(map(str, row)),
            "column_numbers": ", ".join(str(items[i][column]) for i in range(3)),
            "sideways_numbers": ", ".join(map(str, items[column])),
            "terms": _written_dot(row, _column(items, column)),
            "sideways_terms": _written_dot(row, items[column]),
            "sideways": distractors["row-times-row"],
            "place": ("", "second", "third")[column],
            "of_one": row[column],
            "of_other": items[1][column],
            "row_sum": sum(row),
            "column_sum": distractors["sum-of-column"],
            "meaning": (
                "",
                "the cost of buying what shop B sold, in euros",
                "the weight of what shop B sold, in kilograms",
            )[column],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def price_of_house(random: Random) -> Draw | None:
    """The forward pass of a network with two hidden units, one of which ReLU silences."""
    house = [random.choice((-2, -1, 1, 2, 3)) for _ in range(2)]
    first = [[random.randint(-3, 3) for _ in range(2)] for _ in range(2)]
    bias = [random.choice((-2, -1, 1, 2)) for _ in range(2)]
    second = [random.randrange(10, 41, 5), random.choice((-1, 1)) * random.randrange(10, 41, 5)]
    base = random.randrange(200, 401, 20)

    def price(before: Sequence[int], *, relu: bool = True) -> int:
        return _dot([max(one, 0) for one in before] if relu else before, second) + base

    products = [_dot(house, _column(first, unit)) for unit in range(2)]
    before = [product + bias[unit] for unit, product in enumerate(products)]
    sideways = [_dot(house, first[unit]) + bias[unit] for unit in range(2)]
    hidden = [max(one, 0) for one in before]
    answer = price(before)
    distractors = {
        "relu-left-out": price(before, relu=False),
        "relu-as-absolute-value": price([abs(one) for one in before]),
        "hidden-bias-forgotten": price(products),
        "weights-sideways": price(sideways),
        "output-bias-forgotten": answer - base,
    }
    one_is_silent = min(before) < 0 < max(before)
    if not one_is_silent or 0 in (*first[0], *first[1], *products) or not 100 <= answer <= 900:
        return None
    if not are_apart((answer, *distractors.values()), gap=1):
        return None
    return Draw(
        parameters={
            "size": house[0],
            "state": house[1],
            **{f"w_{i}{j}": first[i][j] for i in range(2) for j in range(2)},
            "b_0": bias[0],
            "b_1": bias[1],
            "v_0": second[0],
            "v_1": second[1],
            "base": base,
        },
        worked={
            "terms_0": f"{_written_dot(house, _column(first, 0))} = {_minus(products[0])}",
            "terms_1": f"{_written_dot(house, _column(first, 1))} = {_minus(products[1])}",
            "products": _written_vector(products),
            "before": _written_vector(before),
            "silent": _minus(min(before)),
            "hidden": _written_vector(hidden),
            "output_terms": f"{_written_dot(hidden, second)} + {base}",
            "without_relu": _minus(distractors["relu-left-out"]),
            "sideways": _written_vector(sideways),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def column_minus_flat(random: Random) -> Draw | None:
    """A column of predictions minus a flat array of prices."""
    rows = random.randrange(500, 4_001, 250)
    spread = random.randrange(60, 121, 5)  # of the prices, in thousand euros
    miss = random.randint(6, 12)
    return Draw(
        parameters={
            "rows": rows,
            "spread": spread,
            "miss": miss,
            # Two prices that have nothing to do with each other differ by about this much.
            "rmse": round(spread * sqrt(2)),
        },
        worked={"pairs": rows * rows, "megabytes": rows * rows * 8 / 1_000_000},
    )


@until_sound
def weights_from_pytorch(random: Random) -> Draw | None:
    """Shapes of a batch and of weights that lie the other way round."""
    rows = random.choice((100, 150, 200, 250, 300, 500))
    features = random.randint(5, 20)
    units = random.choice((24, 32, 48, 64, 96))
    return Draw(parameters={"rows": rows, "features": features, "units": units})


@until_sound
def twin_columns(random: Random) -> Draw | None:
    """The weight of one column, where another holds the same in a smaller unit."""
    rate = random.randint(30, 95)
    minute = random.randint(2, 9)
    answer = rate + HOUR * minute
    distractors = {
        "each-weight-stands-alone": rate,
        "sign-turned": rate - HOUR * minute,
        "units-ignored": rate + minute,
        "factor-turned-round": rate + minute / HOUR,
        "rate-left-out": HOUR * minute,
    }
    if not are_apart((answer, *distractors.values()), gap=0.022):
        return None
    return Draw(
        parameters={"rate": rate, "minute": minute},
        worked={
            "per_hour": HOUR * minute,
            "two_hours": 2 * rate,
            "first_part": 2 * answer,
            "second_part": 2 * HOUR * minute,
        },
        answer=answer,
        distractors=distractors,
    )


def _dot(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _column(matrix: Sequence[Sequence[int]], place: int) -> list[int]:
    return [row[place] for row in matrix]


def _sorted(shape: Sequence[int]) -> tuple[int, int, int]:
    first, second, third = sorted(shape)
    return first, second, third


def _minus(number: Number) -> str:
    """A number in prose, with a true minus sign."""
    return f"{number:g}".replace("-", "−")  # noqa: RUF001


def _factor(number: int) -> str:
    return f"({_minus(number)})" if number < 0 else str(number)


def _written_dot(one: Sequence[int], other: Sequence[int]) -> str:
    return " + ".join(f"{_factor(a)} · {_factor(b)}" for a, b in zip(one, other, strict=True))


def _written_sum(numbers: Sequence[int]) -> str:
    return " + ".join(map(_factor, numbers))


def _written_vector(numbers: Sequence[int]) -> str:
    return f"({', '.join(map(_minus, numbers))})"


@until_sound
def recipes_times_orders(random: Random) -> Draw | None:
    """A whole product, small enough to be done by hand, of a square matrix and one that fits on
    either side."""
    orders = [[random.randint(1, 6) for _ in range(2)] for _ in range(2)]
    recipes = [[random.randint(1, 9) for _ in range(2)] for _ in range(2)]
    product = _product(orders, recipes)
    distractors = {
        "other-order": _product(recipes, orders),
        "entry-by-entry": [
            [one * other for one, other in zip(*rows, strict=True)]
            for rows in zip(orders, recipes, strict=True)
        ],
        "row-times-row": _product(orders, [list(row) for row in zip(*recipes, strict=True)]),
    }
    matrices = [product, *distractors.values()]
    if any(one == other for one, other in combinations(matrices, 2)) or orders[0] == orders[1]:
        return None
    return Draw(
        parameters={
            **{f"order_{i}{j}": orders[i][j] for i in range(2) for j in range(2)},
            **{f"recipe_{i}{j}": recipes[i][j] for i in range(2) for j in range(2)},
        },
        worked={
            "terms": _written_dot(orders[0], _column(recipes, 0)),
            "first": product[0][0],
            "more_terms": _written_dot(orders[1], _column(recipes, 1)),
            "last": product[1][1],
        },
        answer=product,
        distractors=distractors,
    )


def _product(one: list[list[int]], other: list[list[int]]) -> list[list[int]]:
    return [[_dot(row, _column(other, place)) for place in range(len(other[0]))] for row in one]


GENERATORS = (
    column_minus_flat,
    cosine_of_baskets,
    entry_of_product,
    nearest_article,
    numbers_in_the_result,
    price_difference,
    price_of_house,
    recipes_times_orders,
    twin_columns,
    weights_from_pytorch,
)
