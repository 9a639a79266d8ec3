import numpy as np
from folders import write_folder
from tiles.data import read_folder, split_by_tile


def test_files_that_cannot_be_read_are_skipped(tmp_path):
    write_folder(tmp_path)
    pictures, labels, tiles = read_folder(tmp_path)
    assert labels.tolist() == ["Ivy", "Fern", "Ivy", "Fern"]
    assert tiles.tolist() == ["T-0", "T-0", "T-1", "T-1"]
    assert np.allclose(pictures[:, 0, 0] * 255, [0, 20, 40, 60])


def test_photographs_of_a_tile_stay_together():
    tiles = np.repeat([f"T-{number:02d}" for number in range(20)], 3)
    aside = split_by_tile(tiles)
    assert aside.sum() == 12
    assert all(len(set(aside[tiles == tile])) == 1 for tile in tiles)
