from tiles import data


def test_folders_can_be_imported():
    assert data
