import pandas as pd
import pytest

from housing.cleaning import clean, drop_typos, parse_area, parse_dates, parse_label, read


@pytest.mark.parametrize("text", ["80.0 m2", "80", "80.0 sqm", "861.1 sq ft", "861.1 SQ FT"])
def test_areas_are_square_metres(text):
    assert parse_area(pd.Series([text]))[0] == pytest.approx(80, rel=1e-3)


def test_both_date_formats_mean_the_same_day():
    dates = parse_dates(pd.Series(["2023-04-17", "17.04.2023"]))
    assert dates[0] == dates[1] == pd.Timestamp("2023-04-17")


@pytest.mark.parametrize("text", ["B", "b", "class B", "Class B"])
def test_energy_labels_have_one_spelling(text):
    assert parse_label(pd.Series([text]))[0] == 1


@pytest.mark.parametrize("text", ["Old Town", "OLD TOWN", "Old-Town", " oldtown ", "old  town"])
def test_locations_have_one_spelling(raw, text):
    raw.loc[0, "location"] = text
    assert clean(raw).loc[0, "location"] == "oldtown"


@pytest.mark.parametrize("text", ["", "NA", "n/a", "-", "?", "unknown"])
def test_missing_values_become_nan(raw, text):
    raw.loc[0, "rooms"] = text
    assert pd.isna(clean(raw).loc[0, "rooms"])


def test_repeated_rows_are_kept_once(raw):
    assert len(clean(pd.concat([raw, raw.head(5)]))) == len(raw)


def test_typed_zeros_too_many_are_left_out(raw):
    raw.loc[0, "size"] = "800 m2"
    raw.loc[1, "price"] = raw.loc[1, "price"] + "0"
    assert len(drop_typos(clean(raw))) == len(raw) - 2


def test_latin_1_and_utf_8_in_one_file_can_be_read(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"id,agent_note\nH-1,Caf\xe9\nH-2,Caf\xc3\xa9\n")
    assert list(read(path)["id"]) == ["H-1", "H-2"]
