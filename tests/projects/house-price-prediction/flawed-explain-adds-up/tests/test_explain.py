from housing.cleaning import clean


def test_each_house_has_an_explanation_in_money(raw, model):
    table = model.explain(clean(raw))
    assert list(table["id"]) == list(raw["id"])
    assert set(table["scale"]) == {"price"}
