"""Questions about the claims of a project, and about tests that notice a fault."""

from math import sqrt
from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import PERCENT_GAP, are_apart, until_sound

DAYS = 100


@until_sound
def lower_end_of_a_claim(random: Random) -> Draw | None:
    """The lower end of the interval of a share, and where the naive rule lies."""
    rows, right = random.randrange(80, 901, 20), random.randint(74, 95)
    naive = right - random.randint(2, 9)
    share = right / 100
    error = 100 * sqrt(share * (1 - share) / rows)
    margin = 1.96 * error
    answer = right - margin
    distractors = {
        "one-standard-error": right - error,
        "upper-end": right + margin,
        "spread-of-a-share-left-out": right - 196 / sqrt(rows),
        "root-left-out": right - 196 * share * (1 - share) / rows,
    }
    # Rounding must not decide on which side the naive rule lies.
    if abs(naive - answer) < 0.4 or not are_apart((answer, *distractors.values()), gap=0.7):
        return None
    return Draw(
        parameters={"rows": rows, "right": right, "naive": naive},
        worked={
            "share": share,
            "rest": round(1 - share, 2),
            "error": error,
            "margin": margin,
            "top": right + margin,
            "verdict": "inside it, so the gain may be luck"
            if naive > answer
            else "below it, so luck alone does not explain the gain",
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def share_of_the_gap(random: Random) -> Draw | None:
    """How much of what could be gained a model has gained, by its errors."""
    naive = random.randint(200, 600) / 10
    best = round(naive * random.uniform(0.25, 0.7), 1)
    model = round(best + (naive - best) * random.uniform(0.15, 0.85), 1)
    answer = 100 * (naive - model) / (naive - best)
    distractors = {
        "gain-over-nothing": 100 * (naive - model) / naive,
        "error-that-is-left": 100 * model / naive,
        "distance-to-the-best": 100 * best / model,
        "gap-still-open": 100 - answer,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"naive": naive, "model": model, "best": best},
        worked={
            "gained": naive - model,
            "gap": naive - best,
            "gain_over_nothing": distractors["gain-over-nothing"],
            "most": 100 * (naive - best) / naive,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def more_right_than_never(random: Random) -> Draw | None:
    """On how many rows a model is right where the rule that says no to all is not."""
    rows = random.randrange(500, 2_001, 50)
    leavers = rows * random.randint(6, 20) // 100
    found = leavers * random.randint(35, 75) // 100
    alarms = found * random.randint(25, 85) // 100
    missed = leavers - found
    stay = rows - leavers
    answer = found - alarms
    right = found + stay - alarms
    distractors = {
        "found-ones": found,
        "right-ones": right,
        "against-a-coin": right - rows / 2,
        "missed-for-alarms": found - missed,
    }
    if answer < 3 or not are_apart((answer, *distractors.values()), gap=0.9):
        return None
    return Draw(
        parameters={
            "rows": rows,
            "found": found,
            "missed": missed,
            "alarms": alarms,
            "quiet": stay - alarms,
            "accuracy": 100 * right / rows,
        },
        worked={
            "right": right,
            "stay": stay,
            "naive": 100 * stay / rows,
            "points": 100 * answer / rows,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def mutants_noticed(random: Random) -> Draw | None:
    """Which of three changes in a rule for prices the cases of a test notice."""
    low, high, euros = random.randint(4, 16), random.randint(60, 70), random.randint(2, 9)
    young = random.randint(1, low - 1)
    second = random.choice((low, random.randint(low + 2, high - 20)))
    third = random.choice((high, high + random.randint(2, 15), high - random.randint(5, 15)))
    noticed = second == low, third == high, third >= high
    # All or none would be what somebody answers who does not look at the cases.
    if len(set(noticed)) == 1:
        return None
    return Draw(
        parameters={
            "low": low,
            "high": high,
            "euros": euros,
            "young": young,
            "second": second,
            "third": third,
            "third_euros": 0 if third >= high else euros,
        },
        answer=str(list(noticed)),
        distractors={
            "each-line-runs": str([True] * 3),
            "green-stays-green": str([False] * 3),
            "alive-for-noticed": str([not one for one in noticed]),
        },
    )


@until_sound
def figure_for_the_readme(random: Random) -> Draw | None:
    """Two forecasts of meals, of which the one with larger errors costs less."""
    spare, missing = random.randint(2, 4), random.randint(8, 15)
    over_y, under_y = (random.randrange(300, 521, 5) for _ in range(2))
    under_x = random.randrange(60, 161, 5)
    over_x = round((over_y + under_y) * random.uniform(1.1, 1.4)) - under_x
    over_naive, under_naive = (random.randrange(620, 901, 5) for _ in range(2))

    def cost(over: float, under: float) -> float:
        return (spare * over + missing * under) / DAYS

    x, y, naive = cost(over_x, under_x), cost(over_y, under_y), cost(over_naive, under_naive)
    error_x, error_y = (over_x + under_x) / DAYS, (over_y + under_y) / DAYS
    trained_x, trained_y = (
        round(error * random.uniform(0.45, 0.7), 1) for error in (error_x, error_y)
    )
    # Each of the wrong figures has to prefer Y, and clearly.
    if not x < 0.85 * y or not y < 0.9 * naive or trained_y > trained_x - 0.3:
        return None
    if abs(over_y - under_y) > 80:
        return None
    return Draw(
        parameters={
            "spare": spare,
            "missing": missing,
            "over_x": over_x,
            "under_x": under_x,
            "over_y": over_y,
            "under_y": under_y,
            "over_naive": over_naive,
            "under_naive": under_naive,
            "trained_x": trained_x,
            "trained_y": trained_y,
        },
        worked={
            "cost_x": x,
            "cost_y": y,
            "cost_naive": naive,
            "error_x": error_x,
            "error_y": error_y,
            "bias_x": (over_x - under_x) / DAYS,
            "bias_y": (over_y - under_y) / DAYS,
            "dearer": y - x,
        },
    )


GENERATORS = (
    figure_for_the_readme,
    lower_end_of_a_claim,
    more_right_than_never,
    mutants_noticed,
    share_of_the_gap,
)
