"""For people without a history: what others who said the same hear."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SHRINK = 20  # listeners; a small group leans to all


@dataclass
class Answers:
    """How often each title is heard by those who gave an answer, against all."""

    rate: np.ndarray  # (titles,)
    lift: dict[str, np.ndarray]  # log, by answer


def given(user: pd.Series) -> list[str]:
    return [*user["favourites"], user["age_band"]]


def fit(users: pd.DataFrame, heard: np.ndarray) -> Answers:
    """``users``: one for each row of ``heard``."""
    rate = (heard.sum(axis=0) + 1) / (len(heard) + 1)
    rows: dict[str, list[int]] = {}
    for row, (_, user) in enumerate(users.iterrows()):
        for answer in given(user):
            rows.setdefault(answer, []).append(row)
    lift = {}
    for answer, members in rows.items():
        inside = heard[members].sum(axis=0)
        lift[answer] = np.log((inside + SHRINK * rate) / (len(members) + SHRINK) / rate)
    return Answers(rate=rate, lift=lift)


def score(users: pd.DataFrame, answers: Answers) -> np.ndarray:
    """Log of the rate, raised by what each person said: (listeners, titles)."""
    nothing = np.zeros_like(answers.rate)
    lifts = [
        sum((answers.lift.get(answer, nothing) for answer in given(user)), nothing)
        for _, user in users.iterrows()
    ]
    return np.log(answers.rate) + np.array(lifts).reshape(len(users), len(nothing))
