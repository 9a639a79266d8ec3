"""What a learner downloads: a factory of their own, the ranges, and the backbone."""

from collections.abc import Mapping

from apps.checks.projects.image_classification import disturb, probes
from apps.checks.projects.image_classification.export import LARGEST_BYTES, LARGEST_PIXELS
from apps.checks.projects.image_classification.track import BACKBONE, backbone

PICTURES = "pictures.zip"
RANGES = "ranges.toml"


def starter_data(seed: bytes) -> Mapping[str, bytes]:
    """The check trains on another factory. Only the pictures follow from the seed."""
    return {
        PICTURES: bytes(probes.training_folder(probes.make_draw(seed))),
        RANGES: ranges().encode(),
        BACKBONE: backbone(),
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
