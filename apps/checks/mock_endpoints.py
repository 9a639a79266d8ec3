"""HTTP endpoints of ours, offered to a learner's code, which may be hostile.

    with MockEndpoints({("POST", "/score"): score}) as endpoints:
        with session.serve(endpoints) as server:
            endpoints.fail_next(SERVER_ERROR, rate_limited(retry_after_s=1))
            ...
        asked = endpoints.exchanges

Requests are judged by the same limits as answers are (``http_client``); what breaks them is
answered with a status of 4xx and ends the connection.
"""

import contextlib
import json as json_module
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Literal, Self

import h11

from apps.checks.bounded_json import parse_json
from apps.checks.http_wire import MAX_HEADER_BYTES, Wire

MAX_BODY_BYTES = 1024**2  # of a request
MAX_ANSWERS = 4  # made and sent at once: one of many embeddings has tens of megabytes
MAX_HEADERS = 100
REQUEST_S = 30.0  # for a request to arrive whole; a connection that is not used ends then as well
ANSWER_S = 30.0  # for a client to read an answer
MAX_RECORDED = 10_000  # exchanges
MAX_RECORDED_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked. Header names are lower case, values decoded as Latin-1."""

    number: int  # from 1, in the order of arrival
    at: float  # seconds since the endpoints were opened
    method: str
    path: str  # without the query
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of the header, its name in lower case."""
        return next((value for found, value in self.headers if found == name), None)

    def json(self) -> Any:
        """The body's value. Raises ValueError with a sentence."""
        return parse_json(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. A body in pieces is streamed, each a chunk of its own."""

    status: int = 200
    body: bytes | tuple[bytes, ...] = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def json_response(
    value: Any, status: int = 200, *, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    return Response(status, json_module.dumps(value).encode(), headers=headers)


def error_response(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """An error as OpenAI's API writes it, which suits other endpoints as well."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return json_response({"error": error}, status, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with a request, on purpose."""

    delay_s: float = 0.0  # before the answer
    answer: Response | None = None  # in place of the real one
    sent: Literal["whole", "half", "nothing"] = "whole"  # before the connection is closed


SERVER_ERROR = Fault(
    answer=error_response(500, "The server had an error. Try again.", kind="server_error")
)
DROPPED = Fault(sent="nothing")
TRUNCATED = Fault(sent="half")
MALFORMED = Fault(answer=Response(200, b'{"id": "broken", "choices": [{"index": 0, "mess'))


def rate_limited(*, retry_after_s: int) -> Fault:
    return Fault(
        answer=error_response(
            429,
            f"Too many requests. Try again in {retry_after_s} s.",
            kind="requests",
            code="rate_limit_exceeded",
            headers=(("Retry-After", str(retry_after_s)),),
        )
    )


def slow(seconds: float) -> Fault:
    return Fault(delay_s=seconds)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what became of it; ``status`` is None where nothing was answered."""

    request: Request
    status: int | None
    fault: Fault | None


type Handler = Callable[[Request], Response]


class MockEndpoints:
    """Answers by ``routes``, (method, path) to handler, while it is open.

    ``serve`` is a gateway of the sandbox. Handlers run in its threads, several at once; what one
    raises is raised again where the endpoints are closed, for it is no fault of the learner's.
    """

    def __init__(self, routes: Mapping[tuple[str, str], Handler]) -> None:
        self._routes = dict(routes)
        self._lock = threading.Lock()  # guards all that follows
        self._count = 0
        self._faults: deque[Fault | None] = deque()
        self._outage: Fault | None = None
        self._exchanges: list[Exchange] = []
        self._recorded_bytes = 0
        self._unrecorded = 0
        self._failure: Exception | None = None
        self._connections: set[socket.socket] = set()
        self._idle = threading.Condition(self._lock)  # no connection is served any more
        self._answers = threading.BoundedSemaphore(MAX_ANSWERS)
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._opened = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closing.set()
            for connection in self._connections:
                with contextlib.suppress(OSError):  # the client may have done so
                    connection.shutdown(socket.SHUT_RDWR)
            self._idle.wait_for(lambda: not self._connections)
        if self._failure and error is None:
            raise self._failure

    # What a checker sees and arranges ----------------------------------------------------------

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every correct request, also for no route, each recorded before its answer is sent."""
        with self._lock:
            return tuple(self._exchanges)

    @property
    def unrecorded(self) -> int:
        """How many exchanges came after the record was full."""
        with self._lock:
            return self._unrecorded

    def fail_next(self, *faults: Fault | None) -> None:
        """The next requests for a route meet these, one each; None lets one pass."""
        with self._lock:
            self._faults.extend(faults)

    @contextmanager
    def outage(self, fault: Fault) -> Iterator[None]:
        """Every request for a route meets ``fault`` meanwhile."""
        with self._lock:
            self._outage = fault
        try:
            yield
        finally:
            with self._lock:
                self._outage = None

    # Connections -------------------------------------------------------------------------------

    def serve(self, connection: socket.socket) -> None:
        """Answer requests until the client or the endpoints are closed."""
        with self._lock:
            if self._closing.is_set():
                return
            self._connections.add(connection)
        try:
            wire = Wire(connection, h11.SERVER)
            with contextlib.suppress(OSError):  # the client is gone, or slower than it may be
                while self._serve_one(wire):
                    wire.protocol.start_next_cycle()
        except Exception as error:
            self._note_failure(error)
        finally:
            with self._lock:
                self._connections.remove(connection)
                self._idle.notify_all()

    def _serve_one(self, wire: Wire) -> bool:
        """Whether the connection may serve another request."""
        deadline = time.perf_counter() + REQUEST_S
        try:
            head = wire.next_event(deadline)
        except h11.RemoteProtocolError as error:
            _send(wire, _malformed(error))
            return False
        if not isinstance(head, h11.Request):
            return False
        body = _read_body(wire, head, deadline)
        if isinstance(body, Response):
            _send(wire, body, method=head.method.decode("ascii"))
            return False
        return self._answer(wire, head, body)

    def _answer(self, wire: Wire, head: h11.Request, body: bytes) -> bool:
        request = self._numbered(head, body)
        handler = self._routes.get((request.method, request.path))
        fault = self._next_fault() if handler else None
        response = self._response(request, handler or self._no_route, fault)
        self._record(Exchange(request, response.status if response else None, fault))
        if fault and self._closing.wait(fault.delay_s):
            return False
        if response is None:
            return False
        half = fault is not None and fault.sent == "half"
        with self._answers:
            _send(wire, response, method=request.method, half=half)
        return wire.protocol.our_state is wire.protocol.their_state is h11.DONE

    def _response(self, request: Request, handler: Handler, fault: Fault | None) -> Response | None:
        if fault and fault.sent == "nothing":
            return None
        if fault and fault.answer:
            return fault.answer
        try:
            with self._answers:
                return handler(request)
        except Exception as error:
            self._note_failure(error)
            return error_response(500, "The checker's own endpoint failed.", kind="server_error")

    def _numbered(self, head: h11.Request, body: bytes) -> Request:
        path, _, query = head.target.decode("ascii").partition("?")
        with self._lock:
            self._count += 1
            return Request(
                number=self._count,
                at=time.perf_counter() - self._opened,
                method=head.method.decode("ascii"),
                path=path,
                query=query,
                headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers),
                body=body,
            )

    def _next_fault(self) -> Fault | None:
        with self._lock:
            if self._outage:
                return self._outage
            return self._faults.popleft() if self._faults else None

    def _record(self, exchange: Exchange) -> None:
        size = _size(exchange.request)
        with self._lock:
            full = len(self._exchanges) == MAX_RECORDED
            if full or self._recorded_bytes + size > MAX_RECORDED_BYTES:
                self._unrecorded += 1
            else:
                self._exchanges.append(exchange)
                self._recorded_bytes += size

    def _no_route(self, request: Request) -> Response:
        offered = ", ".join(f"{method} {path}" for method, path in self._routes)
        asked = f"{request.method} {request.path[:100]}"
        return error_response(404, f"There is no {asked} here. Use one of: {offered}.")

    def _note_failure(self, error: Exception) -> None:
        with self._lock:
            self._failure = self._failure or error


def _size(request: Request) -> int:
    headers = sum(len(name) + len(value) for name, value in request.headers)
    return len(request.path) + len(request.query) + headers + len(request.body)


def _read_body(wire: Wire, head: h11.Request, deadline: float) -> bytes | Response:
    """The body of a request, or an answer to one that breaks a limit or the protocol."""
    if head.http_version not in {b"1.0", b"1.1"}:
        return error_response(505, "Only HTTP/1.1 is spoken here. Switch HTTP/2 off.")
    size = sum(len(name) + len(value) + len(b": \r\n") for name, value in head.headers)
    if size > MAX_HEADER_BYTES or len(head.headers) > MAX_HEADERS:
        return error_response(431, "The request has too many or too long headers. Send fewer.")
    if wire.protocol.they_are_waiting_for_100_continue:
        go_on = h11.InformationalResponse(status_code=100, headers=[])
        wire.send(wire.protocol.send(go_on) or b"", deadline)
    body = bytearray()
    try:
        while isinstance(event := wire.next_event(deadline), h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                return error_response(413, "The body is larger than 1 MiB. Send less.")
    except h11.RemoteProtocolError as error:
        return _malformed(error)
    return bytes(body)


def _malformed(error: h11.RemoteProtocolError) -> Response:
    status = HTTPStatus(error.error_status_hint)
    return error_response(status, f"This is not a correct HTTP/1.1 request: {status.phrase}.")


def _send(wire: Wire, response: Response, *, method: str = "", half: bool = False) -> None:
    """Send ``response``, or only the first half of its body. Raises OSError, h11.ProtocolError."""
    streamed = isinstance(response.body, tuple)
    pieces = response.body if isinstance(response.body, tuple) else (response.body,)
    framing = (
        ("Transfer-Encoding", "chunked")
        if streamed
        else ("Content-Length", str(sum(map(len, pieces))))
    )
    protocol, deadline = wire.protocol, time.perf_counter() + ANSWER_S
    head = h11.Response(
        status_code=response.status,
        reason=HTTPStatus(response.status).phrase,
        headers=[("Content-Type", response.content_type), framing, *response.headers],
    )
    message = protocol.send(head) or b""
    if method == "HEAD":
        pieces = ()
    elif half:
        pieces = pieces[: len(pieces) // 2] if streamed else (pieces[0][: len(pieces[0]) // 2],)
    for piece in pieces:
        message += protocol.send(h11.Data(data=piece)) or b""
        if streamed:
            wire.send(message, deadline)
            message = b""
    if not half:
        message += protocol.send(h11.EndOfMessage()) or b""
    wire.send(message, deadline)
