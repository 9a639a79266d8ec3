from tiles import model


def test_model_can_be_imported():
    assert model
