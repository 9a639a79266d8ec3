import numpy as np
import pytest
from tiles import network


def small():
    rng = np.random.default_rng(0)
    weights = network.random_weights(rng, 4, 3, channels=(2, 3))
    return weights, rng.normal(size=(2, 4, 4, 1)).astype(np.float32)


def test_windows_are_the_neighbours_of_each_pixel():
    values = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    found = network.windows(values).reshape(4, 4, 9)
    assert found[1, 1].tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10]
    assert found[0, 0].tolist() == [0, 0, 0, 0, 0, 1, 0, 4, 5]


def test_pooling_takes_the_largest_and_gives_the_gradient_to_it():
    values = np.array([[1, 2, 0, 0], [4, 3, 0, 5]], np.float32).reshape(1, 2, 4, 1)
    small_values = network.pooled(values)
    assert small_values.ravel().tolist() == [4, 5]
    back = network.unpooled(values, small_values, np.full((1, 1, 2, 1), 7.0))
    assert back.ravel().tolist() == [0, 0, 0, 0, 7, 0, 0, 7]


def test_equal_pixels_share_no_gradient():
    values = np.ones((1, 2, 2, 1), np.float32)
    back = network.unpooled(values, network.pooled(values), np.ones((1, 1, 1, 1)))
    assert back.ravel().tolist() == [1, 0, 0, 0]


def test_gradient_is_the_slope_of_the_loss():
    weights, values = small()
    upstream = np.random.default_rng(1).normal(size=(2, 3)).astype(np.float32)

    def loss():
        return float((network.forward(weights, values)[0] * upstream).sum())

    found = network.backward(weights, network.forward(weights, values)[1], upstream)
    assert set(found) == set(weights)
    for name, array in weights.items():
        place = tuple(np.array(array.shape) // 2)
        kept = array[place]
        array[place] = kept + 1e-2
        above = loss()
        array[place] = kept - 1e-2
        below = loss()
        array[place] = kept
        assert found[name][place] == pytest.approx((above - below) / 2e-2, rel=0.05, abs=0.02)


def test_softmax_adds_up_to_one_for_large_scores():
    found = network.softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]]))
    assert found == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))


def test_weights_fit_the_picture():
    weights = network.random_weights(np.random.default_rng(0), 24, 5)
    assert weights["kernel0"].shape == (9, network.CHANNELS[0])
    assert weights["dense"].shape == (9 * network.CHANNELS[2], 5)
    assert network.depth(weights) == 3
    assert weights["kernel1"].std() == pytest.approx(
        (2 / (9 * network.CHANNELS[0])) ** 0.5, rel=0.1
    )
