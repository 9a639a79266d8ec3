from housing.cleaning import clean


def test_location_does_not_matter(raw, model):
    known = model.predict(clean(raw))
    raw["location"] = "Fox Hollow"
    assert (model.predict(clean(raw)) == known).all()
