"""Ridge regression on the log price. It adds up by construction, so it can explain itself."""

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from housing.features import Features


class PriceModel:
    def fit(self, sales: pd.DataFrame) -> "PriceModel":
        self.features = Features().fit(sales)
        blocks = self.features.transform(sales)
        table = np.hstack(list(blocks.values()))
        self.scaler = StandardScaler().fit(table)
        self.ridge = Ridge(alpha=1.0).fit(self.scaler.transform(table), np.log(sales["price"]))
        return self

    def predict(self, houses: pd.DataFrame) -> np.ndarray:
        """Prices in the currency of the training data."""
        return np.exp(self.contributions(houses).sum(axis=1) + self.ridge.intercept_)

    def explain(self, houses: pd.DataFrame) -> pd.DataFrame:
        """Base and one contribution per column, in money, which people understand better."""
        base = np.exp(self.ridge.intercept_)
        table = base * np.expm1(self.contributions(houses))
        table.insert(0, "id", houses["id"])
        table.insert(1, "scale", "price")
        table.insert(2, "base", base)
        return table

    def contributions(self, houses: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to the log price, compared with an average house."""
        blocks = self.features.transform(houses)
        parts = self.scaler.transform(np.hstack(list(blocks.values()))) * self.ridge.coef_
        columns = np.repeat(list(blocks), [block.shape[1] for block in blocks.values()])
        return pd.DataFrame(
            {name: parts[:, columns == name].sum(axis=1) for name in blocks}, index=houses.index
        )
