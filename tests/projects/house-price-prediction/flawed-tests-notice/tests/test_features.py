from housing.cleaning import clean
from housing.features import Features


def test_features(raw):
    houses = clean(raw)
    Features().fit(houses).transform(houses)
