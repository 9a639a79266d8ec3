"""From the agency's export to tidy columns.

The same function cleans the rows for train, predict and explain, so that a house means the same
to the model whoever typed it in.
"""

from pathlib import Path

import pandas as pd

SQUARE_FEET = 10.7639  # in a square metre
LARGEST_SIZE = 300  # m²; the dictionary says that no home is larger
HIGHEST_PRICE_PER_M2 = 12_000
MISSING = {"", "na", "n/a", "-", "?", "unknown"}
CONDITIONS = {"poor": 0, "fair": 1, "good": 2, "excellent": 3}


def read(path: Path) -> pd.DataFrame:
    """Every cell as text. Latin-1 reads any byte; the columns we use are plain ASCII."""
    return pd.read_csv(path, dtype=str, encoding="latin-1", keep_default_na=False)


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per house, areas in m², text in one spelling, NaN where a value is missing."""
    text = raw.apply(lambda column: column.str.strip())
    text = text.mask(text.apply(lambda column: column.str.lower().isin(MISSING)))
    houses = pd.DataFrame(
        {
            "id": text["id"],
            "listed_on": parse_dates(text["listed_on"]),
            "location": text["location"].str.lower().str.replace(r"[^a-z]", "", regex=True),
            "size": parse_area(text["size"]),
            "rooms": pd.to_numeric(text["rooms"], errors="coerce"),
            "year_built": pd.to_numeric(text["year_built"], errors="coerce"),
            "condition": text["condition"].str.lower().map(CONDITIONS).astype(float),
            "lot_size": parse_area(text["lot_size"]),
            "distance_km": pd.to_numeric(text["distance_km"], errors="coerce"),
            "energy_label": parse_label(text["energy_label"]),
        }
    )
    if "price" in text:
        houses["price"] = pd.to_numeric(text["price"], errors="coerce")
    return houses.drop_duplicates("id").reset_index(drop=True)


def drop_typos(sales: pd.DataFrame) -> pd.DataFrame:
    """Leave out sales whose size or price was typed with a zero too many."""
    too_large = sales["size"] > LARGEST_SIZE
    too_dear = sales["price"] / sales["size"] > HIGHEST_PRICE_PER_M2
    return sales[~too_large & ~too_dear].reset_index(drop=True)


def parse_area(text: pd.Series) -> pd.Series:
    """Square metres. Without a unit it is square metres already."""
    number = pd.to_numeric(text.str.extract(r"^([\d.]+)")[0], errors="coerce")
    feet = text.str.contains("ft", case=False, na=False)
    return number.where(~feet, number / SQUARE_FEET)


def parse_dates(text: pd.Series) -> pd.Series:
    """2023-04-17 or 17.04.2023."""
    iso = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    dotted = pd.to_datetime(text, format="%d.%m.%Y", errors="coerce")
    return iso.fillna(dotted)


def parse_label(text: pd.Series) -> pd.Series:
    """0 for A to 6 for G: "B", "b" and "class B" are the same."""
    letter = text.str.upper().str[-1]
    return letter.map({letter: number for number, letter in enumerate("ABCDEFG")}).astype(float)
