from spamfilter import features


def test_features_can_be_imported():
    assert features
