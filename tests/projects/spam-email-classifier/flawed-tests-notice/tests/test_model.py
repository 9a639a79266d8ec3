from spamfilter import training


def test_model_can_be_imported():
    assert training
