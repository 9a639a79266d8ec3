"""The bestsellers, for everybody and in all three lists."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from recommender.cleaning import earlier_ids, first_id, tidy_events
from recommender.lists import best


@dataclass
class Recommender:
    items: pd.DataFrame
    users: pd.Index  # of the rows of ``heard``
    titles: pd.Index  # of its columns: first ids
    heard: np.ndarray

    @classmethod
    def fit(cls, interactions: pd.DataFrame, items: pd.DataFrame, users: pd.DataFrame) -> Self:
        """From raw events, and tidy items and users."""
        events = tidy_events(interactions, earlier_ids(items))
        rows, user_ids = pd.factorize(events["user_id"], sort=True)
        columns, titles = pd.factorize(events["title"], sort=True)
        heard = np.zeros((len(user_ids), len(titles)), dtype=np.float32)
        heard[rows, columns] = 1
        return cls(
            items=items,
            users=pd.Index(user_ids),
            titles=pd.Index(titles),
            heard=heard,
        )

    def recommend(self, users: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        """The lists of tidy ``users`` over ``today``'s tidy items: as the output has them."""
        earlier = earlier_ids(self.items) | earlier_ids(today)
        place = self.titles.get_indexer([first_id(item, earlier) for item in today["item_id"]])
        row = self.users.get_indexer(users["user_id"])
        known, newly = users[row >= 0], users[row < 0]
        heard = self._of_today(self.heard[row[row >= 0]], place)
        listeners = self._of_today(self.heard.sum(axis=0, keepdims=True), place)[0]
        everybody = np.tile(listeners, (len(users), 1))
        ids = today["item_id"].to_numpy()
        tables = [
            _table(known, method, everybody[: len(known)], heard, ids)
            for method in ("collaborative", "content", "served")
        ]
        nothing = np.zeros((len(newly), len(ids)))
        tables += [
            _table(newly, method, everybody[: len(newly)], nothing, ids)
            for method in ("content", "served")
        ]
        return pd.concat(tables)

    @staticmethod
    def _of_today(table: np.ndarray, place: np.ndarray, fill: float = 0.0) -> np.ndarray:
        """The columns of today's titles; ``fill`` for those that nobody has heard."""
        return np.where(place < 0, fill, table[:, place])


def _table(
    users: pd.DataFrame, method: str, scores: np.ndarray, heard: np.ndarray, ids: np.ndarray
) -> pd.DataFrame:
    lists = best(np.where(heard > 0, -np.inf, scores))
    count = lists.shape[1]
    return pd.DataFrame(
        {
            "user_id": np.repeat(users["user_id"].to_numpy(), count),
            "method": method,
            "rank": np.tile(np.arange(1, count + 1), len(users)),
            "item_id": ids[lists].ravel(),
        }
    )
