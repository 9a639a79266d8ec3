from housing.cleaning import clean


def test_larger_is_dearer_and_older_is_cheaper(raw, model):
    houses = clean(raw)
    prices = model.predict(houses)
    assert model.predict(houses.assign(size=houses["size"] * 1.2)).mean() > prices.mean()
    older = houses.assign(year_built=houses["year_built"] - 15)
    assert model.predict(older).mean() < prices.mean()
