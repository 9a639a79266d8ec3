from tiles import model


def test_repeatable_can_be_imported():
    assert model
