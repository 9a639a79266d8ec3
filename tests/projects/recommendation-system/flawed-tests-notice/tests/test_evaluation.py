from recommender import evaluation


def test_evaluation_can_be_imported():
    assert evaluation
