"""A made-up service with a known rule, as small as the tests allow."""

import numpy as np
import pandas as pd

TITLES, LISTENERS = 40, 60


def made_up_items() -> pd.DataFrame:
    """Even titles are crime read by Ada Brook, odd ones romance read by Ben Castle."""
    even = np.arange(TITLES) % 2 == 0
    return pd.DataFrame(
        {
            "item_id": [f"T-{10_000 + number}" for number in range(TITLES)],
            "title": "The Quiet Map",
            "genre": np.where(even, "True crime", "Romance"),
            "tags": np.where(even, "cold case;island", "first love"),
            "narrator": np.where(even, "Ada Brook", "Ben Castle"),
            "length_min": "300",
            "published_on": "2020-01-01",
            "description": "",
            "replaces": None,
        }
    )


def made_up_users() -> pd.DataFrame:
    """Even listeners like crime, odd ones romance, and all said so at the sign-up."""
    even = np.arange(LISTENERS) % 2 == 0
    return pd.DataFrame(
        {
            "user_id": [f"U-{20_000 + number}" for number in range(LISTENERS)],
            "joined_on": "2023-01-01",
            "age_band": np.where(even, "under 25", "40-59"),
            "favourites": np.where(even, "true-crime", "Romance"),
            "device": "phone",
        }
    )


def made_up_events() -> pd.DataFrame:
    """Each listener heard eight titles of their kind, one a month."""
    rng = np.random.default_rng(3)
    rows = []
    for listener in range(LISTENERS):
        kind = np.arange(listener % 2, TITLES, 2)
        for month, title in enumerate(rng.choice(kind, 8, replace=False), start=1):
            moment = f"2024-{month:02d}-10T20:00:{listener:02d}Z"
            rows.append((f"U-{20_000 + listener}", f"T-{10_000 + title}", moment, "30"))
    return pd.DataFrame(rows, columns=["user_id", "item_id", "started_at", "minutes"])
