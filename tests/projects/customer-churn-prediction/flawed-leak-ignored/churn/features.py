"""Turns tidy customers into numbers, with nothing learned from rows that it was not fitted on."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from churn.cleaning import NAMES, PAID, USAGE, WORDS

TICKETS, CREDIT = (0.5, 1.5, 2.5), (2, 5, 10)  # where the counts of both are cut
MOST_OUTAGES = 5  # more of them hardly make a difference


class Features(BaseEstimator, TransformerMixin):
    """Medians and levels come from the rows of ``fit``."""

    def fit(self, customers: pd.DataFrame, left: pd.Series | None = None) -> "Features":
        self.levels_ = {
            name: sorted(customers[name].dropna().unique()) for name in (*NAMES, *WORDS)
        }
        self.medians_ = self._numbers(customers).median()
        return self

    def transform(self, customers: pd.DataFrame) -> pd.DataFrame:
        numbers = self._numbers(customers)
        table = numbers.fillna(self.medians_)
        for name, levels in self.levels_.items():
            for level in levels:
                table[f"{name} {level}"] = (customers[name] == level).astype(float)
        for name, cuts in (("open_tickets", TICKETS), ("credit_notes", CREDIT)):
            table[f"no {name}"] = customers[name].isna().astype(float)
            for cut in cuts:
                table[f"{name} above {cut}"] = (customers[name] > cut).astype(float)
        table["no nps"] = numbers["nps"].isna().astype(float)
        table["no contract"] = customers["contract"].isna().astype(float)
        for name in ("segment", "contract"):
            for level in self.levels_[name]:
                inside = table[f"{name} {level}"]
                table[f"outages, {level}"] = table["outages"] * inside
                table[f"change, {level}"] = table["change"] * inside
        for segment in self.levels_["segment"]:
            for contract in self.levels_["contract"]:
                both = table[f"segment {segment}"] * table[f"contract {contract}"]
                table[f"{segment}, {contract}"] = both
        return table

    def _numbers(self, customers: pd.DataFrame) -> pd.DataFrame:
        years = (customers["snapshot_on"] - customers["joined_on"]).dt.days / 365.25
        half = len(USAGE) // 2
        before, after = (customers[part].median(axis=1) for part in (USAGE[:half], USAGE[half:]))
        paid = customers[PAID].mean(axis=1) / customers["monthly_fee"]
        return pd.DataFrame(
            {
                "tenure": np.log1p(years),
                "fee": np.log(customers["monthly_fee"]),
                "change": np.log((after + 1) / (before + 1)).clip(-2, 1),
                "unpaid": (1 - paid).clip(0, 0.5),
                "late": customers["late_payments"].clip(upper=4),
                "outages": customers["outages"].clip(upper=MOST_OUTAGES),
                "calls": np.log1p(customers["support_calls"]),
                "nps": customers["nps"],
            }
        )
