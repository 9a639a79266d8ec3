"""What a learner downloads: a factory of their own, the ranges, and on one track a backbone."""

from collections.abc import Mapping

from apps.checks.projects.image_classification import disturb, probes
from apps.checks.projects.image_classification.export import LARGEST_BYTES, LARGEST_PIXELS
from apps.checks.projects.image_classification.track import BACKBONE, backbone

PICTURES = "pictures.zip"
RANGES = "ranges.toml"
HOW_TO_LOAD = "backbone.md"


def starter_data(seed: bytes) -> Mapping[str, bytes]:
    """The check trains on another factory. Only the pictures follow from the seed."""
    return {
        PICTURES: bytes(probes.training_folder(probes.make_draw(seed))),
        RANGES: ranges().encode(),
    }


def starter_data_with_backbone(seed: bytes) -> Mapping[str, bytes]:
    return {
        **starter_data(seed),
        BACKBONE: backbone(),
        HOW_TO_LOAD: _HOW_TO_LOAD.encode(),
    }


def ranges() -> str:
    return f"""\
# How far the checks change a picture. One change is made at a time.

[rotation]
degrees = {list(disturb.DEGREES)}  # to either side

[brightness]
darker = {list(disturb.DARKER)}  # factors on the pixels; what is above 255 becomes 255
brighter = {list(disturb.BRIGHTER)}

[blur]
pixels = {list(disturb.BLUR_PIXELS)}  # standard deviation of a Gaussian, in a picture of 24 x 24

[occlusion]
share = {list(disturb.COVERED)}  # of the picture, under one rectangle of one colour

# Above these, a picture is huge, and gets an error.
[limits]
pixels = {LARGEST_PIXELS}
bytes = {LARGEST_BYTES}
"""


_HOW_TO_LOAD = """\
# The backbone

`backbone.npz` holds the weights of three convolutions, trained on tiles of another factory. Load it
with NumPy: `arrays = dict(numpy.load("backbone.npz"))`.

| array | shape | what it is |
|---|---|---|
| `kernel0`, `kernel1`, `kernel2` | (3, 3, channels in, channels out) | 12, 24 and 48 channels out |
| `bias0`, `bias1`, `bias2` | (channels out,) | |

The network is three times: convolution (3 x 3, stride 1, one row and column of zeros around the
picture), ReLU, maximum of each 2 x 2 pixels. A picture of 24 x 24 becomes 3 x 3 with 48 channels;
your own layers follow. Its input has one channel: brightness from 0 to 1, less the picture's own
mean, over the picture's own standard deviation plus 0.02.

In PyTorch, `torch.from_numpy(arrays["kernel0"]).permute(3, 2, 0, 1)` is the weight of the first
`Conv2d(1, 12, 3, padding=1)`.
"""
