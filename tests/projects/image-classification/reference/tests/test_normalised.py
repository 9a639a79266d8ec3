import numpy as np
import pytest
from tiles import model


def test_pictures_are_normalised_one_by_one():
    pictures = np.random.default_rng(4).random((3, 8, 8)).astype(np.float32)
    found = model.normalised(pictures)
    assert found.shape == (3, 8, 8, 1)
    assert found.mean(axis=(1, 2, 3)) == pytest.approx(np.zeros(3), abs=1e-5)
    assert found.std(axis=(1, 2, 3)) == pytest.approx(np.ones(3), abs=0.1)
    assert np.allclose(model.normalised(pictures + 0.3), found, atol=1e-4)
