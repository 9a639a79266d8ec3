"""Questions about splits of data and cross-validation."""

from math import ceil
from random import Random
from statistics import mean

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound


@until_sound
def mean_of_folds(random: Random) -> Draw | None:
    """Three folds by hand, with a model that says the mean of its training rows."""
    values = [random.randint(3, 30) for _ in range(6)]
    folds = [values[:2], values[2:4], values[4:]]
    said = [mean(values[: 2 * k] + values[2 * k + 2 :]) for k in range(3)]
    errors = [
        mean(abs(value - guess) for value in fold) for fold, guess in zip(folds, said, strict=True)
    ]
    answer = mean(errors)
    overall = mean(values)
    distractors = {
        "judged-on-its-own-rows": mean(abs(value - overall) for value in values),
        "fold-predicts-itself": mean(abs(one - other) / 2 for one, other in folds),
        "errors-added": sum(errors),
        "best-fold-only": min(errors),
    }
    if not 2 <= answer <= 8 or not are_apart((answer, *distractors.values()), gap=0.06):
        return None
    return Draw(
        parameters=dict(zip("abcdef", values, strict=True)),
        worked={
            **{f"said_{k}": guess for k, guess in enumerate(said, start=1)},
            **{f"error_{k}": error for k, error in enumerate(errors, start=1)},
            "overall": overall,
            "own": distractors["judged-on-its-own-rows"],
            "added": distractors["errors-added"],
            "best": min(errors),
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def trainings_of_a_search(random: Random) -> Draw | None:
    """How often a nested search trains."""
    outer, inner = random.choice((3, 4, 5, 6, 8, 10)), random.choice((3, 4, 5))
    settings = random.randint(8, 60)
    answer = outer * (settings * inner + 1)
    distractors = {
        "one-search-only": settings * inner,
        "winner-not-trained-again": outer * settings * inner,
        "inner-folds-forgotten": outer * settings,
        "folds-added": settings * (outer + inner),
        "one-refit-in-all": outer * settings * inner + 1,
    }
    if not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={"outer": outer, "inner": inner, "settings": settings},
        worked={
            "search": settings * inner,
            "with_winner": settings * inner + 1,
            "without_winner": outer * settings * inner,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def sorted_positives(random: Random) -> Draw | None:
    """Folds without a positive, where the table is sorted by class."""
    folds, size = random.choice((5, 8, 10)), random.randrange(20, 101, 10)
    positives = random.randint(size // 2, size * (folds - 2))
    filled = ceil(positives / size)
    answer = folds - filled
    distractors = {
        "shuffled-by-itself": 0,
        "folds-that-have-some": filled,
        "last-fold-left-out": folds - positives // size,
        "every-fold-lacks-some": folds,
    }
    if not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    return Draw(
        parameters={"rows": folds * size, "positives": positives, "folds": folds},
        worked={"size": size, "filled": filled, "share": 100 * positives / (folds * size)},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def neighbour_by_machine(random: Random) -> Draw | None:
    """One nearest neighbour on four machines with two rows each, a machine left out at a time."""
    starts = [random.randint(10, 20)]
    for _ in range(3):
        starts.append(starts[-1] + random.randint(5, 20))
    fails = [random.random() < 0.5 for _ in starts]
    rows = [(start + step, place) for place, start in enumerate(starts) for step in (0, 2)]
    nearest = {}
    for value, place in rows:
        others = sorted((abs(value - other), other, at) for other, at in rows if at != place)
        if others[0][0] == others[1][0]:
            return None
        nearest[value] = others[0][1:]
    right = [fails[place] == fails[nearest[value][1]] for value, place in rows]
    answer = sum(right)
    distractors = {"neighbour-on-the-same-machine": 8, "wrong-for-right": 8 - answer}
    if len(set(fails)) == 1 or not are_apart((answer, *distractors.values()), gap=0.5):
        return None
    says = {True: "yes", False: "no"}
    return Draw(
        parameters={
            **{f"x{n}": value for n, (value, _) in enumerate(rows, start=1)},
            **{f"y{n}": says[fails[place]] for n, (_, place) in enumerate(rows, start=1)},
        },
        worked={
            **{f"near{n}": nearest[value][0] for n, (value, _) in enumerate(rows, start=1)},
            **{
                f"said{n}": says[fails[nearest[value][1]]]
                for n, (value, _) in enumerate(rows, start=1)
            },
            **{f"mark{n}": "right" if good else "wrong" for n, good in enumerate(right, start=1)},
            "wrong": 8 - answer,
        },
        answer=answer,
        distractors=distractors,
    )


GENERATORS = (
    mean_of_folds,
    neighbour_by_machine,
    sorted_positives,
    trainings_of_a_search,
)
