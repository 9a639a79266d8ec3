import numpy as np
import pandas as pd

NUMBERS = ["rooms", "year_built", "distance_km", "price"]
AREAS = ["size", "lot_size"]
NOTHING = ["", "NA", "na", "N/A", "n/a", "-", "?", "unknown", "Unknown"]


def load_export(file):
    df = pd.read_csv(file, encoding="latin-1", dtype=str, na_values=NOTHING)
    df.columns = [c.strip() for c in df.columns]
    df = df.drop_duplicates(subset="id", keep="first")
    for col in AREAS:
        df[col] = df[col].apply(to_square_metres)
    for col in NUMBERS:
        if col in df.columns:
            df[col] = pd.to_numeric(df[col], errors="coerce")
    df["listed_on"] = df["listed_on"].apply(to_date)
    df["location"] = df["location"].fillna("nowhere").apply(simplify)
    order = {"poor": 1, "fair": 2, "good": 3, "excellent": 4}
    df["condition"] = df["condition"].str.strip().str.lower().replace(order)
    df["condition"] = pd.to_numeric(df["condition"], errors="coerce")
    df["energy_label"] = df["energy_label"].apply(
        lambda s: np.nan if pd.isna(s) else ord(s.strip().upper()[-1]) - ord("A")
    )
    return df.set_index("id")


def to_square_metres(cell):
    if pd.isna(cell):
        return np.nan
    cell = cell.strip().lower()
    digits = "".join(ch for ch in cell.split(" ")[0] if ch.isdigit() or ch == ".")
    if not digits:
        return np.nan
    return float(digits) * (0.0929 if "ft" in cell else 1)


def to_date(cell):
    if pd.isna(cell):
        return pd.NaT
    fmt = "%d.%m.%Y" if "." in cell else "%Y-%m-%d"
    return pd.to_datetime(cell.strip(), format=fmt, errors="coerce")


def simplify(name):
    return "".join(filter(str.isalpha, name.lower()))


def without_mistakes(df):
    df = df.dropna(subset=["price", "size"])
    per_metre = df["price"] / df["size"]
    low, high = per_metre.quantile([0.005, 0.995])
    return df[per_metre.between(low, high) & (df["size"] <= 300)]
