import pandas as pd
import pytest

from churn.cleaning import clean, parse_amount, parse_dates, parse_name, parse_traffic


@pytest.mark.parametrize("text", ["29.90", "29,90", "€29.90", "2990 ct"])
def test_amounts_are_euros(text):
    assert parse_amount(pd.Series([text, None]))[0] == pytest.approx(29.9)


@pytest.mark.parametrize("text", ["41.5", "41.5 GB", "41500 MB"])
def test_traffic_is_gigabytes(text):
    assert parse_traffic(pd.Series([text, None]))[0] == pytest.approx(41.5)


def test_both_date_formats_mean_the_same_day():
    dates = parse_dates(pd.Series(["2024-03-09", "09.03.2024"]))
    assert dates[0] == dates[1] == pd.Timestamp("2024-03-09")


@pytest.mark.parametrize("text", ["Small Business", "small-business", " SMALL BUSINESS "])
def test_names_have_one_spelling(text):
    assert parse_name(pd.Series([text]))[0] == "smallbusiness"


@pytest.mark.parametrize(
    ("text", "contract"),
    [("12m", "12months"), ("month to month", "monthly"), ("MONTHLY", "monthly")],
)
def test_contracts_have_one_name(raw, text, contract):
    raw.loc[0, "contract"] = text
    assert clean(raw).loc[0, "contract"] == contract


@pytest.mark.parametrize("text", ["", "NA", "n/a", "-", "?", "unknown"])
def test_missing_values_become_nan(raw, text):
    raw.loc[0, ["nps", "plan", "usage_m1"]] = text
    assert clean(raw).loc[0, ["nps", "plan", "usage_m1"]].isna().all()


def test_impossible_values_become_nan(raw):
    raw.loc[0, "support_calls"] = "-3"
    raw.loc[0, "joined_on"] = "2026-01-01"
    assert clean(raw).loc[0, ["support_calls", "joined_on"]].isna().all()


def test_repeated_rows_are_kept_once(raw):
    assert len(clean(pd.concat([raw, raw.head(5)]))) == len(raw)
