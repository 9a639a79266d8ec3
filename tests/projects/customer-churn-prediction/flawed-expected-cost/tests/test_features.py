from churn.cleaning import clean
from churn.features import Features


def test_features_have_no_gaps(raw):
    customers = clean(raw)
    features = Features().fit(customers)
    raw.loc[0, ["nps", "plan", "usage_m1", "contract", "joined_on", "paid_m2"]] = "?"
    assert features.transform(clean(raw)).notna().all().all()
