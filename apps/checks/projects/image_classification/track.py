"""The two tracks: what a repository says and holds of the weights with which training begins."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from apps.checks.manifest import MANIFEST, MAX_BYTES
from apps.checks.project import Session
from apps.checks.projects.image_classification.checks import TRACK_RULE
from apps.checks.regular_file import NotRegular, read_regular
from apps.checks.results import Test
from apps.checks.text_file import read_text, shown
from apps.checks.toml_file import parse_toml, table
from apps.checks.verdicts import failed, passed

FROM_SCRATCH, FINE_TUNED = TRACKS = ("from-scratch", "fine-tuned")
BACKBONE = "backbone.npz"
MAX_FILES = 20_000
_WEIGHTS = frozenset(
    {
        ".npz", ".npy", ".pt", ".pth", ".ckpt", ".safetensors", ".onnx", ".h5", ".hdf5", ".keras",
        ".tflite", ".pb", ".pkl", ".pickle", ".joblib", ".bin", ".gguf", ".msgpack",
    }
)  # fmt: skip
_SMALL = 2_000  # bytes: too few for weights that would help


@runtime_checkable
class HasRepository(Protocol):
    """A session that shows the learner's files; no code of theirs can change them."""

    root: Path


@cache
def backbone() -> bytes:
    """The weights that come with the starter data, as an NPZ file: see ``backbone_training``."""
    return (Path(__file__).parent / BACKBONE).read_bytes()


def judge_track(session: Session) -> Test:
    """Whether the manifest names a track, and the repository keeps its rule."""
    if not isinstance(session, HasRepository):
        raise TypeError("the session shows no repository")
    document = parse_toml(
        read_text(session.root / MANIFEST, max_bytes=MAX_BYTES),
        name=MANIFEST,
        code="manifest_not_toml",
    )
    track = table(document, "project", where=MANIFEST).get("track")
    if track == FROM_SCRATCH:
        return _judge_from_scratch(session.root)
    if track == FINE_TUNED:
        return _judge_fine_tuned(session.root)
    said = f"names the track “{shown(str(track))}”" if track is not None else "names no track"
    return failed(
        TRACK_RULE,
        f"{MANIFEST} {said}, so nobody can say what your network may begin with, and what its "
        "figures are worth.",
        hint=f'Write track = "{FROM_SCRATCH}" or track = "{FINE_TUNED}" into [project].',
    )


def _judge_from_scratch(root: Path) -> Test:
    found = next((path for path in _files(root) if _holds_weights(path)), None)
    if found is None:
        return passed(TRACK_RULE, f"The track is {FROM_SCRATCH}; no weights are in the repository.")
    return failed(
        TRACK_RULE,
        f"The track is {FROM_SCRATCH}, and {shown(str(found.relative_to(root)))} looks like "
        "weights. Whoever pays for a network of their own would not know what it has seen before.",
        hint=f"Remove the file, and let train begin with random numbers; or choose {FINE_TUNED}.",
    )


def _holds_weights(path: Path) -> bool:
    return (path.suffix.lower() in _WEIGHTS and path.stat().st_size > _SMALL) or _is_backbone(path)


def _judge_fine_tuned(root: Path) -> Test:
    found = next((path for path in _files(root) if _is_backbone(path)), None)
    if found is not None:
        where = shown(str(found.relative_to(root)))
        return passed(TRACK_RULE, f"The track is {FINE_TUNED}; the backbone is {where}, unchanged.")
    return failed(
        TRACK_RULE,
        f"The track is {FINE_TUNED}, and no file of the repository is the backbone that comes with "
        "the starter data. With other weights, nobody could compare your figures with those of "
        "others who adapted the same ones.",
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
