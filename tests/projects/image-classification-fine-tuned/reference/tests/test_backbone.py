import numpy as np

from tiles.backbone import load_backbone
from tiles.network import random_weights


def test_backbone_fits_the_network():
    weights = random_weights(np.random.default_rng(0), 24, 5)
    found = load_backbone()
    assert {name: values.shape for name, values in found.items()} == {
        name: values.shape
        for name, values in weights.items()
        if name not in {"dense", "offset"}
    }


def test_kernels_keep_the_order_of_rows_and_columns(tmp_path):
    kernel = np.arange(18.0).reshape(3, 3, 1, 2)
    np.savez(tmp_path / "a.npz", kernel0=kernel, bias0=np.array([1.0, 2.0]))
    found = load_backbone(tmp_path / "a.npz")
    assert found["kernel0"][4].tolist() == [8, 9]
    assert found["bias0"].tolist() == [1, 2]
