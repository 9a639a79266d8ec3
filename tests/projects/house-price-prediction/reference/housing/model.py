"""Ridge regression on the log price. It adds up by construction, so it can explain itself."""

import numpy as np
import pandas as pd

from housing.features import Features

PENALTY = 1.0


def ridge(table: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights for centred columns and a centred target."""
    penalty = PENALTY * np.eye(table.shape[1])
    return np.linalg.solve(table.T @ table + penalty, table.T @ target)


class PriceModel:
    def fit(self, sales: pd.DataFrame) -> "PriceModel":
        self.features = Features().fit(sales)
        blocks = self.features.transform(sales)
        table = np.hstack(list(blocks.values()))
        self.centre, spread = table.mean(axis=0), table.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1.0)
        target = np.log(sales["price"].to_numpy())
        self.intercept = target.mean()
        self.weights = ridge(self.scaled(table), target - self.intercept)
        return self

    def scaled(self, table: np.ndarray) -> np.ndarray:
        return (table - self.centre) / self.spread

    def predict(self, houses: pd.DataFrame) -> np.ndarray:
        """Prices in the currency of the training data."""
        return np.exp(self.contributions(houses).sum(axis=1) + self.intercept)

    def explain(self, houses: pd.DataFrame) -> pd.DataFrame:
        """Base and one contribution per column, on the log price."""
        table = self.contributions(houses)
        table.insert(0, "id", houses["id"])
        table.insert(1, "scale", "log_price")
        table.insert(2, "base", self.intercept)
        return table

    def contributions(self, houses: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to the log price, compared with an average house."""
        blocks = self.features.transform(houses)
        parts = self.scaled(np.hstack(list(blocks.values()))) * self.weights
        columns = np.repeat(list(blocks), [block.shape[1] for block in blocks.values()])
        return pd.DataFrame(
            {name: parts[:, columns == name].sum(axis=1) for name in blocks}, index=houses.index
        )
