from tiles import model


def test_normalised_can_be_imported():
    assert model
