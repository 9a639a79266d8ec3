import numpy as np
import pandas as pd
import pytest

from housing.features import Features


@pytest.fixture
def houses():
    """Three houses; the sizes have a median far from their mean."""
    return pd.DataFrame(
        {
            "listed_on": pd.to_datetime(["2024-05-01", "2021-01-01", "2023-01-01"]),
            "location": ["oldtown", "westend", "oldtown"],
            "size": [50.0, 100.0, 900.0],
            "rooms": [2.0, 3.0, 4.0],
            "year_built": [2014.0, 1981.0, 2003.0],
            "condition": [2.0, 0.0, 3.0],
            "lot_size": [0.0, 0.0, 500.0],
            "distance_km": [4.0, 9.0, 1.0],
            "energy_label": [2.0, 6.0, 1.0],
        }
    )


def test_missing_size_counts_as_the_median(houses):
    features = Features().fit(houses)
    unknown = houses.assign(size=np.nan)
    known = houses.assign(size=100.0)
    assert np.array_equal(features.transform(unknown)["size"], features.transform(known)["size"])


def test_size_is_a_log_and_its_square(houses):
    size = Features().fit(houses).transform(houses)["size"]
    assert size[1] == pytest.approx([0, 0])
    assert size[0] == pytest.approx([np.log(0.5), np.log(0.5) ** 2])


def test_date_is_counted_in_years_with_a_season(houses):
    dates = Features().fit(houses).transform(houses)["listed_on"]
    assert dates[1] == pytest.approx([0, 0, 1])
    assert dates[0][0] == pytest.approx(3.33, abs=0.01)
    assert dates[0][1] == pytest.approx(np.sin(2 * np.pi * dates[0][0]))
    assert dates[0][2] == pytest.approx(np.cos(2 * np.pi * dates[0][0]))


def test_house_without_a_lot_is_told_apart(houses):
    assert list(Features().fit(houses).transform(houses)["lot_size"][:, 1]) == [1, 1, 0]
