import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.checks.proxy import Network, Policy, Reason, Refusal, handle, is_allowed

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@contextmanager
def server(address: str = "127.0.0.1", port: int = 0, *, answer: bytes = b"") -> Iterator[int]:
    """Says ``answer`` followed by what each client sent first, then closes. Gives its port."""
    with socket.create_server((address, port)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.sendall(answer + client.recv(1000))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@contextmanager
def proxied(policy: Policy) -> Iterator[tuple[socket.socket, list[Refusal]]]:
    """A client's end of a connection that the proxy serves; the proxy has ended afterwards."""
    client, proxy_end = socket.socketpair()
    client.settimeout(10)
    refusals: list[Refusal] = []
    thread = threading.Thread(target=handle, args=(proxy_end, policy, refusals))
    thread.start()
    with client:
        yield client, refusals
    thread.join(10)
    assert not thread.is_alive()
    assert proxy_end.fileno() == -1


def everything(client: socket.socket) -> bytes:
    data = b""
    while chunk := client.recv(65536):
        data += chunk
    return data


def ask(target: str, policy: Policy) -> tuple[bytes, list[Refusal]]:
    """The proxy's whole answer to a CONNECT for ``target``, and what it recorded."""
    with proxied(policy) as (client, refusals):
        client.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return everything(client), refusals


def local(*ports: int, **changes: object) -> Policy:
    defaults: dict[str, object] = {"ports": frozenset(ports), "allowed_networks": (LOOPBACK,)}
    return Policy(**(defaults | changes))  # type: ignore[arg-type]


def test_connect_relays_both_ways() -> None:
    with server(answer=b"hello ") as port, proxied(local(port)) as (client, refusals):
        client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        assert client.recv(100) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        client.sendall(b"world")
        assert everything(client) == b"hello world"
    assert refusals == []


def test_connect_passes_on_what_was_sent_ahead() -> None:
    with server() as port, proxied(local(port)) as (client, _):
        client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nearly".encode())
        assert everything(client).endswith(b"\r\n\r\nearly")


@pytest.mark.parametrize(
    ("target", "reason", "status"),
    [
        ("localhost:443", Reason.PRIVATE_ADDRESS, 403),
        ("127.0.0.1:443", Reason.PRIVATE_ADDRESS, 403),
        ("127.1:443", Reason.PRIVATE_ADDRESS, 403),
        ("2130706433:443", Reason.PRIVATE_ADDRESS, 403),
        ("0x7f000001:443", Reason.PRIVATE_ADDRESS, 403),
        ("0.0.0.0:443", Reason.PRIVATE_ADDRESS, 403),
        ("169.254.169.254:443", Reason.PRIVATE_ADDRESS, 403),
        ("[::1]:443", Reason.PRIVATE_ADDRESS, 403),
        ("[::ffff:127.0.0.1]:443", Reason.PRIVATE_ADDRESS, 403),
        ("LOCALHOST.:443", Reason.PRIVATE_ADDRESS, 403),
        ("localhost:80", Reason.PORT, 403),
        ("localhost:5432", Reason.PORT, 403),
        ("no-such-host.invalid:443", Reason.NOT_RESOLVED, 502),
        ("a..b:443", Reason.NOT_RESOLVED, 502),
    ],
)
def test_connect_refuses(target: str, reason: Reason, status: int) -> None:
    answer, refusals = ask(target, Policy())
    host = target.rpartition(":")[0].lower().strip("[]").removesuffix(".")
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.endswith(f"{reason}: {refusals[0].host}\n".encode())
    assert [refusal.reason for refusal in refusals] == [reason]
    assert refusals[0].host == host or refusals[0].host == str(ipaddress.ip_address(host))


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET http://127.0.0.1/ HTTP/1.1",
        b"POST http://127.0.0.1/ HTTP/1.1",
        b"CONNECT localhost HTTP/1.1",
        b"CONNECT localhost:x HTTP/1.1",
        b"CONNECT localhost:443 HTTP/2",
        b"CONNECT -oProxyCommand:443 HTTP/1.1",
        b"CONNECT user@localhost:443 HTTP/1.1",
        b"CONNECT [fe80::1%eth0]x:443 HTTP/1.1",
        b"CONNECT local\x00host:443 HTTP/1.1",
        b"CONNECT " + b"a" * 300 + b":443 HTTP/1.1",
        b"\x16\x03\x01",
        b"",
    ],
)
def test_request_that_is_no_connect_is_refused(request_line: bytes) -> None:
    with proxied(Policy()) as (client, refusals):
        client.sendall(request_line + b"\r\n\r\n")
        answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert refusals == [Refusal(Reason.BAD_REQUEST, "")]


def test_huge_header_is_refused() -> None:
    with proxied(Policy()) as (client, refusals):
        client.sendall(b"CONNECT localhost:443 HTTP/1.1\r\nX: " + b"x" * 8200)
        assert everything(client).startswith(b"HTTP/1.1 400 ")
    assert refusals == [Refusal(Reason.BAD_REQUEST, "")]


def test_slow_header_is_refused_however_steadily_it_comes() -> None:
    with proxied(Policy(header_s=0.3)) as (client, refusals):
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.05):
                try:
                    client.send(b"C")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = everything(client)
        stop.set()
        dripping.join(10)
    assert answer.startswith(b"HTTP/1.1 504 ")
    assert refusals == [Refusal(Reason.TIMEOUT, "")]


def test_client_that_leaves_is_no_error() -> None:
    with proxied(Policy()) as (client, _):
        client.close()


def test_silent_tunnel_is_ended() -> None:
    with server() as port, proxied(local(port, idle_s=0.2)) as (client, refusals):
        client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        assert everything(client) == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert refusals == [Refusal(Reason.TIMEOUT, "127.0.0.1")]


def test_tunnel_is_ended_after_its_total_time() -> None:
    with server() as port, proxied(local(port, total_s=0.2)) as (client, refusals):
        client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        everything(client)
    assert refusals == [Refusal(Reason.TIMEOUT, "127.0.0.1")]


def test_tunnel_is_ended_after_its_bytes() -> None:
    with (
        server(answer=b"x" * 200_000) as port,
        proxied(local(port, max_bytes=100_000)) as (client, refusals),
    ):
        client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\ngo".encode())
        assert len(everything(client)) <= 100_100
    assert refusals == [Refusal(Reason.TOO_MUCH_DATA, "127.0.0.1")]


def test_port_where_nothing_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    answer, refusals = ask(f"127.0.0.1:{port}", local(port))
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert refusals == [Refusal(Reason.UNREACHABLE, "127.0.0.1")]


def test_named_hosts_are_the_only_ones() -> None:
    answer, refusals = ask("127.0.0.1:443", Policy(hosts=frozenset({"pypi.org"})))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert refusals == [Refusal(Reason.HOST_NOT_ALLOWED, "127.0.0.1")]


def test_named_host_may_be_private() -> None:
    with server(answer=b"index") as port:
        policy = Policy(ports=frozenset({port}), hosts=frozenset({"localhost"}))
        with proxied(policy) as (client, refusals):
            client.sendall(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n!".encode())
            assert everything(client).endswith(b"index!")
    assert refusals == []


def test_address_that_was_checked_is_the_one_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers a second question otherwise (DNS rebinding) gains nothing."""
    asked = []

    def rebinding(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.2" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with server("127.0.0.2", answer=b"right") as port, server(port=port, answer=b"wrong"):
        policy = local(port, allowed_networks=(ipaddress.ip_network("127.0.0.2/32"),))
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with proxied(policy) as (client, refusals):
            client.sendall(f"CONNECT rebind.test:{port} HTTP/1.1\r\n\r\n!".encode())
            assert everything(client).endswith(b"right!")
    assert asked == ["rebind.test"]
    assert refusals == []


def test_private_address_beside_a_public_one_is_not_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server("127.0.0.2", answer=b"right") as port, server(port=port, answer=b"wrong"):
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("127.0.0.1", "127.0.0.2")
        ]
        policy = local(port, allowed_networks=(ipaddress.ip_network("127.0.0.2/32"),))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        with proxied(policy) as (client, _):
            client.sendall(f"CONNECT two.test:{port} HTTP/1.1\r\n\r\n!".encode())
            assert everything(client).endswith(b"right!")


def test_name_with_many_addresses_is_tried_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    with server("127.0.0.200") as port:
        last = 200
        many = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{number}", port))
            for number in range(last - 8, last + 1)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: many)
        answer, refusals = ask(f"many.test:{port}", local(port))
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert refusals == [Refusal(Reason.UNREACHABLE, "many.test")]


def test_resolver_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(10) and [])
    answer, refusals = ask("slow.test:443", Policy(resolve_s=0.1))
    release.set()
    assert answer.startswith(b"HTTP/1.1 504 ")
    assert refusals == [Refusal(Reason.TIMEOUT, "slow.test")]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "10.1.2.3",
        "100.64.0.1",  # carrier-grade NAT
        "127.0.0.53",
        "169.254.169.254",  # metadata of clouds
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",  # IPv4-compatible
        "::ffff:10.0.0.1",  # IPv4-mapped
        "::ffff:0:10.0.0.1",  # IPv4-translated
        "64:ff9b::10.0.0.1",  # NAT64
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",  # local-use NAT64
        "100::1",
        "2001::1",  # Teredo
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:c0a8:101::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_private_address_is_not_allowed(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2606:50c0:8000::64",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_public_address_is_allowed(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.0.0/16"),
        ("::ffff:10.1.2.3", "10.1.0.0/16"),
        ("fd12::1", "fd12::/16"),
        ("64:ff9b::a01:203", "64:ff9b::/96"),
    ],
)
def test_operator_network_is_allowed(address: str, network: str) -> None:
    allowed: Network = ipaddress.ip_network(network)
    assert is_allowed(ipaddress.ip_address(address), [allowed])
    assert not is_allowed(ipaddress.ip_address("10.2.0.1"), [allowed])


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_dropped(data: bytes) -> None:
    with proxied(Policy(header_s=2, resolve_s=2)) as (client, refusals):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        assert everything(client).startswith(b"HTTP/1.1 400 ")
    assert refusals == [Refusal(Reason.BAD_REQUEST, "")]
