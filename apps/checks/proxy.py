"""The way out of a sandbox: a proxy that serves one CONNECT and dials only what it has checked.

A job with a gateway reaches nothing but this. The name is resolved once, its addresses are judged,
and the very address that was judged is dialled: a check before a second resolution is a race.
"""

import contextlib
import ipaddress
import queue
import re
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052; the last 32 bits are the IPv4 address
_MAX_HEADER = 8 * 1024  # bytes; a CONNECT of git or uv has a few hundred
_CHUNK = 64 * 1024
# A name may have thousands of addresses that never answer: they would outlive the job by hours.
_MOST_ADDRESSES = 8
_REQUEST = re.compile(rb"CONNECT ([\x21-\x7e]+) HTTP/1\.[01]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9_])?")


class Reason(StrEnum):
    """Why a connection was not made, or was ended."""

    BAD_REQUEST = "bad_request"
    PORT = "port"
    HOST_NOT_ALLOWED = "host_not_allowed"
    NOT_RESOLVED = "not_resolved"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_MUCH_DATA = "too_much_data"


_STATUS = {
    Reason.BAD_REQUEST: "400 Bad Request",
    Reason.PORT: "403 Forbidden",
    Reason.HOST_NOT_ALLOWED: "403 Forbidden",
    Reason.PRIVATE_ADDRESS: "403 Forbidden",
    Reason.NOT_RESOLVED: "502 Bad Gateway",
    Reason.UNREACHABLE: "502 Bad Gateway",
    Reason.TIMEOUT: "504 Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """``host`` as the client asked for it; empty when the request could not be read."""

    reason: Reason
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Where a job may connect to. Times in seconds, sizes in bytes."""

    ports: frozenset[int] = frozenset({443})
    # Networks that the operator allows although they are private.
    allowed_networks: tuple[Network, ...] = ()
    # When given, only these names may be reached (lower case), and their addresses are not judged:
    # the operator named them (an index may be private), and a job cannot choose another. It can
    # reach what such a name resolves to, on ``ports``, and that is what the operator asked for.
    hosts: frozenset[str] | None = None
    header_s: float = 10.0
    resolve_s: float = 10.0
    connect_s: float = 10.0  # for each address
    idle_s: float = 60.0
    total_s: float = 600.0
    max_bytes: int = 1024**3  # both directions of one connection together


class _Refused(Exception):
    def __init__(self, reason: Reason, host: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, host)


def is_allowed(address: Address, allowed_networks: Iterable[Network] = ()) -> bool:
    """Whether ``address`` is public, or lies in a network that the operator allows.

    An IPv4 address carried inside an IPv6 one (mapped, 6to4, NAT64) is judged by itself.
    """
    inner = _unwrapped(address)
    if any(inner in network or address in network for network in allowed_networks):
        return True
    # ``is_global`` alone lets multicast and the old site-local range through.
    return inner.is_global and not (
        inner.is_multicast
        or inner.is_reserved
        or inner.is_link_local
        or (isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local)
    )


def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def handle(
    connection: socket.socket, policy: Policy, refusals: list[Refusal] | None = None
) -> None:
    """Serve one CONNECT on ``connection`` and close it. Raises nothing for what a peer does.

    Why a connection was refused or ended goes into ``refusals`` (``append`` is safe from threads).
    """
    record = [] if refusals is None else refusals
    with connection, contextlib.suppress(OSError):  # a job that went away needs no answer
        try:
            upstream, host, early = _open(connection, policy)
        except _Refused as refused:
            record.append(refused.refusal)
            _answer(connection, refused.refusal)
            return
        with upstream:
            try:
                _relay(connection, upstream, early, policy=policy)
            except _Refused as refused:  # inside an open tunnel nothing can be said
                record.append(Refusal(refused.refusal.reason, host))


def _open(connection: socket.socket, policy: Policy) -> tuple[socket.socket, str, bytes]:
    """A connection to where the client wants to go, that host, and what it sent ahead of time."""
    header, early = _read_header(connection, policy.header_s)
    host, port = _target(header)
    if port not in policy.ports:
        raise _Refused(Reason.PORT, host)
    if policy.hosts is not None and host not in policy.hosts:
        raise _Refused(Reason.HOST_NOT_ALLOWED, host)
    candidates = _resolve(host, port, policy.resolve_s)
    if policy.hosts is None:
        candidates = [c for c in candidates if is_allowed(_address(c), policy.allowed_networks)]
    if not candidates:
        raise _Refused(Reason.PRIVATE_ADDRESS, host)
    return _dial(candidates, host, policy.connect_s), host, early


def _read_header(connection: socket.socket, seconds: float) -> tuple[bytes, bytes]:
    """The request's header and what came after it. The time is for all of it, not for a read."""
    deadline = time.monotonic() + seconds
    data = b""
    while b"\r\n\r\n" not in data:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Refused(Reason.TIMEOUT)
        connection.settimeout(left)
        try:
            chunk = connection.recv(_MAX_HEADER)
        except TimeoutError:
            raise _Refused(Reason.TIMEOUT) from None
        data += chunk
        if not chunk or len(data) > _MAX_HEADER:
            raise _Refused(Reason.BAD_REQUEST)
    header, _, early = data.partition(b"\r\n\r\n")
    return header, early


def _target(header: bytes) -> tuple[str, int]:
    match = _REQUEST.fullmatch(header.partition(b"\r\n")[0])
    if match is None:
        raise _Refused(Reason.BAD_REQUEST)
    host, colon, port = match[1].decode("ascii").lower().rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port):
        raise _Refused(Reason.BAD_REQUEST)
    if host.startswith("[") and host.endswith("]"):
        return _ipv6(host[1:-1]), int(port)
    host = host.removesuffix(".")
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise _Refused(Reason.BAD_REQUEST)
    return host, int(port)


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise _Refused(Reason.BAD_REQUEST) from None


type _Candidate = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


def _resolve(host: str, port: int, seconds: float) -> list[_Candidate]:
    """The addresses of ``host``, asked once. ``getaddrinfo`` has no time limit of its own."""
    answers: queue.SimpleQueue[list[_Candidate]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        families = {socket.AF_INET, socket.AF_INET6}
        answers.put([(f, a) for f, _, _, _, a in found if f in families])  # type: ignore[misc]

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        candidates = answers.get(timeout=seconds)
    except queue.Empty:
        raise _Refused(Reason.TIMEOUT, host) from None
    if not candidates:
        raise _Refused(Reason.NOT_RESOLVED, host)
    return candidates


def _address(candidate: _Candidate) -> Address:
    return ipaddress.ip_address(candidate[1][0])


def _dial(candidates: Sequence[_Candidate], host: str, seconds: float) -> socket.socket:
    reason = Reason.UNREACHABLE
    for family, address in candidates[:_MOST_ADDRESSES]:
        upstream = socket.socket(family, socket.SOCK_STREAM)
        upstream.settimeout(seconds)
        try:
            upstream.connect(address)
        except OSError as error:
            upstream.close()
            reason = Reason.TIMEOUT if isinstance(error, TimeoutError) else Reason.UNREACHABLE
        else:
            return upstream
    raise _Refused(reason, host)


def _relay(client: socket.socket, upstream: socket.socket, early: bytes, *, policy: Policy) -> None:
    """Copy both ways until one side ends, within the policy's bytes, idle time and total time."""
    deadline = time.monotonic() + policy.total_s
    copied = len(early)
    client.settimeout(policy.idle_s)
    upstream.settimeout(policy.idle_s)
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, upstream)
        selector.register(upstream, selectors.EVENT_READ, client)
        try:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            upstream.sendall(early)
            while left := max(0.0, min(policy.idle_s, deadline - time.monotonic())):
                ready = selector.select(left)
                if not ready:
                    break
                for key, _ in ready:
                    data = cast(socket.socket, key.fileobj).recv(_CHUNK)
                    if not data:
                        return
                    copied += len(data)
                    if copied > policy.max_bytes:
                        raise _Refused(Reason.TOO_MUCH_DATA)
                    key.data.sendall(data)
        except TimeoutError:  # a peer that stopped reading
            pass
    raise _Refused(Reason.TIMEOUT)


def _answer(connection: socket.socket, refusal: Refusal) -> None:
    body = f"{refusal.reason}: {refusal.host or 'only CONNECT is served here'}\n".encode()
    connection.settimeout(5.0)
    connection.sendall(
        f"HTTP/1.1 {_STATUS[refusal.reason]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
