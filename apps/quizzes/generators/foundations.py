"""Questions about training on paper, arrays, tables, files and programs."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def two_steps(random: Random) -> Draw | None:
    """Two steps of gradient descent on a parabola."""
    steepness, rate = random.choice((1, 2, 3, 4, 5)), random.choice((0.05, 0.1, 0.15, 0.2, 0.25))
    bottom = random.randint(2, 9)
    start = bottom + random.choice((-1, 1)) * random.randint(4, 12)
    distance = start - bottom
    factor = 1 - 2 * steepness * rate

    def after(steps: int, *, with_factor: float) -> float:
        return bottom + distance * with_factor**steps

    first = after(1, with_factor=factor)
    slope = 2 * steepness * distance
    answer = after(2, with_factor=factor)
    distractors = {
        "one-step-only": first,
        "uphill": after(2, with_factor=1 + 2 * steepness * rate),
        "two-forgotten": after(2, with_factor=1 - steepness * rate),
        "first-slope-kept": start - 2 * rate * slope,
        "rate-forgotten": after(2, with_factor=1 - 2 * steepness),
    }
    if not 0.15 < abs(factor) < 0.85 or not are_apart((answer, *distractors.values()), gap=0.05):
        return None
    return Draw(
        parameters={"steepness": steepness, "rate": rate, "bottom": bottom, "start": start},
        worked={
            "double": 2 * steepness,
            "first_slope": slope,
            "first_change": -rate * slope,
            "first": first,
            "second_slope": 2 * steepness * (first - bottom),
            "second_change": -rate * 2 * steepness * (first - bottom),
            "factor": factor,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def hops_over_the_valley(random: Random) -> Draw | None:
    """A rate at which steps change sides and still settle."""
    curvature = random.choice((2, 4, 5, 8, 10, 16, 20, 25, 40, 50))
    tenths = random.choice((13, 14, 15, 16, 17, 18))  # of curvature times rate
    rate = tenths / 10 / curvature
    answer = 1 - tenths / 10
    return Draw(
        parameters={"curvature": curvature, "rate": rate, "distance": random.randint(4, 19)},
        worked={"product": tenths / 10, "limit": 2 / curvature, "size": -answer},
        answer=answer,
        distractors={
            "uphill": 1 + tenths / 10,
            "one-not-subtracted": tenths / 10,
            "curvature-halved": 1 - tenths / 20,
            "curvature-doubled": 1 - tenths / 5,
            "sign-lost": -answer,
        },
    )


@until_sound
def slope_for_weight(random: Random) -> Draw | None:
    """One slope of a mean squared error, for four cases."""
    weight, constant = random.randint(2, 5), random.randint(1, 6)
    inputs = sorted(random.sample(range(1, 9), 4))
    errors = [random.choice((-4, -3, -2, -1, 1, 2, 3, 4)) for _ in inputs]
    truths = [weight * x + constant - error for x, error in zip(inputs, errors, strict=True)]
    products = [error * x for x, error in zip(inputs, errors, strict=True)]
    answer = sum(products) / 2
    distractors = {
        "sum-for-mean": 2 * sum(products),
        "two-forgotten": sum(products) / 4,
        "slope-for-the-constant": sum(errors) / 2,
        "errors-turned-round": -answer,
        "errors-squared": sum(
            error * product for error, product in zip(errors, products, strict=True)
        )
        / 2,
    }
    if sum(products) % 2 or not are_apart((0, answer, *distractors.values()), gap=0.45):
        return None
    return Draw(
        parameters={
            "weight": weight,
            "constant": constant,
            **{f"x_{i}": x for i, x in enumerate(inputs)},
            **{f"y_{i}": y for i, y in enumerate(truths)},
        },
        worked={
            **{
                f"p_{i}": y + error for i, (y, error) in enumerate(zip(truths, errors, strict=True))
            },
            **{f"e_{i}": error for i, error in enumerate(errors)},
            **{f"ex_{i}": product for i, product in enumerate(products)},
            "sum": sum(products),
            "sum_of_errors": sum(errors),
            "direction": "falls" if answer > 0 else "rises",
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def chain_of_slopes(random: Random) -> Draw | None:
    """The slope for the first weight of two, along a chain."""
    x, target = random.randint(2, 6), random.randint(3, 20)
    first, second = random.choice((0.5, 1.5, 2, 2.5, 3)), random.randint(2, 5)
    hidden = first * x
    prediction = second * hidden
    error = prediction - target
    answer = 2 * error * second * x
    distractors = {
        "other-weight": 2 * error * hidden,
        "input-forgotten": 2 * error * second,
        "second-weight-forgotten": 2 * error * x,
        "two-forgotten": error * second * x,
        "error-turned-round": -answer,
    }
    if not 1 <= abs(error) <= 9 or not are_apart((0, answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={"x": x, "target": target, "first": first, "second": second},
        worked={
            "hidden": hidden,
            "prediction": prediction,
            "for_prediction": 2 * error,
            "for_hidden": 2 * error * second,
            "for_second": 2 * error * hidden,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def all_differences(random: Random) -> Draw | None:
    """The intermediate result of a subtraction of all from all."""
    millions, centres = random.randint(1, 9), random.randrange(12, 61, 2)
    features = random.choice((3, 4, 5, 6, 7, 9, 10))
    rows = millions * 1_000_000
    answer = rows * centres * features * 8 / 1e9
    distractors = {
        "inputs-only": (rows + centres) * features * 8 / 1e9,
        "one-byte-for-each-number": rows * centres * features / 1e9,
        "last-axis-forgotten": rows * centres * 8 / 1e9,
        "other-axis-forgotten": rows * features * centres * 8 / 1e6,
    }
    if centres == features or answer < 1:
        return None
    return Draw(
        parameters={"rows": rows, "centres": centres, "features": features},
        worked={
            "entries": rows * centres * features / 1e9,
            "input": rows * features * 8 / 1e9,
            "block": 50_000 * centres * features * 8 / 1e6,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def sum_of_pixels(random: Random) -> Draw | None:
    """Two bytes whose sum goes beyond what a byte holds."""
    first, second = random.randint(130, 250), random.randint(90, 250)
    total = first + second
    answer = total - 256
    distractors = {
        "python-integers": total,
        "stops-at-the-top": 255,
        "range-of-255": total - 255,
        "mean-for-sum": total / 2,
    }
    if total < 270 or total % 2 or not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={"first": first, "second": second},
        worked={"total": total, "mean": total // 2, "wrapped_mean": answer // 2},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def counter_in_float32(random: Random) -> Draw | None:
    """A counter so large that a small step is lost."""
    exponent = random.randint(31, 38)
    low, gap = 2**exponent, 2 ** (exponent - 23)
    step = random.randint(gap // 8, gap * 2 // 5)
    answer = gap
    distractors = {
        "whole-numbers-are-exact": 1,
        "one-digit-too-many": gap // 2,
        "one-digit-too-few": gap * 2,
        "digits-of-float64": 2.0 ** (exponent - 52),
    }
    return Draw(
        parameters={
            "exponent": exponent,
            "low": low,
            "high": 2 * low,
            "value": low + gap * random.randint(1_000, 8_000_000),
            "step": step,
        },
        worked={"next_digit": exponent + 1, "last": exponent - 23, "half": gap / 2},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rows_of_a_join(random: Random) -> Draw | None:
    """A left join whose right table holds some keys twice and thrice, and lacks some."""
    orders = random.randrange(2_000, 9_001, 100)
    doubled, tripled, missing = (random.randint(40, 400) for _ in range(3))
    answer = orders + doubled + 2 * tripled
    distractors = {
        "left-keeps-the-number": orders,
        "without-partner-dropped": answer - missing,
        "only-matching-once": orders - missing,
        "one-row-more-each": orders + doubled + tripled,
        "rows-come-on-top": orders + 2 * doubled + 3 * tripled,
    }
    if not are_apart((answer, *distractors.values()), gap=5):
        return None
    return Draw(
        parameters={"orders": orders, "doubled": doubled, "tripled": tripled, "missing": missing},
        worked={"single": orders - doubled - tripled - missing, "more": doubled + 2 * tripled},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def mean_of_two_groups(random: Random) -> Draw | None:
    """A mean over all rows, from means and counts of two groups of unlike size."""
    few, many = random.randrange(20, 81, 5), random.randrange(200, 601, 20)
    of_few, of_many = random.randint(40, 95), random.randint(20, 95)
    rows = few + many
    answer = (few * of_few + many * of_many) / rows
    distractors = {
        "mean-of-means": (of_few + of_many) / 2,
        "weights-swapped": (many * of_few + few * of_many) / rows,
        "means-added": of_few + of_many,
        "larger-group-only": of_many,
    }
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={"few": few, "many": many, "of_few": of_few, "of_many": of_many},
        worked={
            "sum_of_few": few * of_few,
            "sum_of_many": many * of_many,
            "sum": few * of_few + many * of_many,
            "rows": rows,
            "plain": distractors["mean-of-means"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def pages_with_retries(random: Random) -> Draw | None:
    """How likely all pages arrive, if each is tried a few times."""
    attempts = random.choice((2, 3))
    failing = random.randint(3, 8) if attempts == 2 else random.randint(9, 16)
    pages = random.randrange(40, 301, 5)
    p = failing / 100
    answer = 100 * (1 - p**attempts) ** pages
    distractors = {
        "without-retries": 100 * (1 - p) ** pages,
        "one-page-only": 100 * (1 - p**attempts),
        "failures-divided": 100 * (1 - p / attempts) ** pages,
    }
    if not 40 <= answer <= 96 or not are_apart((answer, *distractors.values()), gap=1.3):
        return None
    return Draw(
        parameters={"failing": failing, "attempts": attempts, "pages": pages},
        worked={
            "for_good": 100 * p**attempts,
            "page": distractors["one-page-only"],
            "single": distractors["without-retries"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def letters_to_bytes(random: Random) -> Draw | None:
    """Letters with accents, read by the wrong encoding."""
    letters = random.randrange(3_000, 20_001, 50)
    accents = random.randint(letters * 2 // 100, letters * 9 // 100)
    return Draw(
        parameters={"letters": letters, "accents": accents},
        worked={"plain": letters - accents},
        answer=letters + accents,
        distractors={
            "one-byte-each": letters,
            "two-bytes-each": 2 * letters,
            "accents-are-lost": letters - accents,
            "three-bytes-for-accents": letters + 2 * accents,
            "accents-only": 2 * accents,
        },
    )


@until_sound
def rejected_rows(random: Random) -> Draw | None:
    """An import that rejects far more than on other nights."""
    usual = random.randint(1, 4)  # of 1,000
    rows = random.randrange(4_000, 30_001, 1_000)
    percent = random.randint(24, 46)
    return Draw(
        parameters={"rows": rows, "rejected": rows * percent // 100, "usual": usual},
        worked={"percent": percent, "expected": rows * usual // 1_000},
    )


GENERATORS = (
    all_differences,
    chain_of_slopes,
    counter_in_float32,
    hops_over_the_valley,
    letters_to_bytes,
    mean_of_two_groups,
    pages_with_retries,
    rejected_rows,
    rows_of_a_join,
    slope_for_weight,
    sum_of_pixels,
    two_steps,
)
