import pytest

from spamfilter.model import Model, load
from spamfilter.training import fit


def test_every_mail_has_the_share_of_spam():
    model = fit([{"a"}, {"b"}, {"a"}, {"c"}], [False, True, False, False])
    assert model.probability({"b"}) == pytest.approx(0.25)


def test_probability_is_the_logistic_function_of_the_weights():
    model = Model(intercept=-1.0, weights={"a": 2.0, "b": 1.0})
    assert model.probability({"a", "b", "new"}) == pytest.approx(0.880797, abs=1e-6)


def test_saved_model_says_the_same(tmp_path):
    model = Model(intercept=-1.0, weights={"a": 2.0})
    model.save(tmp_path / "model")
    assert load(tmp_path / "model") == model
