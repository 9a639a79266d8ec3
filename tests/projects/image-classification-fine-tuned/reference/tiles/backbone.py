"""The pre-trained weights that come with the starter data, as the network wants them."""

from pathlib import Path

import numpy as np

BACKBONE = Path(__file__).resolve().parents[1] / "backbone.npz"


def load_backbone(path=BACKBONE):
    """Kernels (3, 3, in, out) become matrices (9 * in, out); the biases stay as they are."""
    with np.load(path, allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    return {
        name: values.reshape(-1, values.shape[-1]) if name.startswith("kernel") else values
        for name, values in arrays.items()
    }
