from recommender import newcomers


def test_newcomers_can_be_imported():
    assert newcomers
