import numpy as np

from housing.cleaning import clean


def test_unseen_location_is_priced_like_an_average_one(raw, model):
    known = model.predict(clean(raw))
    raw["location"] = "Fox Hollow"
    new = model.predict(clean(raw))
    assert np.all(np.abs(np.log(new / known)) < 0.3)
