from recommender.evaluation import evaluate


def test_own_kind_beats_the_bestsellers(events, items, users):
    """In the last month each listener hears one title, of the thirteen left of their kind."""
    figures = evaluate(events, items, users)
    assert list(figures.index) == ["bestsellers", "collaborative", "content", "served"]
    assert figures["recall"].between(0, 1).all()
    assert figures.loc["content", "recall"] > figures.loc["bestsellers", "recall"]
    assert figures.loc["served", "recall"] > figures.loc["bestsellers", "recall"]
