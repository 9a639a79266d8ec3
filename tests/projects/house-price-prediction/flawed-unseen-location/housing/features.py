"""Turns tidy houses into numbers for a linear model, grouped by the column they come from."""

import numpy as np
import pandas as pd

AGE_KNOTS = (15, 35, 60, 100)  # years where the age curve may bend


class Features:
    """Learns medians and location names from the training data, and nothing from others."""

    def fit(self, houses: pd.DataFrame) -> "Features":
        numeric = houses.select_dtypes("number").drop(columns="price", errors="ignore")
        self.medians = numeric.median()
        self.locations = sorted(houses["location"].unique())
        return self

    def transform(self, houses: pd.DataFrame) -> dict[str, np.ndarray]:
        """Column of the export -> its features, one row per house."""
        place = houses["location"].map(self.locations.index)
        filled = houses.fillna(self.medians)
        missing = houses.isna().astype(float)
        age = houses["listed_on"].dt.year - filled["year_built"]
        years = (houses["listed_on"] - pd.Timestamp("2021-01-01")).dt.days / 365.25
        log_size = np.log(filled["size"] / 100)
        blocks = {
            "listed_on": [years, np.sin(2 * np.pi * years), np.cos(2 * np.pi * years)],
            "location": list(np.eye(len(self.locations))[place].T),
            "size": [log_size, log_size**2],
            "rooms": [filled["rooms"]],
            "year_built": [
                age,
                *(np.maximum(age - knot, 0) for knot in AGE_KNOTS),
                missing["year_built"],
            ],
            "condition": [filled["condition"], filled["condition"] * age, missing["condition"]],
            "lot_size": [np.log1p(filled["lot_size"]), filled["lot_size"] == 0],
            "distance_km": [filled["distance_km"], np.sqrt(filled["distance_km"])],
            "energy_label": [filled["energy_label"], missing["energy_label"]],
        }
        return {column: np.column_stack(parts).astype(float) for column, parts in blocks.items()}
