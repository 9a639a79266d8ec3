import numpy as np
from pictures import bars, trained

from tiles import model


def test_model_comes_back_from_its_file(tmp_path):
    pictures, _ = bars(np.random.default_rng(3), 10)
    one = trained(epochs=1)
    model.save(one, tmp_path / "model")
    other = model.load(tmp_path / "model")
    assert other["names"].tolist() == ["lying", "upright"]
    assert np.array_equal(
        model.probabilities(one, pictures), model.probabilities(other, pictures)
    )


def test_batches_change_no_probability():
    pictures, _ = bars(np.random.default_rng(3), 10)
    one = trained(epochs=1)
    assert np.allclose(
        model.probabilities(one, pictures), model.probabilities(one, pictures, batch=3), atol=1e-6
    )
