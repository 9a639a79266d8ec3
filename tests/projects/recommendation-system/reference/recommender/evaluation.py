"""How good the lists are at home: trained on the first eleven months, judged on the last one."""

import pandas as pd

from recommender.cleaning import earlier_ids, first_id, tidy_events
from recommender.lists import PLACES, ndcg, recall
from recommender.model import Recommender

HELD_OUT = pd.Timedelta(days=30)


def evaluate(raw: pd.DataFrame, items: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    """NDCG@10 and recall@10 of each method and of the bestsellers, means over listeners."""
    moment = pd.to_datetime(raw["started_at"], utc=True, format="ISO8601")
    past = raw[moment < moment.max() - HELD_OUT]
    model = Recommender.fit(past, items, users)
    earlier = earlier_ids(items)
    events = tidy_events(raw, earlier)
    before = set(zip(*tidy_events(past, earlier)[["user_id", "title"]].to_numpy().T, strict=True))
    later: dict[str, set[str]] = {}
    for user, title in events[["user_id", "title"]].drop_duplicates().itertuples(index=False):
        if (user, title) not in before:
            later.setdefault(user, set()).add(title)
    asked = users[users["user_id"].isin(later) & users["user_id"].isin(model.users)]
    catalogue = items[~items["item_id"].isin(items["replaces"])].reset_index(drop=True)
    lists = model.recommend(asked, catalogue)
    lists["item_id"] = [first_id(item, earlier) for item in lists["item_id"]]
    ranked = lists.groupby(["method", "user_id"])["item_id"].agg(list)
    top = model.titles[model.heard.sum(axis=0).argsort()[::-1]][:200]
    for user in asked["user_id"]:
        unheard = (title for title in top if (user, title) not in before)
        ranked["bestsellers", user] = [title for title, _ in zip(unheard, range(PLACES))]
    figures = [
        {"method": method, "ndcg": ndcg(titles, later[user]), "recall": recall(titles, later[user])}
        for (method, user), titles in ranked.items()
    ]
    return pd.DataFrame(figures).groupby("method").mean()
