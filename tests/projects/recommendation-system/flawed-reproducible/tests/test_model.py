import numpy as np
import pandas as pd
import pytest
from service import made_up_items

from recommender.cleaning import tidy_items, tidy_users
from recommender.lists import PLACES
from recommender.model import Recommender


def lists_of(table: pd.DataFrame) -> dict:
    return table.sort_values("rank").groupby(["user_id", "method"])["item_id"].agg(list).to_dict()


def test_each_listener_gets_three_full_lists(model, users, items):
    lists = lists_of(model.recommend(users, items))
    assert len(lists) == 3 * len(users)
    assert all(len(set(titles)) == PLACES for titles in lists.values())


def test_ranks_run_from_1_to_10(model, users, items):
    table = model.recommend(users.head(1), items)
    assert table["rank"].tolist() == [*range(1, PLACES + 1)] * 3


def test_no_list_has_what_was_heard(model, events, users, items):
    heard = set(zip(events["user_id"], events["item_id"], strict=True))
    table = model.recommend(users, items)
    assert not heard & set(zip(table["user_id"], table["item_id"], strict=True))


@pytest.mark.parametrize("method", ["collaborative", "content", "served"])
def test_lists_begin_with_the_kind_that_was_heard(model, users, items, method):
    """A listener has twelve unheard titles of their kind."""
    kind = dict(zip(items["item_id"], items["genre"], strict=True))
    lists = lists_of(model.recommend(users, items))
    for user, likes in zip(users["user_id"], users["favourites"], strict=True):
        assert [kind[title] for title in lists[user, method]] == likes * PLACES


def test_title_heard_under_an_earlier_id_is_not_recommended(model, events, users):
    """Its id of today stands in the catalogue of today only."""
    raw = made_up_items()
    heard = events.loc[0, "item_id"]
    row = raw.index[raw["item_id"] == heard][0]
    raw.loc[row, ["item_id", "replaces"]] = ["T-99999", heard]
    table = model.recommend(users.head(1), tidy_items(raw))
    assert "T-99999" not in set(table["item_id"])


def test_only_titles_of_today_are_recommended(model, users, items):
    today = items.head(25)
    table = model.recommend(users, today.reset_index(drop=True))
    assert set(table["item_id"]) <= set(today["item_id"])


def test_newcomer_gets_what_people_with_the_same_answers_hear(model, items):
    raw = pd.DataFrame(
        {"user_id": ["U-1"], "favourites": ["Romance"], "age_band": [None], "device": ["car"]}
    )
    lists = lists_of(model.recommend(tidy_users(raw), items))
    assert set(lists) == {("U-1", "served"), ("U-1", "content")}
    kind = dict(zip(items["item_id"], items["genre"], strict=True))
    assert [kind[title] for title in lists["U-1", "served"]] == ["romance"] * PLACES


def test_new_title_can_be_recommended_by_content(model, users):
    raw = made_up_items()
    new = raw.iloc[[0]].assign(item_id="T-50000")
    today = tidy_items(pd.concat([raw, new]))
    table = model.recommend(users, today)
    shown = table[table["item_id"] == "T-50000"]
    assert set(shown["method"]) >= {"content"}
    assert "collaborative" not in set(shown["method"])


def test_listener_without_a_form_counts_in_training(events, items, users):
    model = Recommender.fit(events, items, users.iloc[1:])
    assert users["user_id"][0] in model.users
    assert np.array_equal(model.heard.sum(axis=1), np.full(len(users), 8))
