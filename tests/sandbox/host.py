"""What the host has that no job may reach, each thing open to everybody."""

import contextlib
import ctypes
import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_LENT = "lent\n" * 1000
_IPC_CREAT, _IPC_RMID, _O_CREAT = 0o1000, 0, 0o100
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class Host:
    """The strings are what a program is told."""

    port: str
    abstract: str
    path: str
    secret: str
    process: str
    name: str
    ipc_key: str
    ipc_name: str
    lent: Path  # a folder mounted in the job
    listeners: tuple[socket.socket, ...]

    def check_untouched(self) -> None:
        for listener in self.listeners:
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
        file = self.lent / "file"
        assert [path.name for path in self.lent.iterdir()] == ["file"]
        assert file.read_text() == _LENT
        with file.open() as lent:  # no job's lock on it has outlived the job
            fcntl.flock(lent, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def open_host(folder: Path) -> Iterator[Host]:
    """``folder``: one that every user can enter."""
    abstract = f"host-{secrets.token_hex(8)}"
    path, secret, lent = folder / "socket", folder / "secret", folder / "lent"
    secret.write_text("SECRET")
    lent.mkdir()
    (lent / "file").write_text(_LENT)
    for entry, mode in ((secret, 0o644), (lent, 0o777), (lent / "file", 0o666)):
        entry.chmod(mode)
    with contextlib.ExitStack() as cleanup:
        for end in os.openpty():
            cleanup.callback(os.close, end)
        server = cleanup.enter_context(socket.create_server(("127.0.0.1", 0)))
        listeners = [server]
        for address in (f"\0{abstract}", str(path)):
            listener = cleanup.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
            listeners.append(listener)
        path.chmod(0o777)
        # A careless parent's: open, and not closed on exec.
        descriptor = os.open(secret, os.O_RDONLY)
        os.set_inheritable(descriptor, True)
        cleanup.callback(os.close, descriptor)
        yield Host(
            port=str(server.getsockname()[1]),
            abstract=abstract,
            path=str(path),
            secret=str(secret),
            process=str(os.getpid()),
            name=socket.gethostname(),
            ipc_key=str(_make_system_v(cleanup)),
            ipc_name=_make_posix(cleanup, f"/{abstract}"),
            lent=lent,
            listeners=tuple(listeners),
        )


def _make_system_v(cleanup: contextlib.ExitStack) -> int:
    """A semaphore, a message queue and a segment of shared memory; returns their key."""
    key = secrets.randbelow(1 << 30) + 1
    semaphore = _made(_libc.semget(key, 1, _IPC_CREAT | 0o666))
    cleanup.callback(_libc.semctl, semaphore, 0, _IPC_RMID)
    queue = _made(_libc.msgget(key, _IPC_CREAT | 0o666))
    cleanup.callback(_libc.msgctl, queue, _IPC_RMID, None)
    segment = _made(_libc.shmget(key, 4096, _IPC_CREAT | 0o666))
    cleanup.callback(_libc.shmctl, segment, _IPC_RMID, None)
    return key


def _make_posix(cleanup: contextlib.ExitStack, name: str) -> str:
    """A message queue and a segment of shared memory; returns their name."""
    encoded = name.encode()
    for function, unlink in (
        (_libc.mq_open, _libc.mq_unlink),
        (_libc.shm_open, _libc.shm_unlink),
    ):
        os.close(_made(function(encoded, _O_CREAT | os.O_RDWR, 0o666, None)))
        cleanup.callback(unlink, encoded)
    return name


def _made(number: int) -> int:
    if number < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return number
