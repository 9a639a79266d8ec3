import csv

from folders import write_folder
from tiles import model
from tiles.data import read_folder
from tiles.predicting import predict_folder


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
