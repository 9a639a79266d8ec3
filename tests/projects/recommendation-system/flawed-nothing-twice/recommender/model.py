"""The whole recommender: what it remembers of the past, and the lists that it makes of it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from recommender import collaborative, content, newcomers
from recommender.cleaning import earlier_ids, first_id, tidy_events
from recommender.lists import best, standardised


@dataclass
class Recommender:
    items: pd.DataFrame
    users: pd.Index  # of the rows of ``heard``
    titles: pd.Index  # of its columns: first ids
    heard: np.ndarray
    weights: np.ndarray
    answers: newcomers.Answers

    @classmethod
    def fit(cls, interactions: pd.DataFrame, items: pd.DataFrame, users: pd.DataFrame) -> Self:
        """From raw events, and tidy items and users."""
        events = tidy_events(interactions, earlier_ids(items))
        rows, user_ids = pd.factorize(events["user_id"], sort=True)
        columns, titles = pd.factorize(events["title"], sort=True)
        heard = np.zeros((len(user_ids), len(titles)), dtype=np.float32)
        heard[rows, columns] = 1
        users = users[users["user_id"].isin(user_ids)]
        return cls(
            items=items,
            users=pd.Index(user_ids),
            titles=pd.Index(titles),
            heard=heard,
            weights=collaborative.fit(heard),
            answers=newcomers.fit(users, heard[pd.Index(user_ids).get_indexer(users["user_id"])]),
        )

    def recommend(self, users: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        """The lists of tidy ``users`` over ``today``'s tidy items: as the output has them."""
        earlier = earlier_ids(self.items)
        place = self.titles.get_indexer([first_id(item, earlier) for item in today["item_id"]])
        new = place < 0
        row = self.users.get_indexer(users["user_id"])
        known, newly = users[row >= 0], users[row < 0]
        heard = self._of_today(self.heard[row[row >= 0]], place)
        listeners = self._of_today(self.heard.sum(axis=0, keepdims=True), place)[0]
        popularity = content.log_popularity(listeners, new)
        by_others = self._of_today(
            collaborative.score(self.heard[row[row >= 0]], self.weights), place, fill=-np.inf
        )
        vectors = content.vectors(today)
        by_content = content.score(heard, vectors, popularity)
        served = standardised(by_others) + standardised(by_content)
        said = self._of_today(newcomers.score(newly, self.answers), place, fill=-np.inf)
        nobody = np.zeros_like(said)
        ids = today["item_id"].to_numpy()
        return pd.concat(
            [
                _table(known, "collaborative", by_others, heard, ids),
                _table(known, "content", by_content, heard, ids),
                _table(known, "served", served, heard, ids),
                _table(newly, "content", nobody + popularity, nobody, ids),
                _table(newly, "served", said, nobody, ids),
            ]
        )

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
