from recommender import cleaning


def test_cleaning_can_be_imported():
    assert cleaning
