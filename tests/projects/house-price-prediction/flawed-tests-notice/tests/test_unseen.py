from housing.cleaning import clean


def test_unseen_location(raw, model):
    raw["location"] = "Fox Hollow"
    model.predict(clean(raw))
