"""Runs inside the sandbox, for ``doctor``: tries limits and prints what it met."""

import contextlib
import ctypes
import json
import os
import platform
import socket
import sys
import time
from pathlib import Path

_AF_VSOCK = 40
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_TOO_MANY = 1000


def main(action: str, port: int) -> None:
    if action == "memory":
        held = bytearray(256 * 1024 * 1024)
        for page in range(0, len(held), 4096):
            held[page] = 1
        time.sleep(1)  # for a watchdog to see
        return
    facts = {
        "keyctl": _keyctl(),
        "vsock": _error_of_socket(_AF_VSOCK),
        "files": _files(),
        "gateway": _gateway(port),
        "outside": _outside(),
        "processes": _processes(),
    }
    print(json.dumps(facts))  # noqa: T201


def _keyctl() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(_KEYCTL[platform.machine()], 0, -3, 0, 0, 0)
    return ctypes.get_errno()


def _error_of_socket(family: int) -> int | None:
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
    except OSError as error:
        return error.errno
    return None


def _files() -> int:
    made = 0
    with contextlib.suppress(OSError):
        while made < _TOO_MANY:
            Path(f"file-{made}").touch()
            made += 1
    return made


def _gateway(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(100).decode()
    except OSError as error:
        return str(error)


def _outside() -> int | None:
    try:
        # An address of documentation (RFC 5737): no host has it.
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    except OSError as error:
        return error.errno
    return None


def _processes() -> int:
    """Children that could be started; they live until this process ends."""
    made = 0
    reader, _ = os.pipe()
    with contextlib.suppress(OSError):
        while made < _TOO_MANY:
            if os.fork() == 0:
                os.read(reader, 1)
                os._exit(0)
            made += 1
    return made


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
