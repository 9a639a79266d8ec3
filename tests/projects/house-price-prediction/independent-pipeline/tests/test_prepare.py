import io

import numpy as np
import pytest

from agency.prepare import load_export, simplify, to_date, to_square_metres

CSV = """id,listed_on,location,size,rooms,year_built,condition,lot_size,distance_km,energy_label
H1,2023-05-04,Old Town,1000 sq ft,3,1950,Good,?,2.5,class B
H2,04.05.2023,OLD-TOWN,93 m2,n/a,1960,poor,0,1.5,b
H1,2023-05-04,Old Town,1000 sq ft,3,1950,Good,?,2.5,class B
"""


@pytest.fixture
def export():
    return load_export(io.StringIO(CSV))


def test_duplicates_go(export):
    assert list(export.index) == ["H1", "H2"]


def test_spellings_are_one(export):
    assert export["location"].nunique() == 1
    assert export["energy_label"].tolist() == [1, 1]
    assert export["condition"].tolist() == [3, 1]


@pytest.mark.parametrize("cell, metres", [("100", 100), ("1000 sqft", 92.9), ("80 m2", 80)])
def test_areas(cell, metres):
    assert to_square_metres(cell) == pytest.approx(metres)


def test_missing(export):
    assert np.isnan(export.loc["H1", "lot_size"])
    assert np.isnan(export.loc["H2", "rooms"])


def test_dates():
    assert to_date("2023-05-04") == to_date("04.05.2023")
    assert simplify("Old-Town 2") == "oldtown"
