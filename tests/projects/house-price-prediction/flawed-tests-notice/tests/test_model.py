from housing.cleaning import clean


def test_prices(raw, model):
    assert len(model.predict(clean(raw))) > 0
