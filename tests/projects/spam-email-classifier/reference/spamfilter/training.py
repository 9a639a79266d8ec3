"""Fits the weights by logistic regression. Only train imports this: scikit-learn starts slowly."""

import math
from collections.abc import Collection, Sequence

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from spamfilter.model import Model

STRENGTHS = (0.2, 0.4, 0.7, 1.0)  # C of scikit-learn: the larger, the less regularisation
FEWEST_MAILS = 3  # with a word, for the word to count
HELD_OUT = 0.25  # of the mails, the latest ones, to choose the strength on


def fit(features: Sequence[Collection[str]], spam: Sequence[bool]) -> Model:
    """``features`` in the order in which the mails came in."""
    return fit_with(features, spam, best_strength(features, spam))


def best_strength(features: Sequence[Collection[str]], spam: Sequence[bool]) -> float:
    """By log loss on the latest mails, with a model that has not seen them."""
    cut = round(len(features) * (1 - HELD_OUT))

    def loss(strength: float) -> float:
        model = fit_with(features[:cut], spam[:cut], strength)
        said = [model.probability(one) for one in features[cut:]]
        return log_loss(said, spam[cut:])

    return min(STRENGTHS, key=loss)


def log_loss(said: Sequence[float], spam: Sequence[bool]) -> float:
    given = [p if is_spam else 1 - p for p, is_spam in zip(said, spam, strict=True)]
    return -sum(math.log(max(p, 1e-15)) for p in given) / len(given)


def fit_with(features: Sequence[Collection[str]], spam: Sequence[bool], strength: float) -> Model:
    counter = CountVectorizer(analyzer=sorted, binary=True, min_df=FEWEST_MAILS)
    table = counter.fit_transform(features)
    model = LogisticRegression(C=strength, max_iter=1_000).fit(table, spam)
    names = counter.get_feature_names_out()
    weights = dict(zip(names.tolist(), model.coef_[0].tolist(), strict=True))
    return Model(intercept=float(model.intercept_[0]), weights=weights)
