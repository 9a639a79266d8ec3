import csv

import numpy as np
from pictures import encoded

from tiles import model
from tiles.data import read_folder, split_by_tile
from tiles.predicting import predict_folder


def write_folder(folder, count=4):
    (folder / "images").mkdir()
    lines = ["file,label,tile"]
    for number in range(count):
        picture = np.full((24, 24), 20 * number, np.uint8)
        (folder / f"images/{number:06d}.png").write_bytes(encoded(picture))
        lines.append(f"images/{number:06d}.png,{'Fern' if number % 2 else 'Ivy'},T-{number // 2}")
    (folder / "images/999999.png").write_bytes(b"")
    lines.insert(1, "images/999999.png,Fern,T-9")
    (folder / "labels.csv").write_text("\n".join(lines))


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


def test_each_file_gets_a_row(tmp_path):
    write_folder(tmp_path)
    pictures, labels, _ = read_folder(tmp_path)
    trained = model.train(pictures, labels, epochs=1)
    predict_folder(trained, tmp_path, tmp_path / "out.csv")
    with open(tmp_path / "out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == sorted(
        f"images/{path.name}" for path in (tmp_path / "images").iterdir()
    )
    expected = trained["names"][model.probabilities(trained, pictures).argmax(axis=1)]
    assert [row["label"] for row in rows] == [*expected, ""]
    assert [bool(row["error"]) for row in rows] == [False] * 4 + [True]


def test_folder_of_bad_files_only_gets_errors(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/000001.png").write_bytes(b"text")
    predict_folder({}, tmp_path, tmp_path / "out.csv")
    assert "000001.png,,The file is not" in (tmp_path / "out.csv").read_text()
