"""A folder of training data, for the tests."""

import numpy as np
from pictures import encoded


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
