"""The naive baseline: the share of spam for every mail."""

from collections.abc import Collection, Sequence

from spamfilter.model import Model, log_odds_of


def fit(features: Sequence[Collection[str]], spam: Sequence[bool]) -> Model:
    return Model(intercept=log_odds_of(sum(spam) / len(spam)), weights={})
