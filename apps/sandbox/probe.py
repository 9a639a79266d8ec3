"""Runs inside the sandbox, for the self-test: tries to get out, and says what got through.

``probe.py ACTION CONFIG``: the configuration is JSON, the last line printed is a JSON object
{layer: [what got through, …]}. Outside of a sandbox everything gets through and nothing is harmed:
no attempt changes more than the working directory, and what could is only tried in a form that the
kernel refuses with an error other than the sandbox's.
"""

import contextlib
import ctypes
import json
import os
import platform
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from errno import EAFNOSUPPORT, ENOSYS, EPERM
from pathlib import Path
from typing import Any

GREETING = "milepost"  # of the gateway
MEMORY_MB = 160
_LIFE_S = 10  # of what stays behind where nothing ends it
_NEW_USER, _SHARED_FILES = 0x10000000, 0x200  # CLONE_NEWUSER and CLONE_FS contradict each other
_AF_PACKET, _AF_VSOCK = 17, 40
# What a process needs to find its way, and what a shell or bubblewrap adds.
_VARIABLES = {"HOME", "LANG", "LC_CTYPE", "PATH", "PWD"}
_WRITABLE = {"/job", "/tmp", "/dev/shm", "/proc", "/dev/pts"}  # noqa: S108  (inside: the job's own)
_DEVICES = {"null", "zero", "full", "random", "urandom", "tty"}

# Name: numbers on x86_64 and aarch64, arguments that the kernel refuses (with an error other than
# the filter's) or that change nothing, and the filter's error.
_CALLS: dict[str, tuple[int, int, tuple[int, ...], int]] = {
    "bpf": (321, 280, (-1, 0, 0), ENOSYS),
    "clone3": (435, 435, (0, 0), ENOSYS),
    "io_uring_setup": (425, 425, (1, 0), ENOSYS),
    "perf_event_open": (298, 241, (0, 0, -1, -1, -1), ENOSYS),
    "userfaultfd": (323, 282, (-1,), ENOSYS),
    "chroot": (161, 51, (0,), EPERM),
    "clock_settime": (227, 112, (9999, 0), EPERM),
    "clone with a namespace": (56, 220, (_NEW_USER | _SHARED_FILES, 0, 0, 0, 0), EPERM),
    "fcntl with a lease": (72, 25, (-1, 1024, 0), EPERM),
    "ioctl that types into a terminal": (16, 29, (-1, 0x5412, 0), EPERM),
    "keyctl": (250, 219, (0, -3, 0, 0, 0), EPERM),
    "mknodat": (259, 33, (-1, 0, 0, 0), EPERM),
    "mount": (165, 40, (0, 0, 0, 0, 0), EPERM),
    "open_tree": (428, 428, (-1, 0, -1), EPERM),
    "pidfd_getfd": (438, 438, (-1, -1, -1), EPERM),
    "process_vm_readv": (310, 270, (-1, 0, 0, 0, 0, -1), EPERM),
    "ptrace": (101, 117, (16, 0x7FFFFFFF, 0, 0), EPERM),
    "setns": (308, 268, (-1, 0), EPERM),
    "umount2": (166, 39, (0, -1), EPERM),
    "unshare": (272, 97, (0,), EPERM),
}


def main(action: str, config: dict[str, Any]) -> None:
    if action == "attempts":
        _report({layer: list(_ATTEMPTS[layer](config)) for layer in config["layers"]})
    elif action == "memory":
        _report({})
        held = bytearray(MEMORY_MB * 1024 * 1024)
        for page in range(0, len(held), 4096):
            held[page] = 1
        time.sleep(0.5)  # for a watchdog to see
    elif action == "flood":
        # Without a gateway the network namespace is made in another way.
        _report({"network": list(_network(config))})
        with contextlib.suppress(BrokenPipeError):
            for _ in range(2 * config["output_kb"]):
                os.write(1, b"x" * 1024)
    elif action == "linger":
        _report({})
        _linger()


def _report(got_through: dict[str, list[str]]) -> None:
    print(json.dumps(got_through), flush=True)  # noqa: T201


# Attempts: each yields what got through -------------------------------------------------------


def _system_calls(config: dict[str, Any]) -> Iterator[str]:
    libc = ctypes.CDLL(None, use_errno=True)
    column = int(platform.machine() == "aarch64")
    for name, (*numbers, arguments, refusal) in _CALLS.items():
        result = libc.syscall(numbers[column], *map(ctypes.c_long, arguments))
        if result != -1 or ctypes.get_errno() != refusal:
            yield name
    for name, family in (("AF_PACKET", _AF_PACKET), ("AF_VSOCK", _AF_VSOCK)):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
        except OSError as error:
            if error.errno != EAFNOSUPPORT:
                yield name
        else:
            yield name


def _host_files(config: dict[str, Any]) -> Iterator[str]:
    for path in config["host_paths"]:
        with contextlib.suppress(OSError):
            os.lstat(path)
            yield path
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect(config["socket_path"])
        yield "a socket in a folder"


def _read_only(config: dict[str, Any]) -> Iterator[str]:
    allowed = _WRITABLE | {f"/dev/{name}" for name in _DEVICES}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place, options = line.split()[4:6]  # see proc_pid_mountinfo(5)
        if "rw" in options.split(",") and place not in allowed:
            yield place
    for place in ("/", "/usr", "/proc/sys"):
        if not os.statvfs(place).f_flag & os.ST_RDONLY:
            yield f"{place} is writable"


def _environment(config: dict[str, Any]) -> Iterator[str]:
    yield from sorted(os.environ.keys() - _VARIABLES)
    with contextlib.suppress(OSError):
        names = {line.split(b"=")[0] for line in Path("/proc/1/environ").read_bytes().split(b"\0")}
        yield from sorted({name.decode() for name in names if name} - _VARIABLES)


def _descriptors(config: dict[str, Any]) -> Iterator[str]:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  (of this moment, its own included)
        with contextlib.suppress(OSError):
            if int(name) > 2:
                yield str(Path("/proc/self/fd", name).readlink())


def _processes(config: dict[str, Any]) -> Iterator[str]:
    own = {"1", str(os.getpid())}
    others = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    if strangers := len(set(others) - own):
        yield f"{strangers} processes can be seen"
    try:
        os.kill(-1, 0)  # reaches nobody but says whether a real signal would
        yield "kill(-1) reaches others"
    except ProcessLookupError:
        pass
    except OSError:
        yield "kill(-1) finds others"


def _privileges(config: dict[str, Any]) -> Iterator[str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    if status["NoNewPrivs"] != "1":
        yield "setuid programs gain their owner's rights"
    yield from (name for name in ("CapPrm", "CapEff", "CapBnd") if int(status[name], 16))
    with contextlib.suppress(OSError):
        os.setresuid(-1, 0, -1)
        yield "setuid"


def _kernel(config: dict[str, Any]) -> Iterator[str]:
    if os.uname().release == config["kernel"]:
        yield f"the host's kernel {config['kernel']}"


def _core_file(config: dict[str, Any]) -> Iterator[str]:
    # 1 byte is too few for any dump, and the one limit that a kernel heeds that pipes them away.
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != 1:
        yield "a crash may write its memory to a file"


def _network(config: dict[str, Any]) -> Iterator[str]:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", config["port"]), timeout=2).close()
        yield f"port {config['port']}"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.connect(f"\0{config['abstract']}")
        yield "an abstract socket"
    # Asks for a route only, to an address of documentation (RFC 5737), which no host has.
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as client:
        client.connect(("192.0.2.1", 53))
        yield "a route to other machines"


def _gateway(config: dict[str, Any]) -> Iterator[str]:
    try:
        address = ("127.0.0.1", config["gateway"])
        with socket.create_connection(address, timeout=5) as connection:
            connection.settimeout(2)
            answer = connection.recv(100)
    except OSError as error:
        yield str(error)
    else:
        if answer != GREETING.encode():
            yield "another server answers"


def _disk(config: dict[str, Any]) -> Iterator[str]:
    """Twice the limit, in files that are each within it."""
    folder, written = Path("bytes"), 0
    folder.mkdir()
    with contextlib.suppress(OSError):
        for number in range(2):
            with (folder / str(number)).open("wb", buffering=0) as file:
                for _ in range(config["disk_mb"] * 16):
                    written += file.write(b"x" * 65536)
    for path in folder.iterdir():
        path.unlink()
    if written > 1.5 * config["disk_mb"] * 2**20:  # the sandbox's own files have room on it too
        yield f"{written >> 10} KiB were written"


def _files(config: dict[str, Any]) -> Iterator[str]:
    made = 0
    with contextlib.suppress(OSError):
        while made <= config["inodes"]:
            Path(f"file-{made}").touch()
            made += 1
    if made > config["inodes"]:
        yield f"{made} files were made"


def _forks(config: dict[str, Any]) -> Iterator[str]:
    """Children live until this process ends its side of the pipe."""
    made = 0
    reader, writer = os.pipe()
    with contextlib.suppress(OSError):
        while made < config["pids"]:
            if os.fork() == 0:
                os.close(writer)
                os.read(reader, 1)
                os._exit(0)
            made += 1
    os.close(writer)
    for _ in range(made):
        os.wait()
    if made >= config["pids"]:  # with this process one more than allowed
        yield f"{made + 1} processes at once"


def _linger() -> None:
    """A daemon that has left its session and holds the pipes, and a parent that ignores signals."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
    for number in signal.valid_signals():
        with contextlib.suppress(OSError):
            signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(_LIFE_S)


_ATTEMPTS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "system calls": _system_calls,
    "processes": _processes,
    "descriptors": _descriptors,
    "environment": _environment,
    "host files": _host_files,
    "read-only system": _read_only,
    "privileges": _privileges,
    "core file": _core_file,
    "network": _network,
    "gateway": _gateway,
    "disk limit": _disk,
    "file limit": _files,
    "process limit": _forks,
    "kernel": _kernel,
}


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
