"""Whatever a server sends, the client returns an answer or raises HttpError, and ends."""

import socket
from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from apps.checks.http_client import Code, HttpClient, HttpError, HttpResponse, Method
from tests.fuzz.budget import FUZZ

_NAMES = st.sampled_from(
    ["Content-Type", "X-A", "Connection", "Location", "Set-Cookie", "Date", "Server"]
)
_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
_INTERIM = st.sampled_from(
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]
)
_METHODS: st.SearchStrategy[Method] = st.sampled_from(["GET", "HEAD", "POST"])

_ODD = [
    b"\r\n", b"\n", b"\r\n\r\n", b"\r\n ", b" ", b"\0", b":", b"0\r\n\r\n", b"F" * 16,
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Encoding: gzip\r\n",
    b"Transfer-Encoding: chunked\r\n", b"HTTP/1.1 101 X\r\n\r\n",
]  # fmt: skip


@dataclass(frozen=True)
class Answer:
    content: bytes  # as sent
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """A correct answer: the length of its body given, in chunks, or ended by closing."""
    status = draw(st.sampled_from([200, 201, 302, 404, 422, 500, 599]))
    headers = draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=6))
    body = draw(st.binary(max_size=300))
    framing = draw(st.sampled_from(["length", "chunks", "close"]))
    sent = body
    if framing == "length":
        headers.append(("Content-Length", str(len(body))))
    elif framing == "chunks":
        headers.append(("Transfer-Encoding", "chunked"))
        size = draw(st.integers(1, 100))
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    interim = b"".join(draw(st.lists(_INTERIM, max_size=3)))
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in headers)]
    head = "\r\n".join([*lines, "", ""]).encode()
    told = tuple((name.lower(), value) for name, value in headers)
    return Answer(interim + head + sent, status, told, body)


@st.composite
def broken_answers(draw: st.DrawFn) -> bytes:
    """A correct answer, with some of its bytes cut, repeated or replaced by odd ones."""
    content = draw(answers()).content
    odd = st.one_of(st.binary(max_size=8), st.sampled_from(_ODD))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        again = draw(st.integers(0, 3))
        content = content[:start] + draw(odd) + content[start:end] * again + content[end:]
    return content


def exchange(content: bytes, method: Method) -> HttpResponse | HttpError:
    """What the client makes of ``content``, after which the server closes."""
    ours, theirs = socket.socketpair()
    theirs.sendall(content)
    theirs.shutdown(socket.SHUT_WR)
    with theirs, HttpClient(lambda: ours) as client:
        try:
            return client.request(method, "/", seconds=30, max_body_bytes=65536)
        except HttpError as error:
            return error


def judge(outcome: HttpResponse | HttpError) -> None:
    if isinstance(outcome, HttpError):
        # All bytes are there and the end as well: there is nothing to wait for.
        assert outcome.code not in {Code.TIMEOUT, Code.NOT_CONNECTED}
        assert outcome.message.isprintable()
        assert len(outcome.message) < 500
    else:
        assert 200 <= outcome.status <= 999
        assert len(outcome.body) <= 65536
        try:
            outcome.json()
        except HttpError as error:
            assert error.code is Code.NOT_JSON  # noqa: PT017 - any other exception fails as well


@FUZZ
@given(answers())
def test_correct_answer_is_read_as_it_was_sent(answer: Answer) -> None:
    outcome = exchange(answer.content, "GET")
    assert isinstance(outcome, HttpResponse)
    assert (outcome.status, outcome.body) == (answer.status, answer.body)
    assert outcome.headers == answer.headers


@FUZZ
@given(broken_answers(), _METHODS)
@example(
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b" " * 3000 + b"\n\r\n", "GET"
)
@example(b"HTTP/1.1 200 OK\r\nA:" + b" " * 3000 + b"\0\r\n\r\n", "GET")
def test_broken_answer_is_read_or_refused(content: bytes, method: Method) -> None:
    judge(exchange(content, method))


@FUZZ
@given(st.binary(max_size=2000), _METHODS)
def test_any_bytes_are_read_or_refused(content: bytes, method: Method) -> None:
    judge(exchange(content, method))


@FUZZ
@given(st.one_of(st.binary(max_size=300), st.recursive(
    st.sampled_from([b"1", b'"a"', b"null", b"NaN", b"1e999", b'"\\ud800"', b"-", b"\xff"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: b"[" + b",".join(items) + b"]"),
        st.lists(inner, max_size=4).map(
            lambda items: b"{" + b",".join(b'"k":' + item for item in items) + b"}"
        ),
        st.tuples(st.integers(1, 200), inner).map(lambda pair: b"[" * pair[0] + pair[1]),
    ),
)))  # fmt: skip
def test_any_body_is_json_or_refused(body: bytes) -> None:
    judge(exchange(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body, "GET"))
