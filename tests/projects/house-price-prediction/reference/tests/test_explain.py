import numpy as np

from housing.cleaning import clean


def test_base_and_contributions_add_up_to_the_log_price(raw, model):
    houses = clean(raw)
    table = model.explain(houses)
    total = table.drop(columns=["id", "scale"]).sum(axis=1)
    assert np.allclose(total, np.log(model.predict(houses)))
