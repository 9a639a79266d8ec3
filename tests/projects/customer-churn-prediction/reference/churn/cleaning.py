"""From the company's export to tidy columns. The same function cleans for train and for predict."""

from pathlib import Path

import pandas as pd

MISSING = {"", "na", "n/a", "-", "?", "unknown"}
MONTHS = range(6, 0, -1)
USAGE = [f"usage_m{month}" for month in MONTHS]
PAID = [f"paid_m{month}" for month in MONTHS]
NAMES = ["segment", "plan", "contract", "region"]
COUNTS = ["late_payments", "outages", "support_calls", "nps"]
PLAIN = ["cost_missed", "cost_contact", "left"]
CONTRACTS = {"monthtomonth": "monthly", "12m": "12months", "24m": "24months"}


def read(path: Path) -> pd.DataFrame:
    """Every cell as text."""
    return pd.read_csv(path, dtype=str, encoding="utf-8", keep_default_na=False)


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: euros, gigabytes, one spelling, NaN where a value is missing.

    The columns that are updated at any time are left out: what they say may be from after the
    snapshot.
    """
    text = raw.apply(lambda column: column.str.strip())
    text = text.mask(text.apply(lambda column: column.str.lower().isin(MISSING)))
    columns = {"id": text["id"]}
    columns |= {name: parse_dates(text[name]) for name in ("snapshot_on", "joined_on")}
    columns |= {name: parse_name(text[name]) for name in NAMES}
    columns |= {name: parse_amount(text[name]) for name in ("monthly_fee", *PAID)}
    columns |= {name: parse_traffic(text[name]) for name in USAGE}
    columns |= {name: pd.to_numeric(text[name]) for name in (*COUNTS, *PLAIN) if name in text}
    customers = pd.DataFrame(columns)
    customers["contract"] = customers["contract"].replace(CONTRACTS)
    customers["support_calls"] = customers["support_calls"].mask(customers["support_calls"] < 0)
    late = customers["joined_on"] > customers["snapshot_on"]
    customers["joined_on"] = customers["joined_on"].mask(late)
    return customers.drop_duplicates("id").reset_index(drop=True)


def parse_name(text: pd.Series) -> pd.Series:
    """Small letters and digits only: "Small-Business " and "small business" are the same."""
    return text.str.lower().str.replace(r"[^a-z0-9]", "", regex=True)


def parse_amount(text: pd.Series) -> pd.Series:
    """Euros, from 29.90, 29,90, €29.90 or 2990 ct."""
    digits = text.str.replace(r"[^\d.,]", "", regex=True).str.replace(",", ".")
    number = pd.to_numeric(digits)
    return number.where(~text.str.contains("ct", na=False), number / 100)


def parse_traffic(text: pd.Series) -> pd.Series:
    """Gigabytes, from 41.5, 41.5 GB or 41500 MB."""
    number = pd.to_numeric(text.str.replace(r"[^\d.]", "", regex=True))
    return number.where(~text.str.contains("MB", na=False), number / 1000)


def parse_dates(text: pd.Series) -> pd.Series:
    """2024-03-09 or 09.03.2024."""
    iso = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    dotted = pd.to_datetime(text, format="%d.%m.%Y", errors="coerce")
    return iso.fillna(dotted)
