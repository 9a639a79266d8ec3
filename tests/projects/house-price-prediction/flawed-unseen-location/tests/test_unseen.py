from housing.cleaning import clean


def test_location_changes_the_price(raw, model):
    houses = clean(raw)
    dear = model.predict(houses.assign(location="oldtown")).mean()
    assert dear > model.predict(houses.assign(location="westend")).mean()
