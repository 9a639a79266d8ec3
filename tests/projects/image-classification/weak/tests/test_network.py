import numpy as np
import pytest

from tiles import network


def test_scores_are_sums_of_pixels():
    weights = {"dense": np.array([[1.0, 2.0], [3.0, 4.0]]), "offset": np.array([0.5, 0.0])}
    scores, flat = network.forward(weights, np.array([[[[1.0], [2.0]]]]))
    assert scores.tolist() == [[7.5, 10.0]]
    found = network.backward(weights, flat, np.array([[1.0, -1.0]]))
    assert found["dense"].tolist() == [[1, -1], [2, -2]]
    assert found["offset"].tolist() == [1, -1]


def test_softmax_adds_up_to_one_for_large_scores():
    found = network.softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]]))
    assert found == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))
