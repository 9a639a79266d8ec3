"""A server of raw bytes: what it says does not depend on what it is asked."""

import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ScriptedServer:
    """Answers its n-th connection with the n-th script; ``heard`` is what each one sent first."""

    scripts: list[Iterable[bytes]]
    reads: bool = True
    closes: bool = True
    heard: list[bytes] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def connect(self) -> socket.socket:
        """The client's end of a new connection."""
        ours, theirs = socket.socketpair()
        thread = threading.Thread(target=self._serve, args=(theirs, self.scripts.pop(0)))
        self._threads.append(thread)
        thread.start()
        return ours

    def _serve(self, connection: socket.socket, script: Iterable[bytes]) -> None:
        with connection, contextlib.suppress(OSError):  # the client may leave at any time
            for piece in script:
                if self.reads:
                    self.heard.append(connection.recv(65536))
                connection.sendall(piece)
            while not self.closes and connection.recv(65536):
                pass

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


@contextmanager
def scripted(
    *scripts: Iterable[bytes], reads: bool = True, closes: bool = True
) -> Iterator[ScriptedServer]:
    """A server; its threads have ended afterwards.

    ``reads``: something is read before each piece is sent. ``closes``: after the last piece;
    otherwise only when the client does.
    """
    server = ScriptedServer(list(scripts), reads=reads, closes=closes)
    yield server
    server.join()
