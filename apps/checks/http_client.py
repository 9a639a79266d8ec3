"""Asks a learner's HTTP/1.1 server, which may be hostile, over sockets that the caller makes.

Nothing that a server does raises anything but HttpError, takes longer than the request's time, or
more memory than its body limit. No redirect is followed. Compressed answers are refused rather
than unpacked: a request says that it wants none, and nothing unpacked cannot grow.
"""

import json as json_module
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Literal, NoReturn, Self

import h11

from apps.checks.bounded_json import parse_json
from apps.checks.http_wire import MAX_HEADER_BYTES, Wire
from apps.checks.text_file import shown

MAX_HEADERS = 100
MAX_INFORMATIONAL = 8  # answers of status 1xx before the real one
DEFAULT_SECONDS = 10.0
DEFAULT_BODY_BYTES = 1024**2

type Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Code(StrEnum):
    """What the server did instead of answering. Stable."""

    NOT_CONNECTED = "not_connected"
    TIMEOUT = "timeout"
    CLOSED_EARLY = "closed_early"
    MALFORMED = "malformed"
    TOO_MANY_HEADERS = "too_many_headers"
    TOO_MANY_INFORMATIONAL = "too_many_informational"
    BODY_TOO_LARGE = "body_too_large"
    COMPRESSED = "compressed"
    NOT_JSON = "not_json"


class HttpError(Exception):
    """``message`` begins with the request and tells the learner what the server did."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """An answer, whatever its status. Header names are lower case, values decoded as Latin-1."""

    request: str  # "GET /predict"
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float  # from the first byte sent to the last one received
    first_byte_s: float  # from the first byte sent to the first one received

    def header(self, name: str) -> str | None:
        """The first value of the header, its name in lower case."""
        return next((value for found, value in self.headers if found == name), None)

    def json(self) -> Any:
        """The body's value, whatever its Content-Type. Raises HttpError."""
        try:
            return parse_json(self.body)
        except ValueError as error:
            raise HttpError(
                Code.NOT_JSON,
                f"{self.request}: the body is not JSON that can be read: {error}. It begins with "
                f"“{_beginning(self.body)}”. Answer with one JSON value.",
            ) from None


class HttpClient:
    """Requests one after the other, over one connection for as long as the server keeps it.

    ``connect`` makes a connected socket; what it raises as OSError becomes an HttpError. Not for
    use by several threads at once: give each a client. A request is never sent twice by itself.
    """

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._wire: Wire | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._wire:
            self._wire.socket.close()
            self._wire = None

    def request(
        self,
        method: Method,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json: Any = None,
        seconds: float = DEFAULT_SECONDS,
        max_body_bytes: int = DEFAULT_BODY_BYTES,
    ) -> HttpResponse:
        """The server's answer. ``path`` is percent-encoded and may hold a query.

        ``json`` is sent as the body when it is not None. ``seconds`` are for the whole exchange
        after the connection was made. Raises HttpError.
        """
        fields = {"Host": "localhost", "Accept-Encoding": "identity"}
        if json is not None:
            body = json_module.dumps(json, allow_nan=False).encode()
            fields["Content-Type"] = "application/json"
        if body or method in {"POST", "PUT", "PATCH"}:
            fields["Content-Length"] = str(len(body))
        head = h11.Request(
            method=method, target=path, headers=list((fields | dict(headers or {})).items())
        )
        exchange = _Exchange(
            request=f"{method} {path}",
            wire=self._connected(f"{method} {path}"),
            seconds=seconds,
            max_body_bytes=max_body_bytes,
        )
        try:
            response = exchange.run(head, body)
        except BaseException:
            self.close()
            raise
        if not exchange.keeps_connection():
            self.close()
        return response

    def _connected(self, request: str) -> Wire:
        """A wire for a new request. What came unasked must not be taken for its answer."""
        if self._wire and self._wire.has_input():
            self.close()
        if self._wire is None:
            try:
                self._wire = Wire(self._connect(), h11.CLIENT)
            except OSError as error:
                raise HttpError(
                    Code.NOT_CONNECTED,
                    f"{request}: the server takes no connection ({error.strerror or error}). "
                    "Keep it running and listening where milepost.toml says.",
                ) from None
        return self._wire


@dataclass(slots=True, kw_only=True)
class _Exchange:
    """One request and its answer."""

    request: str
    wire: Wire
    seconds: float
    max_body_bytes: int
    head: h11.Response | None = None
    body: bytearray = field(default_factory=bytearray)
    _sent_all: bool = False

    def run(self, head: h11.Request, body: bytes) -> HttpResponse:
        wire, send = self.wire, self.wire.protocol.send
        message = send(head) + (send(h11.Data(data=body)) if body else b"")
        message += send(h11.EndOfMessage())
        wire.start_message()
        started = time.perf_counter()
        deadline = started + self.seconds
        try:
            self._sent_all = wire.send(message, deadline, until_answered=True)
            answer = self._read(deadline)
        except TimeoutError:
            self._refuse_slow()
        except (OSError, h11.RemoteProtocolError) as error:
            self._refuse_broken(error)
        return HttpResponse(
            request=self.request,
            status=answer.status_code,
            headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in answer.headers),
            body=bytes(self.body),
            seconds=wire.last_byte_at - started,
            first_byte_s=wire.first_byte_at - started,
        )

    def keeps_connection(self) -> bool:
        """Whether the next request may use the connection; makes it ready for that."""
        protocol = self.wire.protocol
        kept = (
            self._sent_all
            and protocol.our_state is protocol.their_state is h11.DONE
            # More than the answer: it would be taken for the answer to the next request.
            and not protocol.trailing_data[0]
        )
        if kept:
            protocol.start_next_cycle()
        return kept

    def _read(self, deadline: float) -> h11.Response:
        answer = self._read_head(deadline)
        while isinstance(event := self.wire.next_event(deadline), h11.Data):
            self.body += event.data
            if len(self.body) > self.max_body_bytes:
                self._refuse(
                    Code.BODY_TOO_LARGE,
                    f"the body of the answer is larger than {_size(self.max_body_bytes)}. "
                    "Send less.",
                )
        return answer

    def _read_head(self, deadline: float) -> h11.Response:
        informational = 0
        while not isinstance(event := self.wire.next_event(deadline), h11.Response):
            informational += 1
            if informational > MAX_INFORMATIONAL:
                self._refuse(
                    Code.TOO_MANY_INFORMATIONAL,
                    f"the server sent more than {MAX_INFORMATIONAL} answers of status 1xx before "
                    "the real one. Send that one alone.",
                )
        self._judge_head(event)
        self.head = event
        return event

    def _judge_head(self, head: h11.Response) -> None:
        if head.http_version not in {b"1.0", b"1.1"}:
            version = head.http_version.decode("ascii")
            self._refuse(
                Code.MALFORMED, f"the server answered in HTTP/{version}. Answer in HTTP/1.1."
            )
        size = sum(len(name) + len(value) + len(b": \r\n") for name, value in head.headers)
        if len(head.headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
            self._refuse_headers()
        for name, value in head.headers:
            if name == b"content-encoding" and value.lower() not in {b"", b"identity"}:
                self._refuse(
                    Code.COMPRESSED,
                    f"the answer is compressed (Content-Encoding: {_beginning(value)}) although "
                    "the request asked for none. Compress only for clients whose Accept-Encoding "
                    "allows it.",
                )

    # What the server did instead ---------------------------------------------------------------

    def _refuse(self, code: Code, text: str) -> NoReturn:
        raise HttpError(code, f"{self.request}: {text}") from None

    def _refuse_headers(self) -> NoReturn:
        self._refuse(
            Code.TOO_MANY_HEADERS,
            f"the server answered with more than {MAX_HEADERS} headers or more than "
            f"{_size(MAX_HEADER_BYTES)} of them. Send fewer and shorter ones.",
        )

    def _refuse_slow(self) -> NoReturn:
        if not self.wire.beginning:
            text = f"the server sent nothing within {self.seconds:g} s. Answer sooner."
        elif self.head is None:
            text = (
                f"the server had not sent all its headers after {self.seconds:g} s. Answer sooner."
            )
        else:
            text = (
                f"the server had sent {len(self.body)} bytes of the body after {self.seconds:g} s "
                "and not ended it. Answer sooner, and end the body."
            )
        self._refuse(Code.TIMEOUT, text)

    def _refuse_closed(self) -> NoReturn:
        if self.head is None:
            part = "in the middle of its headers" if self.wire.beginning else "without an answer"
            text = f"the server closed the connection {part}. Look for an error in its log."
        else:
            length = next((v.decode() for n, v in self.head.headers if n == b"content-length"), "")
            promised = f" of the {length} that its Content-Length promises" if length else ""
            text = (
                f"the server closed the connection after {len(self.body)} bytes of the body"
                f"{promised}. Send the whole body before closing."
            )
        self._refuse(Code.CLOSED_EARLY, text)

    def _refuse_broken(self, error: OSError | h11.RemoteProtocolError) -> NoReturn:
        beginning = self.wire.beginning
        if self.head is None and not beginning.startswith(b"HTTP/"[: len(beginning)]):
            reason = f"it begins with “{_beginning(beginning)}”"
        elif isinstance(error, OSError) or self.wire.ended:
            self._refuse_closed()
        elif error.error_status_hint == 431 and self.head is None:
            self._refuse_headers()
        elif error.error_status_hint == 431:
            reason = "a line of the chunked body is too long"
        elif "_SWITCH_UPGRADE" in str(error):
            reason = "it switches to another protocol (status 101) unasked"
        else:
            # "illegal header line: bytearray(b'a b: c')"
            reason = shown(re.sub(r"bytearray\(b['\"](.*?)['\"]\)", r"“\1”", str(error)), limit=120)
        self._refuse(
            Code.MALFORMED,
            f"the answer is not correct HTTP/1.1: {reason}. Leave the writing of answers to your "
            "framework, and start it without HTTP/2 and TLS.",
        )


def _beginning(content: bytes) -> str:
    return shown(content[:60].decode("utf-8", "replace"))


def _size(count: int) -> str:
    return f"{count // 1024} KiB" if count < 1024**2 else f"{count / 1024**2:g} MiB"
