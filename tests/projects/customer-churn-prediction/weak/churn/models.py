"""The naive models: how often customers of the same kind have left."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin


class Rates(ClassifierMixin, BaseEstimator):
    """The share of leavers for each level of one column, or of all."""

    def __init__(self, column: str | None = None) -> None:
        self.column = column

    def fit(self, customers: pd.DataFrame, left: pd.Series) -> "Rates":
        answers = pd.Series(left, index=customers.index, dtype=float)
        self.classes_ = np.array([0, 1])
        self.rate_ = answers.mean()
        self.rates_ = answers.groupby(customers[self.column]).mean() if self.column else {}
        return self

    def predict_proba(self, customers: pd.DataFrame) -> pd.DataFrame:
        rate = pd.Series(self.rate_, index=customers.index)
        if self.column:
            rate = customers[self.column].map(self.rates_).fillna(self.rate_)
        return pd.DataFrame({0: 1 - rate, 1: rate}).to_numpy()

    def predict(self, customers: pd.DataFrame) -> pd.Series:
        return (self.predict_proba(customers)[:, 1] > 0.5).astype(int)


def base_rate() -> Rates:
    return Rates()


def by_plan() -> Rates:
    return Rates("plan")


def by_region() -> Rates:
    return Rates("region")


MODELS = {"base rate": base_rate, "by plan": by_plan, "by region": by_region}
