"""A learner's server, running in the sandbox while a checker talks to it."""

import contextlib
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from apps.sandbox.job import Job
from apps.sandbox.model import Gateway, Limits, Mount, OutputCallback, Result
from apps.sandbox.watch import Watch

# A port of the job's own 127.0.0.1, or the path of a unix socket relative to /job.
type Address = int | str

_POLL_S = 0.01  # between two attempts to connect to a server that is starting
_BATCH = 16  # sockets that are made ahead, since each question to the launcher costs 0.1 ms
_CONNECT_S = 5.0


class ServiceError(Exception):
    """The server is not there; the message is a sentence for its author.

    ``result`` tells how it ended; None when it runs but does not answer.
    """

    def __init__(self, message: str, result: Result | None = None) -> None:
        super().__init__(message)
        self.result = result


class Service:
    """Starts with the ``with`` block and ends with it, whatever happens in between::

        with Service(["python", "-m", "app"], directory=root, limits=limits) as service:
            service.wait_until_listening(8000, within_s=20)
            with service.connect(8000) as connection:
                ...
            service.kill()
            service.start()

    Files in ``/job`` outlive a ``kill``, as on a server that lost its power. The limits on time
    count for each start, the one on processor time for all starts together. Other arguments are
    those of ``sandbox.run``; the block raises what it raises, and ServiceError.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path | None = None,
        limits: Limits = Limits(),
        environment: Mapping[str, str] | None = None,
        mounts: Sequence[Mount] = (),
        gateway: Gateway | None = None,
        on_output: OutputCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._job = Job(
            command=command,
            directory=directory,
            environment=environment or {},
            mounts=mounts,
            limits=limits,
            gateway=gateway,
        )
        self._cleanup = contextlib.ExitStack()
        self._following: threading.Thread | None = None
        self._clients: list[socket.socket] = []
        self._output = bytearray()
        self._on_output = on_output
        self._cancelled = cancelled
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as cleanup:
            self._process = cleanup.enter_context(self._job.prepared())
            cleanup.callback(self._close)
            if not self._job.copy_files(self._process):
                raise ServiceError(
                    f"The files to run need more than {self._job.limits.disk_mb} MiB or are more "
                    f"than {self._job.limits.inodes}."
                )
            self.start()
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cleanup.close()
        if self._failure is not None and error is None:
            raise self._failure

    def _close(self) -> None:
        self.kill()
        for client in self._clients:
            client.close()
        self._clients.clear()

    def start(self) -> None:
        """Start it, again after ``kill`` or after it has ended."""
        if self.running():
            raise ValueError("the service runs already")
        self._job.start(self._process)
        self._watch = Watch(self._process, self._keep_output, self._cancelled)
        self._following = threading.Thread(target=self._follow, name="sandbox-service")
        self._following.start()

    def _follow(self) -> None:
        try:
            self._watch.follow()
        except Exception as error:  # no sandbox, or ``on_output`` failed; told by ``result``
            self._failure = error
            self._process.stop()

    def _keep_output(self, stream: Literal["stdout", "stderr"], data: bytes) -> None:
        self._output += data
        if self._on_output is not None:
            self._on_output(stream, data)

    def running(self) -> bool:
        return self._following is not None and self._following.is_alive()

    def kill(self) -> None:
        """End all its processes at once, as ``kill -9`` does, and wait for their death."""
        if self._following is not None:
            self._watch.cancel()
            self._process.stop()
            self._following.join()

    def wait_until_listening(self, address: Address, *, within_s: float) -> float:
        """Return once something listens at ``address``, with the seconds it took.

        Raises ServiceError when it ends or does not listen in time.
        """
        begun = time.monotonic()
        while True:
            ended = not self.running()  # asked first: it may listen, and end right after
            with contextlib.suppress(OSError), self.connect(address):
                return time.monotonic() - begun
            if ended:
                result = self.result()
                why = result.message or "It ended with exit code 0."
                raise ServiceError(
                    f"The server ended before it listened on {_shown(address)}. {why}", result
                )
            if time.monotonic() - begun > within_s:
                raise ServiceError(
                    f"The server did not listen on {_shown(address)} within {within_s:g} s."
                )
            time.sleep(_POLL_S)

    def connect(self, address: Address, *, timeout_s: float = _CONNECT_S) -> socket.socket:
        """A connection to it, with ``timeout_s`` for this and each later step. Raises OSError."""
        client = self._client() if isinstance(address, int) else socket.socket(socket.AF_UNIX)
        try:
            client.settimeout(timeout_s)
            if isinstance(address, int):
                client.connect(("127.0.0.1", address))
            else:
                _connect_below(self._process.folder.fileno(), address, client)
        except OSError:
            client.close()
            raise
        return client

    def _client(self) -> socket.socket:
        if not self._clients:
            self._clients = self._process.clients(_BATCH)
        return self._clients.pop()

    def log(self) -> str:
        """What it has written so far, over all starts; of each ``limits.output_kb`` a stream."""
        return self._output.decode(errors="replace")

    def result(self) -> Result:
        """How the last start ended. Raises ValueError while it runs, SandboxUnavailable, and what
        ``on_output`` raised.
        """
        if self.running():
            raise ValueError("the service still runs")
        if self._failure is not None:
            raise self._failure
        return self._watch.result()


def _shown(address: Address) -> str:
    return f"port {address} of 127.0.0.1" if isinstance(address, int) else f"the socket {address}"


def _connect_below(folder: int, path: str, client: socket.socket) -> None:
    """No link is followed on the way: one could lead to a socket of the host."""
    *parents, name = path.split("/")
    if {"", ".", ".."} & {*parents, name}:
        raise OSError(f"{path} is not a plain path below the job's folder")
    with contextlib.ExitStack() as opened:
        for parent in parents:
            folder = os.open(parent, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            opened.callback(os.close, folder)
        found = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
        opened.callback(os.close, found)
        if not stat.S_ISSOCK(os.fstat(found).st_mode):
            raise OSError(f"{path} is no socket")
        client.connect(f"/proc/self/fd/{found}")
