import numpy as np
from pictures import bars, trained

from tiles import model


def test_trained_twice_is_the_same():
    pictures, _ = bars(np.random.default_rng(3), 10)
    one, other = (model.probabilities(trained(epochs=2), pictures) for _ in range(2))
    assert np.array_equal(one, other)
