import numpy as np
import pytest
from tiles import augmentation


def picture_with(row, column, side=9):
    picture = np.zeros((1, side, side), np.float32)
    picture[0, row, column] = 1
    return picture


def moved(picture, degrees=0.0, scale=1.0, shift=(0.0, 0.0)):
    return augmentation.move(
        picture, np.array([degrees]), np.array([scale]), np.array(shift)[:, None]
    )


def test_nothing_moves_without_a_change():
    picture = np.random.default_rng(1).random((1, 9, 9)).astype(np.float32)
    assert np.allclose(moved(picture), picture, atol=0.01)


def test_quarter_turn_takes_a_corner_to_the_next_one():
    found = moved(picture_with(0, 8), degrees=90)
    assert found[0, 0, 0] > 0.9 or found[0, 8, 8] > 0.9
    assert found[0, 0, 8] < 0.1


def test_turn_keeps_the_distance_from_the_middle():
    found = moved(picture_with(4, 7), degrees=30)[0]
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert np.hypot(row - 4, column - 4) == pytest.approx(3, abs=0.5)
    assert (row, column) != (4, 7)


def test_shift_moves_by_pixels():
    assert moved(picture_with(4, 6), shift=(2.0, 0.0))[0, 4, 4] == pytest.approx(1, abs=0.01)
    assert moved(picture_with(6, 4), shift=(0.0, 2.0))[0, 4, 4] == pytest.approx(1, abs=0.01)


def test_scale_moves_away_from_the_middle():
    assert moved(picture_with(4, 5), scale=2.0)[0, 4, 6] == pytest.approx(1, abs=0.01)


def test_brightness_is_a_factor_between_0_and_1():
    picture = np.array([[[0.2, 0.8]]], np.float32)
    assert np.allclose(augmentation.brighten(picture, np.array([2.0])), [[[0.4, 1.0]]])
    assert np.allclose(augmentation.brighten(picture, np.array([0.5])), [[[0.1, 0.4]]])


def test_blur_is_a_gaussian_that_keeps_the_light():
    found = augmentation.blur(picture_with(4, 4), 1.0)[0]
    assert found.sum() == pytest.approx(1, abs=0.01)
    assert found[4, 5] / found[4, 4] == pytest.approx(np.exp(-0.5), abs=0.01)
    assert np.allclose(augmentation.blur(np.ones((1, 9, 9), np.float32), 2.0), 1, atol=1e-5)


def test_patch_has_one_colour_and_its_share():
    rng = np.random.default_rng(3)
    shares = []
    for _ in range(50):
        before = rng.random((1, 24, 24)).astype(np.float32)
        after = augmentation.random_patches(rng, before)
        changed = before != after
        assert len(np.unique(after[changed])) == 1
        shares.append(changed.mean())
    assert 0.04 < min(shares) < 0.09
    assert 0.18 < max(shares) < 0.24
