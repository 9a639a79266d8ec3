import numpy as np
import pytest
from pictures import bars, trained
from tiles import model


def test_network_learns_bars_that_it_has_not_seen():
    pictures, labels = bars(np.random.default_rng(3), 40)
    found = trained()
    chances = model.probabilities(found, pictures)
    assert (found["names"][chances.argmax(axis=1)] == labels).mean() > 0.9
    assert chances.sum(axis=1) == pytest.approx(np.ones(40), abs=1e-5)
