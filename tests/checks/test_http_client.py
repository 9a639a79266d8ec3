import gzip
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator

import pytest

from apps.checks.http_client import Code, HttpClient, HttpError, HttpResponse, Method
from tests.checks.scripted_server import scripted

OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n" + b'{"a": 12}'
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def ask(content: bytes, *, method: Method = "GET") -> HttpResponse:
    """What the client makes of ``content``, sent after it asked; the connection is closed then."""
    with scripted([content]) as server, HttpClient(server.connect) as client:
        return client.request(method, "/predict")


def refusal(
    script: Iterable[bytes],
    *,
    seconds: float = 10.0,
    max_body_bytes: int = 1024**2,
    reads: bool = False,
    closes: bool = True,
) -> HttpError:
    """Why the client refuses what is sent: without regard to what it asked, unless ``reads``."""
    with (
        scripted(script, reads=reads, closes=closes) as server,
        HttpClient(server.connect) as client,
        pytest.raises(HttpError) as caught,
    ):
        client.request("GET", "/predict", seconds=seconds, max_body_bytes=max_body_bytes)
    return caught.value


def drip(content: Iterable[int]) -> Iterator[bytes]:
    """A byte at a time, each well before any wait for the next would end."""
    for byte in content:
        time.sleep(0.02)
        yield bytes([byte])


def flood(start: bytes, again: bytes) -> Iterator[bytes]:
    return itertools.chain([start], itertools.repeat(again * (65536 // len(again))))


# What a good server sends -------------------------------------------------------------------------


def test_request_sends_no_more_than_it_was_given() -> None:
    with scripted([OK]) as server, HttpClient(server.connect) as client:
        client.request("GET", "/predict?n=1", headers={"X-Key": "k"})
    assert server.heard == [
        b"GET /predict?n=1 HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
        b"X-Key: k\r\n\r\n"
    ]


def test_request_sends_json() -> None:
    with scripted([OK]) as server, HttpClient(server.connect) as client:
        client.request("POST", "/predict", json={"rooms": 3})
    assert server.heard == [
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
        b'Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"rooms": 3}'
    ]


def test_request_sends_an_empty_body_with_its_length() -> None:
    with scripted([OK]) as server, HttpClient(server.connect) as client:
        client.request("POST", "/jobs")
    assert server.heard[0].endswith(b"\r\nContent-Length: 0\r\n\r\n")


def test_response_is_read() -> None:
    response = ask(OK)
    assert response.request == "GET /predict"
    assert response.status == 200
    assert response.headers == (("content-type", "application/json"), ("content-length", "9"))
    assert response.header("content-type") == "application/json"
    assert response.header("location") is None
    assert response.json() == {"a": 12}
    assert 0 < response.first_byte_s <= response.seconds


@pytest.mark.parametrize(
    ("content", "status", "body"),
    [
        (CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n", 200, b"abcde"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, 200, b'{"a": 12}'),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503, b""),
        (b"HTTP/1.1 200\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\nx", 200, b"x"),
    ],
)
def test_response_has_its_body(content: bytes, status: int, body: bytes) -> None:
    response = ask(content)
    assert (response.status, response.body) == (status, body)


def test_response_to_head_has_no_body() -> None:
    response = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", method="HEAD")
    assert (response.status, response.body) == (200, b"")
    assert response.header("content-length") == "1000000000"


def test_redirect_is_returned_and_not_followed() -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1:6379/\r\nContent-Length: 0\r\n\r\n"
    with scripted([redirect], closes=False) as server, HttpClient(server.connect) as client:
        response = client.request("GET", "/")
    assert (response.status, response.header("location")) == (302, "http://10.0.0.1:6379/")
    assert len(server.heard) == 1


def test_response_is_read_over_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(OK)

        thread = threading.Thread(target=serve)
        thread.start()
        with HttpClient(lambda: socket.create_connection(listener.getsockname())) as client:
            assert client.request("GET", "/").json() == {"a": 12}
        thread.join(10)


# The connection -----------------------------------------------------------------------------------


def test_connection_is_used_again() -> None:
    with scripted([OK, OK, OK]) as server, HttpClient(server.connect) as client:
        for _ in range(3):
            assert client.request("GET", "/").status == 200
    assert len(server.heard) == 3


@pytest.mark.parametrize(
    "first",
    [
        OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1),
        OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
        # Bytes after the answer are never the answer to the next request.
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
        OK + b"x",
    ],
)
def test_connection_is_made_anew(first: bytes) -> None:
    with (
        scripted([first], [OK], closes=False) as server,
        HttpClient(server.connect) as client,
    ):
        assert client.request("GET", "/").body == b'{"a": 12}'
        assert client.request("GET", "/").body == b'{"a": 12}'
    assert server.scripts == []


def test_connection_is_made_anew_where_bytes_came_unasked() -> None:
    ours, theirs = socket.socketpair()
    with theirs, scripted([OK]) as server:
        connections = iter([ours, server.connect()])
        with HttpClient(lambda: next(connections)) as client:
            theirs.sendall(OK)
            assert client.request("GET", "/").body == b'{"a": 12}'
            theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
            assert client.request("GET", "/").body == b'{"a": 12}'
    assert ours.fileno() == -1


def test_connection_is_made_anew_after_a_refusal() -> None:
    with scripted([b"garbage\r\n\r\n"], [OK]) as server, HttpClient(server.connect) as client:
        with pytest.raises(HttpError):
            client.request("GET", "/")
        assert client.request("GET", "/").status == 200


def test_connection_is_made_anew_after_a_timeout() -> None:
    with scripted([], [OK], closes=False) as server, HttpClient(server.connect) as client:
        with pytest.raises(HttpError):
            client.request("GET", "/", seconds=0.1)
        assert client.request("GET", "/").status == 200


def test_request_without_a_listener_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with (
        HttpClient(lambda: socket.create_connection(address)) as client,
        pytest.raises(HttpError) as caught,
    ):
        client.request("GET", "/health")
    assert caught.value.code is Code.NOT_CONNECTED
    assert caught.value.message == (
        "GET /health: the server takes no connection (Connection refused). "
        "Keep it running and listening where milepost.toml says."
    )


# A body that the server does not read -------------------------------------------------------------


@pytest.mark.parametrize("closes", [True, False])
def test_answer_before_the_body_was_read_is_read(closes: bool) -> None:
    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    ours, theirs = socket.socketpair()
    theirs.sendall(early)
    if closes:
        theirs.close()
    with theirs, HttpClient(lambda: ours) as client:
        assert client.request("POST", "/", body=bytes(8 * 1024**2)).status == 413
        assert ours.fileno() == -1


def test_body_that_is_never_read_ends_in_time() -> None:
    ours, theirs = socket.socketpair()
    with theirs, HttpClient(lambda: ours) as client, pytest.raises(HttpError) as caught:
        client.request("POST", "/", body=bytes(8 * 1024**2), seconds=0.2)
    assert caught.value.code is Code.TIMEOUT


# What a hostile server sends ----------------------------------------------------------------------

FRAMEWORK = "Leave the writing of answers to your framework, and start it without HTTP/2 and TLS."


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"", Code.CLOSED_EARLY, "the server closed the connection without an answer. Look for an "
         "error in its log."),
        (OK[:30], Code.CLOSED_EARLY, "the server closed the connection in the middle of its "
         "headers. Look for an error in its log."),
        (OK[:-2], Code.CLOSED_EARLY, "the server closed the connection after 7 bytes of the body "
         "of the 9 that its Content-Length promises. Send the whole body before closing."),
        (CHUNKED + b"5\r\nabc", Code.CLOSED_EARLY, "the server closed the connection after 3 bytes "
         "of the body. Send the whole body before closing."),
        (CHUNKED + b"3\r\nabc\r\n0\r\nX: 1", Code.CLOSED_EARLY, "the server closed the connection "
         "after 3 bytes of the body. Send the whole body before closing."),
        (b"<h1>hello</h1>", Code.MALFORMED, "the answer is not correct HTTP/1.1: it begins with "
         f"“<h1>hello</h1>”. {FRAMEWORK}"),
        (b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80", Code.MALFORMED, "the answer is not correct "
         f"HTTP/1.1: it begins with “··············�”. {FRAMEWORK}"),
        (b"HTTP/2.0 200 OK\r\n\r\n", Code.MALFORMED, "the server answered in HTTP/2.0. Answer in "
         "HTTP/1.1."),
        (b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n", Code.MALFORMED, "the answer is not correct "
         f"HTTP/1.1: illegal header line: “a b: c”. {FRAMEWORK}"),
        (b"HTTP/1.1 OK\r\n\r\n", Code.MALFORMED, "the answer is not correct HTTP/1.1: illegal "
         f"status line: “HTTP/1.1 OK”. {FRAMEWORK}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", Code.MALFORMED,
         f"the answer is not correct HTTP/1.1: conflicting Content-Length headers. {FRAMEWORK}"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Code.MALFORMED, "the answer is not "
         f"correct HTTP/1.1: bad Content-Length. {FRAMEWORK}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Code.MALFORMED, "the "
         "answer is not correct HTTP/1.1: Only Transfer-Encoding: chunked is supported. "
         f"{FRAMEWORK}"),
        (CHUNKED + b"xyz\r\n", Code.MALFORMED, "the answer is not correct HTTP/1.1: illegal chunk "
         f"header: “xyz\\r\\n”. {FRAMEWORK}"),
        (CHUNKED + b"3\r\nabcdef\r\n", Code.MALFORMED, "the answer is not correct HTTP/1.1: "
         f"malformed chunk footer: “de” (expected b'\\r\\n'). {FRAMEWORK}"),
        (CHUNKED + b"1;" + b"x" * 20000, Code.MALFORMED, "the answer is not correct HTTP/1.1: a "
         f"line of the chunked body is too long. {FRAMEWORK}"),
        (CHUNKED + b"0\r\n" + b"x: y\r\n" * 4000, Code.MALFORMED, "the answer is not correct "
         f"HTTP/1.1: a line of the chunked body is too long. {FRAMEWORK}"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", Code.MALFORMED, "the answer "
         "is not correct HTTP/1.1: it switches to another protocol (status 101) unasked. "
         f"{FRAMEWORK}"),
        (b"HTTP/1.1 200 OK\r\n" + b"a:b\r\n" * 101 + b"\r\n", Code.TOO_MANY_HEADERS, "the server "
         "answered with more than 100 headers or more than 8 KiB of them. Send fewer and shorter "
         "ones."),
        (b"HTTP/1.1 200 OK\r\nSet-Cookie: " + b"c" * 8200 + b"\r\n\r\n", Code.TOO_MANY_HEADERS,
         "the server answered with more than 100 headers or more than 8 KiB of them. Send fewer "
         "and shorter ones."),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + OK, Code.TOO_MANY_INFORMATIONAL, "the server sent "
         "more than 8 answers of status 1xx before the real one. Send that one alone."),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(10**7)),
         Code.COMPRESSED, "the answer is compressed (Content-Encoding: gzip) although the request "
         "asked for none. Compress only for clients whose Accept-Encoding allows it."),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1024**2 + 1), Code.BODY_TOO_LARGE, "the body of the "
         "answer is larger than 1 MiB. Send less."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reads", [True, False])  # one closes, the other resets the connection
def test_answer_is_refused(reads: bool, content: bytes, code: Code, text: str) -> None:
    error = refusal([content], reads=reads)
    assert (error.code, error.message) == (code, f"GET /predict: {text}")


@pytest.mark.parametrize(
    ("start", "again", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Again: and again\r\n", Code.TOO_MANY_HEADERS),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x", Code.TOO_MANY_HEADERS),
        (b"HTTP/1.1 200 OK\r\nX: y", b"\r\n folded", Code.TOO_MANY_HEADERS),
        (b"HTTP/1.1 200 ", b"OK", Code.TOO_MANY_HEADERS),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n", Code.TOO_MANY_INFORMATIONAL),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x", Code.BODY_TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", b"x",
         Code.BODY_TOO_LARGE),
        (CHUNKED, b"1\r\nx\r\n", Code.BODY_TOO_LARGE),
        (CHUNKED + b"FFFFFFFFFFFFFFFFFFFF\r\n", b"x", Code.BODY_TOO_LARGE),
        (CHUNKED + b"0\r\n", b"X-Trailer: x\r\n", Code.MALFORMED),
        (b"", b"x", Code.MALFORMED),
        (b"", b"\0", Code.MALFORMED),
        # What takes h11 time in the square of the length.
        (b"HTTP/1.1 200 OK\r\nX:" + b" " * 65536 + b"\0\r\n\r\n", b"x", Code.TOO_MANY_HEADERS),
        (CHUNKED + b"1;" + b" " * 65536 + b"\n\r\n", b"x", Code.MALFORMED),
    ],
)  # fmt: skip
def test_endless_answer_is_refused(start: bytes, again: bytes, code: Code) -> None:
    # Time enough: it is the limit of size that must end each of them.
    assert refusal(flood(start, again), seconds=60, max_body_bytes=65536).code is code


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ([], "the server sent nothing within 0.3 s. Answer sooner."),
        (drip(itertools.cycle(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 99)),
         "the server had not sent all its headers after 0.3 s. Answer sooner."),
        ([OK[:-2]], "the server had sent 7 bytes of the body after 0.3 s and not ended it. "
         "Answer sooner, and end the body."),
    ],
)  # fmt: skip
def test_slow_answer_ends_in_time(script: Iterable[bytes], text: str) -> None:
    error = refusal(script, seconds=0.3, closes=False)
    assert (error.code, error.message) == (Code.TIMEOUT, f"GET /predict: {text}")


def test_dripping_body_ends_in_time() -> None:
    script = itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], drip(itertools.repeat(120)))
    assert refusal(script, seconds=0.3).code is Code.TIMEOUT


def test_body_of_tiny_chunks_ends_in_time() -> None:
    ours, theirs = socket.socketpair()
    with theirs, HttpClient(lambda: ours) as client:
        writer = threading.Thread(target=_write_until_closed, args=(theirs, b"1\r\nx\r\n" * 10000))
        theirs.sendall(CHUNKED)
        writer.start()
        with pytest.raises(HttpError) as caught:
            client.request("GET", "/", seconds=0.3, max_body_bytes=1024**3)
        writer.join(10)
    assert caught.value.code is Code.TIMEOUT


def _write_until_closed(connection: socket.socket, content: bytes) -> None:
    while True:
        try:
            connection.sendall(content)
        except OSError:
            return


# JSON ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"Internal Server Error", "line 1, column 1 is not JSON"),
        (b"", "line 1, column 1 is not JSON"),
        (b'{"a": NaN}', "it holds NaN, which JSON does not have"),
        (b"[" * 65 + b"]" * 65, "lists and objects stand more than 64 deep in each other"),
        (b'{"a":' * 100000, "lists and objects stand more than 64 deep in each other"),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (b"1" * 5000, "a number has too many digits"),
    ],
)
def test_json_that_cannot_be_read_is_refused(body: bytes, problem: str) -> None:
    response = ask(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    with pytest.raises(HttpError) as caught:
        response.json()
    assert caught.value.code is Code.NOT_JSON
    assert caught.value.message.startswith(
        f"GET /predict: the body is not JSON that can be read: {problem}. It begins with “"
    )


def test_json_may_nest_as_deep_as_the_limit_and_hold_brackets_in_text() -> None:
    body = b"[" * 63 + b'["' + b"[" * 99 + b'"]' + b"]" * 63
    response = ask(b"HTTP/1.1 200 OK\r\n\r\n" + body)
    value = response.json()
    for _ in range(64):
        value = value[0]
    assert value == "[" * 99
