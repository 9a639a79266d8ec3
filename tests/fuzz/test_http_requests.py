"""Whatever a client sends, mock endpoints answer or close, and go on."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.checks.http_client import HttpClient
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.openai_endpoint import CHAT_MODEL, EMBEDDING_MODEL, openai_routes
from apps.sandbox.gateway import GatewayServer
from tests.fuzz.budget import FUZZ

KEY = "k"
_ODD = [
    b"\r\n", b"\n", b"\r\n\r\n", b"\r\n ", b" ", b"\0", b":", b"0\r\n\r\n", b"F" * 16,
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n", b"Connection: close\r\n", b"Host: y\r\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """Closing raises what a handler or the server itself raised."""
    listener = socket.create_server(("127.0.0.1", 0))
    routes = openai_routes(api_key=KEY, answer=lambda messages: messages[0].text)
    with MockEndpoints(routes) as endpoints, GatewayServer(listener, endpoints.serve):
        yield listener.getsockname()


@st.composite
def broken_requests(draw: st.DrawFn) -> bytes:
    """Correct requests one after the other, with some bytes cut, repeated or replaced."""
    method = draw(st.sampled_from([b"GET", b"POST", b"HEAD", b"CONNECT", b"OPTIONS"]))
    body = draw(st.binary(max_size=50))
    request = b"%s /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n" % method
    request += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    content = request * draw(st.integers(1, 3))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        odd = draw(st.one_of(st.binary(max_size=8), st.sampled_from(_ODD)))
        content = (
            content[:start] + odd + content[start:end] * draw(st.integers(0, 3)) + content[end:]
        )
    return content


def answers(address: tuple[str, int], content: bytes) -> bytes:
    """All that comes back, up to the end, which must come: the client has ended its side."""
    with socket.create_connection(address, timeout=20) as connection:
        received = b""
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:  # closed before all was read
            pass
        return received


@FUZZ
@given(content=st.one_of(broken_requests(), st.binary(max_size=500)))
def test_any_request_is_answered_or_closed(address: tuple[str, int], content: bytes) -> None:
    received = answers(address, content)
    assert received == b"" or received.startswith(b"HTTP/1.1 ")
    assert not received.startswith(b"HTTP/1.1 500 ")


_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20), st.sampled_from(["user", "system", "text", "\ud800"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["role", "content", "type", "text"]), inner, max_size=3),
    ),
    max_leaves=8,
)  # fmt: skip
_PARAMETERS = st.sampled_from(
    [
        "model",
        "messages",
        "input",
        "stream",
        "stream_options",
        "n",
        "temperature",
        "dimensions",
        "max_tokens",
        "max_completion_tokens",
        "encoding_format",
    ]
)


@FUZZ
@given(
    path=st.sampled_from(["chat/completions", "embeddings"]),
    changes=st.dictionaries(_PARAMETERS, _VALUES, max_size=3),
)
def test_any_parameters_are_answered_or_refused(
    address: tuple[str, int], path: str, changes: dict[str, Any]
) -> None:
    good: dict[str, dict[str, Any]] = {
        "chat/completions": {
            "model": CHAT_MODEL, "messages": [{"role": "user", "content": "Hi."}]
        },
        "embeddings": {"model": EMBEDDING_MODEL, "input": "Hi."},
    }  # fmt: skip
    body = json.dumps(good[path] | changes).encode()
    with HttpClient(lambda: socket.create_connection(address)) as client:
        response = client.request(
            "POST", f"/v1/{path}", body=body, headers={"Authorization": f"Bearer {KEY}"}
        )
    assert response.status in {200, 400, 404}
    if response.header("content-type") == "application/json":
        assert ("error" in response.json()) is (response.status != 200)
