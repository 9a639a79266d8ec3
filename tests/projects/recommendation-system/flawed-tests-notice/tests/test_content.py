from recommender import content


def test_content_can_be_imported():
    assert content
