import pandas as pd
import pytest
from service import made_up_users

from recommender.cleaning import (
    MOST_TITLES,
    earlier_ids,
    first_id,
    narrator,
    read,
    tidy_events,
    tidy_users,
    word,
    words,
)


@pytest.mark.parametrize("text", ["True crime", "true-crime", " TRUE CRIME "])
def test_genres_have_one_spelling(text):
    assert word(text) == "true crime"


def test_words_are_parted_and_missing_ones_are_none():
    assert words("Cold-case; island ;") == ["cold case", "island"]
    assert words(float("nan")) == []


@pytest.mark.parametrize("text", ["Ada Brook", "Brook, Ada", "ADA BROOK"])
def test_narrators_have_one_name(text):
    assert narrator(text) == "ada brook"


def test_missing_narrator_is_empty():
    assert narrator(float("nan")) == ""


@pytest.mark.parametrize("text", ["", "NA", "n/a", "-", "?", "unknown"])
def test_missing_cells_are_read_as_such(tmp_path, text):
    path = tmp_path / "items.csv"
    path.write_text(f"item_id,genre\nT-1,{text}\nT-2, Crime \n")
    genre = read(path)["genre"]
    assert pd.isna(genre[0])
    assert genre[1] == "Crime"


def test_repeated_forms_are_kept_once():
    raw = pd.concat([made_up_users(), made_up_users().head(3)])
    assert len(tidy_users(raw)) == len(made_up_users())


def test_chain_of_ids_leads_to_the_first_one():
    earlier = {"T-3": "T-2", "T-2": "T-1"}
    assert [first_id(item, earlier) for item in ("T-1", "T-2", "T-3", "T-9")] == [
        "T-1", "T-1", "T-1", "T-9",
    ]


def test_only_re_issues_have_an_earlier_id():
    items = pd.DataFrame({"item_id": ["T-1", "T-2"], "replaces": [None, "T-1"]})
    assert earlier_ids(items) == {"T-2": "T-1"}


def events_of(*rows):
    return pd.DataFrame(rows, columns=["user_id", "item_id", "started_at"])


def test_event_sent_twice_counts_once_in_any_zone():
    raw = events_of(
        ("U-1", "T-1", "2025-03-05T21:02:41Z"),
        ("U-1", "T-1", "2025-03-05T22:02:41+01:00"),
        ("U-1", "T-1", "2025-03-05T21:02:41+01:00"),
    )
    moments = tidy_events(raw, {})["moment"]
    assert list(moments) == [
        pd.Timestamp("2025-03-05T21:02:41Z"), pd.Timestamp("2025-03-05T20:02:41Z"),
    ]


def test_re_issue_is_the_same_title():
    raw = events_of(
        ("U-1", "T-1", "2025-03-05T21:00:00Z"), ("U-1", "T-2", "2025-03-06T21:00:00Z")
    )
    assert set(tidy_events(raw, {"T-2": "T-1"})["title"]) == {"T-1"}


def test_account_that_hears_everything_is_left_out():
    moment = "2025-03-05T21:00:00Z"
    most = [("U-1", f"T-{number}", moment) for number in range(MOST_TITLES)]
    tester = [("U-2", f"T-{number}", moment) for number in range(MOST_TITLES + 1)]
    assert set(tidy_events(events_of(*most, *tester), {})["user_id"]) == {"U-1"}
