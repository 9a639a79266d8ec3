"""Finds the Pythons of this machine that a job in the sandbox can run."""

import functools
import glob
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks.errors import InvalidSubmission, PlatformError

# In order of preference where the manifest names none. 3.13 comes first: nearly every package has
# wheels for it, which the newest Python lacks for a year and the oldest lose first.
VERSIONS = ("3.13", "3.12", "3.14", "3.11")

_FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/python*/bin",
    "/opt/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.pyenv/versions/*/bin",
)
# A shim or a virtual environment answers with the Python that really runs.
_PROBE = (
    "import json, platform, sys, sysconfig; "
    "print(json.dumps([sys.base_prefix, sys.implementation.name, platform.python_version(), "
    "sysconfig.get_platform(), sysconfig.get_config_var('Py_GIL_DISABLED') == 1]))"
)
_PROBE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    version: str  # "3.13"
    full_version: str  # "3.13.5"
    platform: str  # "linux-x86_64"
    executable: Path  # the same path inside and outside
    mounts: tuple[sandbox.Mount, ...]  # what it needs inside besides /usr


@functools.cache
def find_interpreters() -> dict[str, Interpreter]:
    """CPython 3.11 to 3.14, by version, in order of preference. Looked for once per process."""
    found: dict[str, Interpreter] = {}
    for version in VERSIONS:
        for path in _candidates(version):
            interpreter = _probe(path, version=version)
            if interpreter is not None:
                found[version] = interpreter
                break
    return found


def choose_interpreter(version: str | None) -> Interpreter:
    """The Python that a manifest asks for; without a wish the first of ``VERSIONS`` there is.

    Raises InvalidSubmission when that version is not here, PlatformError when there is none.
    """
    offered = find_interpreters()
    if not offered:
        raise PlatformError(
            "no_python",
            "This installation has no Python that checks can use. Its operator must install "
            f"one of {', '.join(sorted(VERSIONS))} where every user can run it.",
        )
    if version is None:
        return next(iter(offered.values()))
    if version not in offered:
        raise InvalidSubmission(
            "python_not_offered",
            f"milepost.toml asks for Python {version}, which is not offered here. "
            f"Choose one of {', '.join(sorted(offered))}, or leave the line out.",
        )
    return offered[version]


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    for pattern in _FOLDERS:
        for folder in sorted(glob.glob(os.path.expanduser(pattern)), reverse=True):  # noqa: PTH111, PTH207
            path = Path(folder) / name
            if path.is_file():
                yield path


def _probe(path: Path, *, version: str) -> Interpreter | None:
    try:
        answer = subprocess.run(
            [path, "-I", "-S", "-c", _PROBE],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PROBE_S,
            check=True,
        )
        base_prefix, implementation, full_version, platform, free_threaded = json.loads(
            answer.stdout
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    prefix = Path(base_prefix)
    executable = prefix / "bin" / f"python{version}"
    # Wheels for the free-threaded build hardly exist yet.
    if implementation != "cpython" or free_threaded or not full_version.startswith(f"{version}."):
        return None
    if not can_reach(executable):
        return None
    below_usr = prefix.is_relative_to("/usr")
    return Interpreter(
        version=version,
        full_version=full_version,
        platform=platform,
        executable=executable,
        mounts=() if below_usr else (sandbox.Mount(prefix, str(prefix)),),
    )


def can_reach(path: Path) -> bool:
    """Whether the sandbox's user may read and run ``path``: one below a closed folder is no use."""
    if os.geteuid() != 0:
        return os.access(path, os.R_OK | os.X_OK)
    try:
        real = path.resolve(strict=True)
        return all(_open_to_others(part) for part in (real, *real.parents, *path.parents))
    except OSError:
        return False


def _open_to_others(path: Path) -> bool:
    # Root's jobs run as a user who owns nothing here and is in no group.
    needed = stat.S_IXOTH if path.is_dir() else stat.S_IROTH | stat.S_IXOTH
    return path.stat().st_mode & needed == needed
