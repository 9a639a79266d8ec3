"""From the tables as they come to tidy ones. The same functions clean for train and for predict."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

MISSING = ["", "NA", "n/a", "-", "?", "unknown"]
MOST_TITLES = 90  # only a test account hears more


def read(path: Path) -> pd.DataFrame:
    """Every cell as text, without spaces around it; NaN where missing."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=MISSING)
    return table.apply(lambda column: column.str.strip())


def word(text: str) -> str:
    """One spelling: "True-crime " and "true crime" are the same."""
    return text.strip().lower().replace("-", " ")


def words(text: object) -> list[str]:
    return [word(part) for part in text.split(";") if part.strip()] if isinstance(text, str) else []


def narrator(text: object) -> str:
    """"Brook, Ada" and "ADA BROOK" are "ada brook"; empty where missing."""
    if not isinstance(text, str):
        return ""
    return " ".join(reversed([part.strip() for part in text.lower().split(",")]))


def tidy_items(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per id: item_id, genre, tags (a list), narrator, replaces."""
    items = raw.drop_duplicates("item_id").reset_index(drop=True)
    return pd.DataFrame(
        {
            "item_id": items["item_id"],
            "genre": items["genre"].map(word, na_action="ignore").fillna(""),
            "tags": items["tags"].map(words),
            "narrator": items["narrator"].map(narrator),
            "replaces": items["replaces"],
        }
    )


def tidy_users(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per id: user_id, favourites (a list), age_band."""
    users = raw.drop_duplicates("user_id").reset_index(drop=True)
    return pd.DataFrame(
        {
            "user_id": users["user_id"],
            "favourites": users["favourites"].map(words),
            "age_band": users["age_band"].fillna(""),
        }
    )


def earlier_ids(items: pd.DataFrame) -> dict[str, str]:
    known = items.dropna(subset="replaces")
    return dict(zip(known["item_id"], known["replaces"], strict=True))


def first_id(item: str, earlier: Mapping[str, str]) -> str:
    """The id under which a title was sold first: the same for all its re-issues."""
    while item in earlier:
        item = earlier[item]
    return item


def tidy_events(raw: pd.DataFrame, earlier: Mapping[str, str]) -> pd.DataFrame:
    """user_id, title (its first id) and moment; no event twice, no test account."""
    ids = {item: first_id(item, earlier) for item in raw["item_id"].unique()}
    events = pd.DataFrame(
        {
            "user_id": raw["user_id"],
            "title": raw["item_id"].map(ids),
            "moment": pd.to_datetime(raw["started_at"], utc=True, format="ISO8601"),
        }
    ).drop_duplicates()
    titles = events.groupby("user_id")["title"].nunique()
    return events[~events["user_id"].isin(titles.index[titles > MOST_TITLES])]
