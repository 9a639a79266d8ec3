from tiles import loading


def test_loading_can_be_imported():
    assert loading
