"""The two tracks, each a project: with which weights a repository's training may begin."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from apps.checks.projects.image_classification.checks import TRACK_RULE
from apps.checks.regular_file import NotRegular, read_regular
from apps.checks.results import Test
from apps.checks.text_file import shown
from apps.checks.verdicts import failed, passed

FROM_SCRATCH, FINE_TUNED = "image-classification", "image-classification-fine-tuned"
BACKBONE = "backbone.npz"
MAX_FILES = 20_000
_WEIGHTS = frozenset(
    {
        ".npz", ".npy", ".pt", ".pth", ".ckpt", ".safetensors", ".onnx", ".h5", ".hdf5", ".keras",
        ".tflite", ".pb", ".pkl", ".pickle", ".joblib", ".bin", ".gguf", ".msgpack",
    }
)  # fmt: skip
_SMALL = 2_000  # bytes: too few for weights that would help


@cache
def backbone() -> bytes:
    """The weights that come with the starter data, as an NPZ file: see ``backbone_training``."""
    return (Path(__file__).parent / BACKBONE).read_bytes()


def judge_from_scratch(root: Path) -> Test:
    """Whether no weights are in the repository."""
    found = next((path for path in _files(root) if _holds_weights(path)), None)
    if found is None:
        return passed(TRACK_RULE, "No weights are in the repository.")
    return failed(
        TRACK_RULE,
        f"This project begins with random numbers, and {shown(str(found.relative_to(root)))} looks "
        "like weights. Whoever pays for a network of their own would not know what it has seen "
        "before.",
        hint="Remove the file, and let train begin with random numbers. To begin with the backbone "
        f"instead, hand the repository in as {FINE_TUNED}, with that slug in milepost.toml.",
    )


def _holds_weights(path: Path) -> bool:
    return (path.suffix.lower() in _WEIGHTS and path.stat().st_size > _SMALL) or _is_backbone(path)


def judge_fine_tuned(root: Path) -> Test:
    """Whether the backbone of the starter data is in the repository, unchanged."""
    found = next((path for path in _files(root) if _is_backbone(path)), None)
    if found is not None:
        where = shown(str(found.relative_to(root)))
        return passed(TRACK_RULE, f"The backbone is {where}, unchanged.")
    return failed(
        TRACK_RULE,
        "No file of the repository is the backbone that comes with the starter data. With other "
        "weights, nobody could compare your figures with those of others who adapted the same "
        "ones.",
        hint=f"Copy {BACKBONE} from your starter data into the repository as it is, commit it, and "
        "write what you adapt to another file.",
    )


def _is_backbone(path: Path) -> bool:
    if path.stat().st_size != len(backbone()):
        return False
    try:
        content = read_regular(path, max_bytes=len(backbone()))
    except (NotRegular, FileNotFoundError):
        return False
    return hashlib.sha256(content).digest() == hashlib.sha256(backbone()).digest()


def _files(root: Path) -> Iterator[Path]:
    """Ordinary files, in order of their names within each folder."""
    return itertools.islice(_walk(root), MAX_FILES)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        paths = (Path(folder) / name for name in sorted(names))
        yield from (path for path in paths if path.is_file() and not path.is_symlink())
