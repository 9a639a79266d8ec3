from tiles import predicting


def test_predicting_can_be_imported():
    assert predicting
