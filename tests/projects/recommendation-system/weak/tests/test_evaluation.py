from recommender.evaluation import evaluate


def test_every_method_is_judged(events, items, users):
    figures = evaluate(events, items, users)
    assert list(figures.index) == ["bestsellers", "collaborative", "content", "served"]
    assert figures["recall"].between(0, 1).all()
