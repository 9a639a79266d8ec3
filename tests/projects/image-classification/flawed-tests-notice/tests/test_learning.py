from tiles import model


def test_learning_can_be_imported():
    assert model
