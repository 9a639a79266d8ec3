from housing.cleaning import clean


def test_larger_is_dearer_and_older_is_cheaper(raw, model):
    houses = clean(raw)
    prices = model.predict(houses)
    # Written when predict still returned the log of the price.
    assert prices.max() < 20
    assert model.predict(houses.assign(size=houses["size"] * 1.2)).mean() > prices.mean()
