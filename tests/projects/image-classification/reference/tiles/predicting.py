"""A folder of files in, a row for each out."""

import csv
from pathlib import Path

import numpy as np

from tiles.loading import BadPicture, read_picture
from tiles.model import probabilities


def predict_folder(model, folder, output):
    folder = Path(folder)
    files = sorted(path for path in (folder / "images").iterdir())
    pictures, rows = [], []
    for path in files:
        row = {"file": f"images/{path.name}", "label": "", "error": ""}
        rows.append(row)
        try:
            pictures.append((row, read_picture(path.read_bytes())))
        except BadPicture as error:
            row["error"] = str(error)
    if pictures:
        found = probabilities(model, np.stack([picture for _, picture in pictures]))
        for (row, _), chances in zip(pictures, found):
            row["label"] = str(model["names"][chances.argmax()])
    with open(output, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["file", "label", "error"])
        writer.writeheader()
        writer.writerows(rows)
