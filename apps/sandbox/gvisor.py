"""The hardened backend: gVisor's ``runsc``, whose kernel in user space is all that a job talks to.

It stands in the launcher's namespaces and control group like bubblewrap. gVisor bounds neither the
memory nor the processes of its guest, so the group does, and without one there is no gVisor. See
https://gvisor.dev/docs/ and, for the configuration, the OCI runtime specification.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from apps.sandbox.bubblewrap import DEFAULT_ENVIRONMENT, HOST_ETC, MERGED_USR
from apps.sandbox.identity import Identity
from apps.sandbox.launcher import ETC, MOUNT_POINT
from apps.sandbox.model import JOB, Backend, Limits, Mount, SandboxUnavailable
from apps.sandbox.process import NOT_EXECUTABLE, NOT_FOUND, OPEN_FILES, JobProcess, Program

_MIB = 1024 * 1024
_PROBE_S = 10.0
_HOME = f"{MOUNT_POINT}/gvisor"  # on the job's tmpfs, where the job does not see it
_FLAGS = (
    "--rootless",
    "--platform=systrap",  # KVM may be there and hang
    "--ignore-cgroups",  # the launcher's is in place
    "--network=host",  # the launcher's namespace, which holds a loopback interface alone
    "--host-uds=create",  # so that a checker reaches a server's socket below /job
    "--overlay2=none",  # files are written to the job's tmpfs, where they are counted and read
    f"--root={_HOME}/state",
    f"--log={_HOME}/log",
    "--log-format=json",
)
_FAILED = 128  # runsc's own exit code
# What runsc adds to the bundle: state, log and a socket.
_OF_RUNSC_INODES, _OF_RUNSC_BYTES = 4, 16 * 1024
_PAGE = 4096
# What gVisor needs besides the job: its kernel's memory, and threads and processes of its own.
# A thread of a job is about one of the host's.
_OWN_MEMORY_MB = 64
_OWN_PROCESSES = 96
# The one user of a rootless guest. It is without capabilities, and owns what the job's user does.
_USER = 0
_PASSWD = f"job:x:{_USER}:{_USER}::/tmp:/bin/sh\n"


class GVisorProcess(JobProcess):
    backend = Backend.GVISOR
    own_bytes = 512 * 1024
    own_inodes = 256

    def _counted_limits(self) -> Limits:
        if self.meter.tier == "fallback":
            raise SandboxUnavailable(
                "gVisor needs control groups, as nothing else limits the memory of its guest: "
                "start the site as root, or see docs/sandbox.md."
            )
        return replace(
            self.limits,
            memory_mb=self.limits.memory_mb + _OWN_MEMORY_MB,
            pids=self.limits.pids + _OWN_PROCESSES,
        )

    def _writable_paths(self, mounts: Sequence[Mount]) -> list[str]:
        # gVisor of 2024 lets O_TRUNC through to a file of a read-only mount.
        return [str(mount.source) for mount in mounts if mount.writable]

    def _prepare_program(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        mounts: Sequence[Mount],
        user: Identity,
    ) -> Program:
        path = find(user)
        # Beside the job's folder on its tmpfs, and named by a descriptor: only the launcher and
        # what it starts see that path.
        bundle = configuration(command, environment=environment, mounts=mounts, limits=self.limits)
        with user.creating_files():
            _Bundle(self.folder.fileno()).write(
                bundle, spare_bytes=self.own_bytes, spare_inodes=self.own_inodes
            )
        return Program(
            path=path,
            arguments=["runsc", *_FLAGS, "run", f"--bundle={_HOME}", "job"],
            descriptors=[],
            limits={"RLIMIT_CORE": 1},
        )

    def exit_code(self) -> int | None:
        if self._status is None or not os.WIFEXITED(self._status):
            return None
        code = os.WEXITSTATUS(self._status)
        return None if code == _FAILED and self._failure() else code

    def start_failure(self, errors: bytes) -> tuple[int | None, str]:
        failure = self._failure()
        found = re.search(r"failed to load (.+?): (.+)$|error finding executable (.+?) in", failure)
        if found is None:
            if failure:
                raise SandboxUnavailable(f"gVisor could not start the sandbox: {failure}.")
            return None, ""
        program = found[1] or found[3].strip('"')
        if found[2] in (None, "no such file or directory"):
            return NOT_FOUND, f"The program “{program}” was not found."
        reason = found[2][:1].upper() + found[2][1:]
        return NOT_EXECUTABLE, f"The program “{program}” cannot be executed: {reason}."

    def _failure(self) -> str:
        """What runsc itself says went wrong; empty where it only hands a job's exit code on."""
        try:
            log = os.open("../gvisor/log", os.O_RDONLY, dir_fd=self.folder.fileno())
        except FileNotFoundError:
            return ""
        with os.fdopen(log, encoding="utf-8", errors="replace") as file:
            entries = list(_documents(file.read(_MIB)))
        told = [entry["msg"] for entry in entries if entry["level"] in {"error", "fatal"}]
        return str(told[-1]).strip() if told else ""


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that stand in ``text`` one after the other, up to one that is cut."""
    decoder, start = json.JSONDecoder(), 0
    with contextlib.suppress(ValueError):
        while start < len(text):
            document, start = decoder.raw_decode(text, start)
            yield document


@functools.cache
def find(identity: Identity) -> str:
    """The path of a runsc that the job's user can run.

    Raises SandboxUnavailable when there is none, or when it does not answer in time.
    """
    path = shutil.which("runsc", path=os.environ.get("PATH", os.defpath))
    problem = "was not found"
    if path is not None:
        try:
            subprocess.run(
                [path, "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_S,
                check=True,
                **identity.process_arguments(),
            )
        except subprocess.TimeoutExpired:
            problem = f"did not answer within {_PROBE_S:g} s"
        except (OSError, subprocess.SubprocessError) as error:
            problem = f"does not run ({error})"
        else:
            return path
    raise SandboxUnavailable(
        f"gVisor's runsc {problem}: install it with “sudo apt-get install runsc”, or leave "
        "MILEPOST_SANDBOX_BACKEND unset for bubblewrap."
    )


def configuration(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    mounts: Sequence[Mount],
    limits: Limits,
) -> dict[str, Any]:
    """The ``config.json`` of an OCI bundle."""
    variables = DEFAULT_ENVIRONMENT | dict(environment)
    return {
        "ociVersion": "1.0.0",
        "hostname": "job",
        "process": {
            "args": list(command),
            "env": [f"{name}={value}" for name, value in variables.items()],
            "cwd": JOB,
            "user": {"uid": _USER, "gid": _USER},
            "noNewPrivileges": True,
            "capabilities": {},
            "rlimits": [
                {"type": name, "soft": value, "hard": value}
                for name, value in _resource_limits(limits).items()
            ],
        },
        "root": {"path": f"{_HOME}/root", "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
            *(_bind(path, path) for path in ("/usr", *_separate_folders())),
            *(_bind(path, path) for path in HOST_ETC if Path(path).exists()),
            *(_bind(f"{_home_of(name)}/etc/{name}", f"/etc/{name}") for name in ETC),
            _bind(f"{MOUNT_POINT}/job", JOB, "rw"),
            _bind(f"{MOUNT_POINT}/tmp", "/tmp", "rw"),  # noqa: S108  (inside)
            _bind(f"{MOUNT_POINT}/shm", "/dev/shm", "rw"),  # noqa: S108  (inside)
            *(
                _bind(str(mount.source), mount.target, "rw" if mount.writable else "ro")
                for mount in mounts
            ),
        ],
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]},
    }


def _resource_limits(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_FSIZE": limits.disk_mb * _MIB + _MIB,
        "RLIMIT_CPU": int(limits.cpu_s) + 2,
    }


def _bind(source: str, target: str, mode: Literal["ro", "rw"] = "ro") -> dict[str, Any]:
    options = ["rbind", mode]
    return {"destination": target, "type": "bind", "source": source, "options": options}


def _home_of(name: str) -> str:
    return _HOME if name in {"passwd", "group"} else MOUNT_POINT


def _separate_folders() -> list[str]:
    """Such as /bin where it is no link into /usr."""
    paths = [Path("/", name) for name in MERGED_USR]
    return [str(path) for path in paths if path.is_dir() and not path.is_symlink()]


class _Bundle:
    """The OCI bundle, in a folder beside the job's on its tmpfs.

    It takes as much as is given for it whatever it needs, so that the job has no more than its own.
    """

    def __init__(self, job: int) -> None:
        """``job``: a descriptor of the job's folder, which stays the caller's."""
        self._job = job
        self._inodes = 0
        self._bytes = 0

    def write(self, bundle: Mapping[str, Any], *, spare_bytes: int, spare_inodes: int) -> None:
        shutil.rmtree("../gvisor", dir_fd=self._job, ignore_errors=True)  # of an earlier start
        for name in ("", "etc", "root", "state"):
            self._make_folder(name)
        for name in MERGED_USR:
            if Path("/", name).is_symlink():
                os.symlink(f"usr/{name}", f"../gvisor/root/{name}", dir_fd=self._job)
                self._inodes += 1
        self._write_file("etc/passwd", _PASSWD.encode())
        self._write_file("etc/group", f"job:x:{_USER}:\n".encode())
        self._write_file("config.json", json.dumps(bundle).encode())
        for mount in bundle["mounts"]:
            self._make_mount_point(mount["destination"], mount["source"])
        with os.fdopen(self._create("filler"), "wb") as filler:
            os.posix_fallocate(
                filler.fileno(), 0, max(1, spare_bytes - self._bytes - _OF_RUNSC_BYTES)
            )
        for number in range(spare_inodes - self._inodes - _OF_RUNSC_INODES):
            os.close(self._create(f"filler-{number}"))

    def _make_mount_point(self, place: str, source: str) -> None:
        *parents, name = place.strip("/").split("/")
        for count in range(len(parents)):
            self._make_folder("/".join(["root", *parents[: count + 1]]))
        path = "/".join(["root", *parents, name])
        if self._is_file(source):
            os.close(self._create(path))
        else:
            self._make_folder(path)

    def _is_file(self, source: str) -> bool:
        if source.startswith(f"{MOUNT_POINT}/"):  # where the launcher alone has the tmpfs
            source = f"../{source.removeprefix(f'{MOUNT_POINT}/')}"
        try:
            return stat.S_ISREG(os.stat(source, dir_fd=self._job).st_mode)
        except FileNotFoundError:  # "proc" and the like
            return False

    def _make_folder(self, name: str) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(f"../gvisor/{name}", 0o755, dir_fd=self._job)
            self._inodes += 1

    def _write_file(self, name: str, content: bytes) -> None:
        with os.fdopen(self._create(name), "wb") as file:
            file.write(content)
        self._bytes += -(-len(content) // _PAGE) * _PAGE

    def _create(self, name: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(f"../gvisor/{name}", flags, 0o644, dir_fd=self._job)
        self._inodes += 1
        return descriptor
