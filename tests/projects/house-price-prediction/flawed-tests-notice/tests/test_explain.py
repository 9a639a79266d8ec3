from housing.cleaning import clean


def test_explain(raw, model):
    model.explain(clean(raw))
