from housing.cleaning import clean


def test_larger_is_dearer(raw, model):
    houses = clean(raw)
    assert (model.predict(houses.assign(size=houses["size"] * 1.2)) > model.predict(houses)).all()
