from recommender import lists


def test_lists_can_be_imported():
    assert lists
