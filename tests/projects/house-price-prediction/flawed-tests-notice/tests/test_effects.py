from housing.cleaning import clean


def test_effects(raw, model):
    houses = clean(raw)
    model.predict(houses.assign(size=houses["size"] * 1.2))
