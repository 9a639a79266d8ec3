from recommender import collaborative


def test_collaborative_can_be_imported():
    assert collaborative
