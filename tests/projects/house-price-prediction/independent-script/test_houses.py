import math

import numpy as np

import houses


def write(path, lines):
    head = "id,listed_on,location,size,rooms,year_built,condition,lot_size,distance_km,energy_label"
    path.write_text("\n".join([head + ",price"] + lines))
    return str(path)


def town(tmp_path):
    rng = np.random.default_rng(3)
    lines = []
    for n in range(200):
        size = rng.uniform(40, 200)
        built = int(rng.integers(1920, 2020))
        price = 3000 * size * math.exp((built - 1970) / 300)
        lines.append(f"H{n},2022-03-01,Mill Hill,{size},4,{built},good,100,3,C,{price}")
    return write(tmp_path / "train.csv", lines)


def test_feet_and_metres():
    assert abs(houses.area("1076.39 sq ft") - 100) < 0.1
    assert houses.area("100 m2") == 100


def test_both_dates():
    assert houses.year_of("2022-01-01") == houses.year_of("01.01.2022") == 2022


def test_larger_is_dearer(tmp_path):
    model = str(tmp_path / "model.json")
    houses.train(town(tmp_path), model)
    few = write(
        tmp_path / "in.csv",
        [
            "A,2022-03-01,Mill Hill,80,4,1970,good,100,3,C,",
            "B,2022-03-01,Nowhere,160,4,1970,good,100,3,?,",
        ],
    )
    houses.predict(model, few, str(tmp_path / "out.csv"))
    first, second = (tmp_path / "out.csv").read_text().splitlines()[1:]
    assert float(second.split(",")[1]) > 1.5 * float(first.split(",")[1])
