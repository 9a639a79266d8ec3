import pandas as pd

from housing.cleaning import clean, drop_typos, parse_area, parse_dates, parse_label


def test_areas():
    parse_area(pd.Series(["80.0 m2", "861.1 sq ft"]))


def test_dates():
    parse_dates(pd.Series(["2023-04-17", "17.04.2023"]))


def test_labels():
    parse_label(pd.Series(["B", "class B"]))


def test_cleaning(raw):
    houses = clean(raw)
    drop_typos(houses)
    assert houses is not None
