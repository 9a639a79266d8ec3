"""Serves the connections that a job makes to its only way out."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from apps.sandbox.model import Gateway

_PAUSE_S = 0.05  # after a connection that could not be accepted, as without free descriptors
_MOST_CONNECTIONS = 64  # at once; later ones wait in the listener's queue


class GatewayServer:
    """Accepts in a thread until closed, and hands each connection to ``gateway`` in another.

    ``listener`` was made in the job's network namespace, so only the job can reach it. Closing
    shuts every open connection down, so that no thread waits on one.
    """

    def __init__(self, listener: socket.socket, gateway: Gateway) -> None:
        self._listener = listener
        self._gateway = gateway
        self._slots = threading.Semaphore(_MOST_CONNECTIONS)
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        threading.Thread(target=self._accept, name="sandbox-gateway", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closed = True
            open_connections = list(self._connections)
        for connection in (self._listener, *open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._slots.release()  # for an accepting thread that waits for a free slot

    def _accept(self) -> None:
        with self._listener:
            while True:
                self._slots.acquire()
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    if self._closed:  # shut down: the run is over
                        return
                    self._slots.release()
                    time.sleep(_PAUSE_S)
                    continue
                with self._lock:
                    if self._closed:
                        connection.close()
                        return
                    self._connections.add(connection)
                serve = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                serve.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            # A peer that went away is no error of the gateway's.
            with connection, contextlib.suppress(OSError):
                self._gateway(connection)
        finally:
            with self._lock:
                self._connections.discard(connection)
            self._slots.release()
