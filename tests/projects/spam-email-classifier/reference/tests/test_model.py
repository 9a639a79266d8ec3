import pytest
from sklearn.metrics import log_loss as sklearn_log_loss

from spamfilter.model import Model, load
from spamfilter.training import STRENGTHS, best_strength, fit, fit_with, log_loss


@pytest.fixture(scope="module")
def fitted(mails):
    return fit(*zip(*mails, strict=True))


def test_model_finds_the_rule(fitted):
    assert fitted.probability({"bonus", "lottery", "wallet"}) > 0.8
    assert fitted.probability({"invoice", "bonus"}) < 0.3
    assert fitted.probability({"invoice"}) < 0.1


def test_probability_is_the_logistic_function_of_the_weights():
    model = Model(intercept=-1.0, weights={"a": 2.0, "b": 1.0})
    assert model.probability({"a", "b", "new"}) == pytest.approx(0.880797, abs=1e-6)
    assert model.probability(set()) == pytest.approx(0.268941, abs=1e-6)


def test_mean_probability_is_the_share_of_spam(fitted, mails):
    said = [fitted.probability(words) for words, _ in mails]
    share = sum(spam for _, spam in mails) / len(mails)
    assert sum(said) / len(said) == pytest.approx(share, abs=0.02)


def test_training_twice_gives_the_same_weights(mails, fitted):
    assert fit(*zip(*mails, strict=True)) == fitted


def test_saved_model_says_the_same(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    assert load(tmp_path / "model") == fitted


def test_log_loss_is_that_of_scikit_learn():
    said, spam = [0.1, 0.4, 0.9, 1.0], [False, True, True, True]
    assert log_loss(said, spam) == pytest.approx(sklearn_log_loss(spam, said))


def test_strength_is_the_best_one_on_the_latest_mails(mails):
    features, spam = zip(*mails, strict=True)

    def loss(strength):
        model = fit_with(features[:300], spam[:300], strength)
        return log_loss([model.probability(words) for words in features[300:]], spam[300:])

    assert best_strength(features, spam) == sorted(STRENGTHS, key=loss)[0]


def test_rare_words_do_not_count(mails):
    features, spam = zip(*mails, strict=True)
    features = [words | {"once"} if number == 0 else words for number, words in enumerate(features)]
    assert "once" not in fit_with(features, spam, 1.0).weights
