"""The columns that are numbers already, and how long the contract binds. The rest is left out."""

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

NUMBERS = ["monthly_fee", "late_payments", "usage_m1", "paid_m1", "nps"]


class Features(BaseEstimator, TransformerMixin):
    """Medians come from the rows of ``fit``."""

    def fit(self, customers: pd.DataFrame, left: pd.Series | None = None) -> "Features":
        self.medians_ = customers[NUMBERS].median()
        return self

    def transform(self, customers: pd.DataFrame) -> pd.DataFrame:
        table = customers[NUMBERS].fillna(self.medians_)
        table["monthly"] = (customers["contract"] == "monthly").astype(float)
        return table
