import numpy as np
import pytest
from pictures import bars, trained
from tiles import model
from tiles.settings import DECAY


def test_gradient_of_the_loss_points_away_from_the_answer():
    found = trained(epochs=1)
    weights = {name: values for name, values in found.items() if name != "names"}
    pictures, _ = bars(np.random.default_rng(5), 2)
    gradients = model.loss_gradients(weights, model.normalised(pictures), np.array([0, 0]))
    assert gradients["offset"][0] < 0 < gradients["offset"][1]
    assert gradients["offset"].sum() == pytest.approx(0, abs=1e-6)


def test_first_step_of_adam_is_as_long_as_the_rate():
    weights = {"a": np.array([1.0, -1.0], np.float32)}
    moments = {"a": np.zeros((2, 2), np.float32)}
    model.descend(weights, moments, {"a": np.array([0.5, -4.0], np.float32)}, 1, 0.1)
    decayed = 0.1 * DECAY
    assert weights["a"] == pytest.approx([1 - 0.1 - decayed, -1 + 0.1 + decayed], abs=1e-5)


def test_model_comes_back_from_its_file(tmp_path):
    one = trained(epochs=1)
    model.save(one, tmp_path / "model")
    other = model.load(tmp_path / "model")
    assert set(one) == set(other)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_training_can_begin_with_given_weights():
    pictures, labels = bars(np.random.default_rng(2), 60)
    kernel = np.full(
        (9, model.random_weights(np.random.default_rng(0), 8, 2)["bias0"].size), 0.5, np.float32
    )
    found = model.train(pictures, labels, epochs=0, begin={"kernel0": kernel})
    assert np.array_equal(found["kernel0"], kernel)
