"""Questions about training in PyTorch and adapting models that were trained before."""

from math import log
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def dropout_by_hand(random: Random) -> Draw | None:
    """The sum of a row of four after dropout that keeps two of them."""
    row = [random.randint(1, 12) for _ in range(4)]
    drop = random.choice((0.2, 0.25, 0.5, 0.6, 0.75, 0.8))
    kept = sorted(random.sample(range(4), 2))
    total = sum(row[place] for place in kept)
    answer = total / (1 - drop)
    distractors = {
        "division-left-out": total,
        "divided-by-the-dropped-share": total / drop,
        "multiplied-by-the-kept-share": total * (1 - drop),
        "nothing-dropped": sum(row),
        "others-scaled-from-all": sum(row) / (1 - drop),
    }
    if drop == 0.5 or not are_apart((answer, *distractors.values()), gap=0.13):
        return None
    names = ("first", "second", "third", "fourth")
    return Draw(
        parameters={
            **{f"x{i}": row[i] for i in range(4)},
            "drop": drop,
            "keep": round(1 - drop, 2),
            "one": names[kept[0]],
            "other": names[kept[1]],
        },
        worked={
            "kept_one": row[kept[0]] / (1 - drop),
            "kept_other": row[kept[1]] / (1 - drop),
            "whole": sum(row),
        },
        answer=round(answer, 9),
        distractors=distractors,
    )


@until_sound
def slopes_left_behind(random: Random) -> Draw | None:
    """A weight after three steps of a loop that does not clear its slopes."""
    start = random.randint(2, 9)
    rate = random.choice((0.1, 0.2, 0.5))
    one, two, three = (random.choice((-3, -2, -1, 1, 2, 3, 4, 5)) for _ in range(3))
    answer = start - rate * (3 * one + 2 * two + three)
    distractors = {
        "cleared-each-time": start - rate * (one + two + three),
        "last-sum-only": start - rate * (one + two + three) * 3,
        "last-step-only": start - rate * three,
        "uphill": start + rate * (3 * one + 2 * two + three),
        "counted-the-other-way": start - rate * (one + 2 * two + 3 * three),
    }
    values = (answer, *distractors.values())
    if min(map(abs, values)) < 0.05 or not are_apart(values, gap=0.08):
        return None
    return Draw(
        parameters={
            "start": start,
            "rate": rate,
            "slope_1": one,
            "slope_2": two,
            "slope_3": three,
        },
        worked={
            "sum_2": one + two,
            "sum_3": one + two + three,
            "after_1": round(start - rate * one, 4),
            "after_2": round(start - rate * (2 * one + two), 4),
            "cleared": round(distractors["cleared-each-time"], 4),
        },
        answer=round(answer, 6),
        distractors={name: round(value, 6) for name, value in distractors.items()},
    )


@until_sound
def loss_of_epoch(random: Random) -> Draw | None:
    """The mean loss of an epoch whose last batch is small."""
    batch = random.choice((32, 64, 100, 128))
    full = random.randint(3, 9)
    small = random.randint(2, batch // 8)
    usual, odd = random.randint(20, 80) / 100, random.randint(150, 400) / 100
    rows = batch * full + small
    answer = (usual * batch * full + odd * small) / rows
    distractors = {
        "batches-count-alike": (usual * full + odd) / (full + 1),
        "small-batch-left-out": usual,
        "two-numbers-averaged": (usual + odd) / 2,
        "losses-added": usual * full + odd,
        "divided-by-full-batches": (usual * full + odd) / full,
    }
    if not are_apart((answer, *distractors.values()), gap=0.013):
        return None
    return Draw(
        parameters={
            "rows": rows,
            "batch": batch,
            "full": full,
            "small": small,
            "usual": usual,
            "odd": odd,
        },
        worked={
            "many": batch * full,
            "from_full": usual * batch * full,
            "from_small": odd * small,
            "batches": full + 1,
            "naive": distractors["batches-count-alike"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def entry_with_adapter(random: Random) -> Draw | None:
    """The first entry of an output with a low-rank correction of rank 1."""
    x = [random.choice((-2, -1, 1, 2, 3)) for _ in range(3)]
    column = [random.randint(-2, 3) for _ in range(3)]
    down = [random.choice((-1, 0, 1, 2)) for _ in range(3)]
    up = [random.choice((-1.5, -0.5, 0.5, 1.5, 2)), random.choice((-1, 1, 2))]
    factor = random.choice((2, 4))
    frozen = sum(a * b for a, b in zip(x, column, strict=True))
    read = sum(a * b for a, b in zip(x, down, strict=True))
    answer = frozen + factor * read * up[0]
    distractors = {
        "frozen-part-alone": frozen,
        "correction-alone": factor * read * up[0],
        "factor-forgotten": frozen + read * up[0],
        "other-entry-of-b": frozen + factor * read * up[1],
        "factor-on-everything": factor * (frozen + read * up[0]),
    }
    if not read or not frozen or not are_apart((answer, *distractors.values()), gap=0.24):
        return None
    return Draw(
        parameters={
            **{f"x{i}": x[i] for i in range(3)},
            **{f"w{i}": column[i] for i in range(3)},
            **{f"a{i}": down[i] for i in range(3)},
            "b0": up[0],
            "b1": up[1],
            "factor": factor,
        },
        worked={"frozen": frozen, "read": read, "correction": distractors["correction-alone"]},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def numbers_of_adapter(random: Random) -> Draw | None:
    """Millions of trained numbers of low-rank corrections."""
    width = random.choice((1_024, 1_536, 2_048, 2_560, 3_072, 4_096, 5_120))
    rank = random.choice((4, 8, 16, 32, 64))
    matrices = random.choice((2, 3, 4))
    layers = random.choice((16, 20, 24, 28, 32, 40))
    answer = 2 * width * rank * matrices * layers / 1e6
    distractors = {
        "one-strip-only": answer / 2,
        "whole-matrices": width**2 * matrices * layers / 1e6,
        "one-layer-only": answer / layers,
        "one-matrix-in-each-layer": answer / matrices,
        "strips-multiplied": 2 * width * rank**2 * matrices * layers / 1e6,
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if not 0.5 <= answer <= 200 or not are_apart(values, gap=0.045):
        return None
    return Draw(
        parameters={"width": width, "rank": rank, "matrices": matrices, "layers": layers},
        worked={
            "strips": 2 * width * rank,
            "half_rank": rank // 2,
            "halved": answer / 2,
            "matrix": width**2,
            "share": 100 * 2 * rank / width,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def many_customers(random: Random) -> Draw | None:
    """Gigabytes of one shared model with an adapter for each of many customers."""
    billions = random.choice((1, 2, 3, 4, 7, 8, 13))
    adapter = random.randrange(10, 61, 5)  # million numbers
    customers = random.randrange(10, 101, 5)
    base, each = 2 * billions, 2 * adapter / 1_000
    answer = base + customers * each
    distractors = {
        "copy-for-each-customer": customers * base,
        "adapters-alone": customers * each,
        "one-adapter-for-all": base + each,
        "four-bytes-for-each": 2 * answer,
        "numbers-for-bytes": answer / 2,
    }
    values = [log(value) for value in (answer, *distractors.values())]
    if not are_apart(values, gap=0.045):
        return None
    return Draw(
        parameters={"billions": billions, "adapter": adapter, "customers": customers},
        worked={"base": base, "each": each, "all_adapters": customers * each},
        answer=round(answer, 6),
        distractors=distractors,
    )


@until_sound
def borrowed_or_not(random: Random) -> Draw | None:
    """Scores of two tasks, one that borrowed features help and one that they do not."""
    helped_few = random.randint(62, 74)
    helped_many = random.randint(86, 91)
    other_few = random.randint(66, 78)
    other_many = random.randint(88, 94)
    lead = random.randint(7, 13)
    loss = random.randint(3, 6)
    return Draw(
        parameters={
            "helped_few": helped_few,
            "helped_few_borrowed": helped_few + lead,
            "helped_many": helped_many,
            "helped_many_borrowed": helped_many + 1,
            "other_few": other_few,
            "other_few_borrowed": other_few,
            "other_many": other_many,
            "other_many_borrowed": other_many - loss,
        },
        worked={"lead": lead, "loss": loss},
    )


GENERATORS = (
    dropout_by_hand,
    slopes_left_behind,
    loss_of_epoch,
    entry_with_adapter,
    numbers_of_adapter,
    many_customers,
    borrowed_or_not,
)
