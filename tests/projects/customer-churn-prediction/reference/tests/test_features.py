import numpy as np
import pytest

from churn.cleaning import clean
from churn.features import Features


def test_fall_of_traffic_is_below_zero_and_ignores_one_month(raw):
    raw.loc[0, [f"usage_m{month}" for month in range(1, 7)]] = ["20", "9000", "20", "80", "0", "80"]
    customers = clean(raw)
    change = Features().fit(customers).transform(customers).loc[0, "change"]
    assert change == pytest.approx(np.log(21 / 81))


def test_features_have_no_gaps(raw):
    customers = clean(raw)
    features = Features().fit(customers)
    raw.loc[0, ["nps", "plan", "usage_m1", "contract", "joined_on", "paid_m2"]] = "?"
    assert features.transform(clean(raw)).notna().all().all()


def test_new_plan_and_region_are_average_ones(raw):
    customers = clean(raw)
    features = Features().fit(customers)
    raw["plan"], raw["region"] = "Turbo 500", "Mill Town"
    table = features.transform(clean(raw))
    assert (table.filter(regex="^(plan|region) ") == 0).all().all()
