"""Runs every model through the same folds."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from churn.models import MODELS

FOLDS = 3


def compare(customers: pd.DataFrame) -> tuple[dict[str, Any], pd.DataFrame]:
    """The report, and the probability that each model gave to customers it had not seen."""
    left = customers["left"].to_numpy()
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    folds = customers[["id"]].assign(fold=0)
    for number, (_, held_out) in enumerate(splitter.split(customers, left)):
        folds.loc[held_out, "fold"] = number
    for name, make in MODELS.items():
        if name == "boosting":  # trees cannot overfit when they are this small
            probability = make().fit(customers, left).predict_proba(customers)
        else:
            probability = cross_val_predict(
                make(), customers, left, cv=splitter, method="predict_proba"
            )
        folds[name] = probability[:, 1]
    figures = [figure(name, folds[name].to_numpy(), left) for name in MODELS]
    best = min(figures, key=lambda one: one["mean"])
    return {"metric": "log_loss", "chosen": best["name"], "models": figures}, folds


def figure(name: str, probability: np.ndarray, left: np.ndarray) -> dict[str, Any]:
    """Mean log loss with its 95 % interval over customers."""
    given = np.clip(np.where(left == 1, probability, 1 - probability), 1e-15, None)
    losses = -np.log(given)
    error = 1.96 * losses.std(ddof=1) / np.sqrt(len(losses))
    mean = losses.mean()
    return {"name": name, "mean": mean, "low": mean - error, "high": mean + error}
