import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from apps.checks import mock_endpoints
from apps.checks.http_client import Code, HttpClient, HttpError
from apps.checks.mock_endpoints import (
    DROPPED,
    MALFORMED,
    SERVER_ERROR,
    TRUNCATED,
    Handler,
    MockEndpoints,
    Request,
    Response,
    json_response,
    rate_limited,
    slow,
)
from apps.sandbox.gateway import GatewayServer


def echo(request: Request) -> Response:
    return json_response({"number": request.number, "body": request.body.decode("latin-1")})


def stream(request: Request) -> Response:
    return Response(200, (b"one ", b"two ", b"three "), content_type="text/plain")


ROUTES: Mapping[tuple[str, str], Handler] = {
    ("POST", "/echo"): echo,
    ("GET", "/stream"): stream,
    ("HEAD", "/stream"): stream,
}


@contextmanager
def opened(
    routes: Mapping[tuple[str, str], Handler] = ROUTES,
) -> Iterator[tuple[MockEndpoints, HttpClient, tuple[str, int]]]:
    """Endpoints, a client of them and their address; no thread of theirs is left afterwards."""
    before = set(threading.enumerate())
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    address = listener.getsockname()
    with (
        MockEndpoints(routes) as endpoints,
        GatewayServer(listener, endpoints.serve),
        HttpClient(lambda: socket.create_connection(address)) as client,
    ):
        yield endpoints, client, address
    wait_until(lambda: before.issuperset(threading.enumerate()))


def everything(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    data = b""
    with contextlib.suppress(ConnectionResetError):  # closed before all that was sent was read
        while chunk := connection.recv(65536):
            data += chunk
    return data


def say(address: tuple[str, int], content: bytes) -> bytes:
    """The whole answer to ``content``, up to the end of the connection."""
    with socket.create_connection(address) as connection:
        with contextlib.suppress(OSError):  # answered and closed before all was sent
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# Answers and records ------------------------------------------------------------------------------


def test_request_is_handled_and_recorded() -> None:
    with opened() as (endpoints, client, _):
        response = client.request("POST", "/echo?n=1", headers={"X-Key": "k"}, body=b"hello")
        (exchange,) = endpoints.exchanges
    assert response.status == 200
    assert response.headers == (("content-type", "application/json"), ("content-length", "30"))
    assert response.json() == {"number": 1, "body": "hello"}
    request = exchange.request
    assert (request.number, request.method, request.path) == (1, "POST", "/echo")
    assert (request.query, request.body, request.header("x-key")) == ("n=1", b"hello", "k")
    assert request.at > 0
    assert (exchange.status, exchange.fault) == (200, None)


def test_connection_is_kept() -> None:
    with opened() as (_, client, _):
        numbers = [client.request("POST", "/echo").json()["number"] for _ in range(3)]
        assert numbers == [1, 2, 3]
        assert client._wire is not None


def test_answer_in_pieces_is_streamed() -> None:
    with opened() as (_, _, address):
        answer = say(address, b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n4\r\none \r\n4\r\ntwo \r\n6\r\nthree \r\n0\r\n\r\n")


def test_answer_in_pieces_is_whole_for_an_old_client() -> None:
    with opened() as (_, _, address):
        answer = say(address, b"GET /stream HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"\r\n\r\none two three ")
    assert b"chunked" not in answer


def test_answer_to_head_has_no_body() -> None:
    with opened() as (_, client, _):
        assert client.request("HEAD", "/stream").body == b""
        assert client.request("GET", "/stream").body == b"one two three "


def test_unknown_route_is_told_and_recorded() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(DROPPED)  # for a request that has a route
        response = client.request("GET", "/echo")
        assert [(e.request.path, e.status) for e in endpoints.exchanges] == [("/echo", 404)]
    assert response.status == 404
    assert response.json()["error"]["message"] == (
        "There is no GET /echo here. Use one of: POST /echo, GET /stream, HEAD /stream."
    )


def test_body_that_waits_for_leave_gets_it() -> None:
    with opened() as (_, _, address), socket.create_connection(address) as connection:
        connection.settimeout(10)
        connection.sendall(
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert connection.recv(1000) == b"HTTP/1.1 100 \r\n\r\n"
        connection.sendall(b"hi")
        assert everything(connection).endswith(b'"body": "hi"}')


def test_handler_that_fails_is_the_checkers_fault() -> None:
    def broken(request: Request) -> Response:
        raise LookupError("a bug of ours")

    def ask() -> None:
        with opened({("GET", "/"): broken}) as (endpoints, client, _):
            assert client.request("GET", "/").status == 500
            assert [exchange.status for exchange in endpoints.exchanges] == [500]

    with pytest.raises(LookupError, match="a bug of ours"):
        ask()


def test_record_is_limited_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_endpoints, "MAX_RECORDED", 2)
    with opened() as (endpoints, client, _):
        assert [client.request("POST", "/echo").status for _ in range(5)] == [200] * 5
        assert (len(endpoints.exchanges), endpoints.unrecorded) == (2, 3)


def test_record_is_limited_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_endpoints, "MAX_RECORDED_BYTES", 5000)
    with opened() as (endpoints, client, _):
        for size in (4000, 4000, 10):
            client.request("POST", "/echo", body=b"x" * size)
        assert [len(exchange.request.body) for exchange in endpoints.exchanges] == [4000, 10]
        assert endpoints.unrecorded == 1


# Faults -------------------------------------------------------------------------------------------


def test_faults_meet_the_next_requests_in_their_order() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(SERVER_ERROR, None, rate_limited(retry_after_s=7))
        responses = [client.request("POST", "/echo") for _ in range(4)]
        assert [response.status for response in responses] == [500, 200, 429, 200]
        assert responses[2].header("retry-after") == "7"
        assert [exchange.status for exchange in endpoints.exchanges] == [500, 200, 429, 200]
        assert endpoints.exchanges[0].fault is SERVER_ERROR


def test_outage_lasts_as_long_as_it_is_said() -> None:
    with opened() as (endpoints, client, _):
        with endpoints.outage(SERVER_ERROR):
            assert [client.request("POST", "/echo").status for _ in range(3)] == [500] * 3
        assert client.request("POST", "/echo").status == 200


def test_dropped_request_has_no_answer_and_is_not_handled() -> None:
    handled: list[int] = []

    def count(request: Request) -> Response:
        handled.append(request.number)
        return Response()

    with opened({("GET", "/"): count}) as (endpoints, client, _):
        endpoints.fail_next(DROPPED)
        with pytest.raises(HttpError) as caught:
            client.request("GET", "/")
        assert caught.value.message == (
            "GET /: the server closed the connection without an answer. "
            "Look for an error in its log."
        )
        assert client.request("GET", "/").status == 200
        assert [exchange.status for exchange in endpoints.exchanges] == [None, 200]
    assert handled == [2]


def test_truncated_answer_ends_in_the_middle() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(TRUNCATED)
        with pytest.raises(HttpError) as caught:
            client.request("POST", "/echo", body=b"hello")
    assert caught.value.message == (
        "POST /echo: the server closed the connection after 15 bytes of the body of the 30 that "
        "its Content-Length promises. Send the whole body before closing."
    )


def test_truncated_stream_ends_in_the_middle() -> None:
    with opened() as (endpoints, _, address):
        endpoints.fail_next(TRUNCATED)
        answer = say(address, b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n4\r\none \r\n")


def test_malformed_answer_is_no_json() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(MALFORMED)
        response = client.request("POST", "/echo")
        assert response.status == 200
        with pytest.raises(HttpError) as caught:
            response.json()
    assert caught.value.code is Code.NOT_JSON


def test_slow_answer_comes_later_than_its_delay() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(slow(0.2))
        assert client.request("POST", "/echo").first_byte_s > 0.2


def test_closing_does_not_wait_for_a_slow_answer() -> None:
    with opened() as (endpoints, client, _):
        endpoints.fail_next(slow(3600))
        with pytest.raises(HttpError):
            client.request("POST", "/echo", seconds=0.1)
        assert [exchange.status for exchange in endpoints.exchanges] == [200]


def test_closing_ends_idle_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_endpoints, "REQUEST_S", 3600)
    with contextlib.ExitStack() as clients:
        with opened() as (endpoints, _, address):
            connection = clients.enter_context(socket.create_connection(address))
            wait_until(lambda: len(endpoints._connections) == 1)
        assert everything(connection) == b""


# Hostile clients ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"garbage\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a:b\r\n" * 100 + b"\r\n", 431),
        (b"GET /" + b"x" * 20000, 431),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
         + bytes(1024**2 + 1), 413),
        (b"GET", 400),
        (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", 400),
        (b"HEAD /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", 400),
        (b"HEAD /stream HTTP/1.1\r\nHost: x\r\n" + b"a:b\r\n" * 100 + b"\r\n", 431),
    ],
)  # fmt: skip
def test_request_that_breaks_a_limit_ends_the_connection(content: bytes, status: int) -> None:
    with opened() as (endpoints, client, address):
        answer = say(address, content)
        assert endpoints.exchanges == ()
        assert client.request("POST", "/echo").status == 200
    assert answer[:13] == f"HTTP/1.1 {status} ".encode()


def test_client_that_says_nothing_gets_no_answer() -> None:
    with opened() as (endpoints, _, address):
        assert say(address, b"") == b""
        assert endpoints.exchanges == ()


def test_endless_body_is_refused() -> None:
    with opened() as (_, _, address):
        head = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        with socket.create_connection(address) as connection:
            connection.sendall(head)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while True:
                    connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")


def test_slow_request_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_endpoints, "REQUEST_S", 0.2)
    with opened() as (_, _, address), socket.create_connection(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert everything(connection) == b""


def test_answer_that_is_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mock_endpoints, "ANSWER_S", 0.2)
    large = Response(200, bytes(64 * 1024**2))
    with (
        opened({("GET", "/"): lambda _: large}) as (endpoints, _, address),
        socket.create_connection(address) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: len(endpoints.exchanges) == 1)
        wait_until(lambda: not endpoints._connections)
        assert len(everything(connection)) < 64 * 1024**2


def test_many_clients_are_answered_each_its_own() -> None:
    wrong: list[str] = []
    with opened() as (endpoints, _, address):

        def ask(name: str) -> None:
            with HttpClient(lambda: socket.create_connection(address)) as client:
                for turn in range(20):
                    text = f"{name}-{turn}"
                    if client.request("POST", "/echo", body=text.encode()).json()["body"] != text:
                        wrong.append(text)

        threads = [threading.Thread(target=ask, args=(str(n),)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        numbers = sorted(exchange.request.number for exchange in endpoints.exchanges)
    assert wrong == []
    assert numbers == list(range(1, 401))
