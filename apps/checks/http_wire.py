"""One side of an HTTP/1.1 connection whose peer may be hostile: h11 over a socket, in time.

Every wait has the caller's deadline, a time of ``time.perf_counter()``: a peer that sends a byte a
second ends there as well. Memory is bounded: a peer is never read ahead of.
"""

import select
import socket
import time

import h11

# h11 tries patterns that take time in n² on a line that does not match: half a second for 12 KiB,
# four for 32. So an incomplete head is refused early, and little is read at a time.
MAX_HEADER_BYTES = 8 * 1024
_READ_BYTES = 4 * 1024

type Event = (
    h11.Request
    | h11.InformationalResponse
    | h11.Response
    | h11.Data
    | h11.EndOfMessage
    | h11.ConnectionClosed
    | type[h11.PAUSED]
)


class Wire:
    """A connected socket and its protocol. The socket is the caller's to close."""

    def __init__(
        self, connection: socket.socket, role: type[h11.CLIENT] | type[h11.SERVER]
    ) -> None:
        connection.setblocking(False)
        if connection.family in {socket.AF_INET, socket.AF_INET6}:
            # The rest of a message would wait for the peer's delayed ACK, 40 ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.protocol = h11.Connection(role, max_incomplete_event_size=MAX_HEADER_BYTES)
        self.start_message()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def start_message(self) -> None:
        """Forget what was noted of the message before."""
        self.beginning = b""  # the first bytes of what the peer sent
        self.first_byte_at = self.last_byte_at = 0.0
        self.ended = False  # the peer has closed its side

    def has_input(self) -> bool:
        """Whether the peer has sent or closed what was not read yet."""
        return bool(self._poll.poll(0))

    def next_event(self, deadline: float) -> Event:
        """Raises TimeoutError, another OSError, or h11.RemoteProtocolError."""
        while (event := self.protocol.next_event()) is h11.NEED_DATA:
            self.protocol.receive_data(self._receive(deadline))
        return event  # type: ignore[return-value]

    def _receive(self, deadline: float) -> bytes:
        while True:
            self._wait(deadline)
            try:
                data = self.socket.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            self.last_byte_at = time.perf_counter()
            if not data:
                self.ended = True
            elif not self.beginning:
                self.beginning, self.first_byte_at = data, self.last_byte_at
            return data

    def send(self, data: bytes, deadline: float, *, until_answered: bool = False) -> bool:
        """Whether all of ``data`` was sent.

        ``until_answered``: a peer that answers or closes before it has read everything is not sent
        the rest. Raises TimeoutError or another OSError.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self.socket.send(rest) :]
            except BlockingIOError:
                if self._wait_to_send(deadline, until_answered=until_answered):
                    return False
            except (BrokenPipeError, ConnectionResetError):
                if not until_answered:
                    raise
                return False
        return True

    def _wait_to_send(self, deadline: float, *, until_answered: bool) -> bool:
        """Whether the wait ended because the peer has answered."""
        watched = select.POLLOUT | (select.POLLIN if until_answered else 0)
        self._poll.modify(self.socket, watched)
        try:
            return bool(self._wait(deadline) & watched & select.POLLIN)
        finally:
            self._poll.modify(self.socket, select.POLLIN)

    def _wait(self, deadline: float) -> int:
        """What happened on the socket, as ``poll`` says it."""
        left = deadline - time.perf_counter()
        ready = self._poll.poll(left * 1000) if left > 0 else []
        if not ready:
            raise TimeoutError
        return ready[0][1]
