"""The training folder: pictures that can be read, and their labels."""

import csv
from pathlib import Path

import numpy as np

from tiles.loading import BadPicture, read_picture


def read_folder(folder):
    """Pictures (n, SIDE, SIDE), labels and tiles, in order of the file names."""
    folder = Path(folder)
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["file"])
    pictures, labels, tiles = [], [], []
    for row in rows:
        try:
            pictures.append(read_picture((folder / row["file"]).read_bytes()))
        except BadPicture as error:
            print(f"skipped {row['file']}: {error}")
            continue
        labels.append(row["label"])
        tiles.append(row["tile"])
    return np.stack(pictures), np.array(labels), np.array(tiles)


def split_by_tile(tiles, every=5):
    """True for about one in ``every``: all photographs of a tile are on one side."""
    names = np.unique(tiles)
    aside = names[::every]
    return np.isin(tiles, aside)
