import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from apps.checks.http_client import HttpClient, HttpResponse
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.openai_endpoint import (
    CHAT_MODEL,
    CREATED,
    EMBEDDING_MODEL,
    Message,
    count_tokens,
    embed,
    openai_routes,
)
from apps.sandbox.gateway import GatewayServer

KEY = "sk-test"
USER = {"role": "user", "content": "Name three."}


def repeat(messages: tuple[Message, ...]) -> str:
    """A reply that shows what reached the model."""
    return " | ".join(f"{message.role}: {message.text}" for message in messages)


@pytest.fixture
def client() -> Iterator[HttpClient]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    with (
        MockEndpoints(openai_routes(api_key=KEY, answer=repeat)) as endpoints,
        GatewayServer(listener, endpoints.serve),
        HttpClient(lambda: socket.create_connection(address)) as client,
    ):
        yield client


def post(client: HttpClient, path: str, body: Any, key: str = KEY) -> HttpResponse:
    headers = {"Authorization": f"Bearer {key}"}
    return client.request("POST", f"/v1/{path}", json=body, headers=headers)


def chat(client: HttpClient, **parameters: Any) -> HttpResponse:
    body = {"model": CHAT_MODEL, "messages": [USER], **parameters}
    return post(client, "chat/completions", body)


def embeddings(client: HttpClient, **parameters: Any) -> HttpResponse:
    return post(client, "embeddings", {"model": EMBEDDING_MODEL, **parameters})


def error_of(response: HttpResponse) -> tuple[int, str, str | None, str | None]:
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return response.status, error["message"], error["param"], error["code"]


def test_models_are_listed(client: HttpClient) -> None:
    response = client.request("GET", "/v1/models", headers={"Authorization": f"Bearer {KEY}"})
    model = {"object": "model", "created": CREATED, "owned_by": "milepost"}
    assert response.json() == {
        "object": "list",
        "data": [{"id": CHAT_MODEL, **model}, {"id": EMBEDDING_MODEL, **model}],
    }


def test_chat_is_answered(client: HttpClient) -> None:
    system = {"role": "system", "content": [{"type": "text", "text": "Be "}, {"text": "brief."}]}
    response = chat(client, messages=[system, USER])
    assert response.json() == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": CHAT_MODEL,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "system: Be brief. | user: Name three.",
                    "refusal": None,
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 6, "completion_tokens": 11, "total_tokens": 17},
    }


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_chat_is_cut_at_the_most_tokens(client: HttpClient, name: str) -> None:
    body = chat(client, **{name: 3}).json()
    assert body["choices"][0]["message"]["content"] == "user: Name"
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"] == {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}


def test_chat_is_streamed_a_word_each(client: HttpClient) -> None:
    response = chat(client, stream=True, stream_options={"include_usage": True})
    assert response.header("content-type") == "text/event-stream"
    *events, end = response.body.decode().removesuffix("\n\n").split("\n\n")
    assert end == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert [chunk["choices"][0]["delta"] for chunk in chunks[:-1]] == [
        {"role": "assistant", "content": ""},
        {"content": "user:"},
        {"content": " Name"},
        {"content": " three."},
        {},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None] * 4 + ["stop"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}


def test_chat_is_streamed_without_usage_unless_asked(client: HttpClient) -> None:
    assert b"usage" not in chat(client, stream=True).body


@pytest.mark.parametrize(
    ("parameters", "status", "param"),
    [
        ({"model": None}, 400, "model"),
        ({"model": "gpt-4"}, 404, "model"),
        ({"messages": None}, 400, "messages"),
        ({"messages": []}, 400, "messages"),
        ({"messages": "hello"}, 400, "messages"),
        ({"messages": ["hello"]}, 400, "messages[0]"),
        ({"messages": [USER, {"content": "x"}]}, 400, "messages[1].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, 400, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 5}]}, 400, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400,
         "messages[0].content"),
        ({"n": 2}, 400, "n"),
        ({"stream": "yes"}, 400, "stream"),
        ({"stream": True, "stream_options": []}, 400, "stream_options"),
        ({"temperature": 2.5}, 400, "temperature"),
        ({"temperature": "hot"}, 400, "temperature"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"max_tokens": True}, 400, "max_tokens"),
    ],
)  # fmt: skip
def test_chat_is_refused(
    client: HttpClient, parameters: dict[str, Any], status: int, param: str
) -> None:
    answered, message, named, code = error_of(chat(client, **parameters))
    assert (answered, named) == (status, param)
    assert code == ("model_not_found" if status == 404 else None)
    assert message.endswith(".")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The body cannot be read as JSON: line 1, column 2 is not JSON."),
        (b"[1]", "The body is a JSON object."),
        (b"[" * 999, "The body cannot be read as JSON: lists and objects stand more than 64 deep "
         "in each other."),
    ],
)  # fmt: skip
def test_body_that_is_no_object_is_refused(client: HttpClient, body: bytes, message: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    response = client.request("POST", "/v1/chat/completions", body=body, headers=headers)
    assert error_of(response) == (400, message, None, None)


@pytest.mark.parametrize("path", ["chat/completions", "embeddings"])
def test_wrong_key_is_refused(client: HttpClient, path: str) -> None:
    status, _, _, code = error_of(post(client, path, {}, key="other"))
    assert (status, code) == (401, "invalid_api_key")


def test_embeddings_are_the_same_in_every_encoding(client: HttpClient) -> None:
    texts = ["the cat sat", "interest rates"]
    floats = embeddings(client, input=texts).json()
    coded = embeddings(client, input=texts, encoding_format="base64").json()
    assert floats["usage"] == {"prompt_tokens": 5, "total_tokens": 5}
    assert [entry["index"] for entry in floats["data"]] == [0, 1]
    for text, one, other in zip(texts, floats["data"], coded["data"], strict=True):
        assert one["embedding"] == embed(text).tolist()
        decoded = np.frombuffer(base64.b64decode(other["embedding"]), "<f4")
        assert decoded.tolist() == one["embedding"]


def test_embeddings_have_the_dimensions_asked_for(client: HttpClient) -> None:
    (entry,) = embeddings(client, input="the cat sat", dimensions=64).json()["data"]
    assert entry["embedding"] == embed("the cat sat", 64).tolist()
    assert len(entry["embedding"]) == 64


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["x", ""]}, "input"),
        ({"input": [1, 2, 3]}, "input"),
        ({"input": [[1, 2, 3]]}, "input"),
        ({"input": ["x"] * 1001}, "input"),
        ({"input": "x", "dimensions": 0}, "dimensions"),
        ({"input": "x", "dimensions": 1025}, "dimensions"),
        ({"input": "x", "encoding_format": "hex"}, "encoding_format"),
        ({"input": "x", "encoding_format": []}, "encoding_format"),
    ],
)
def test_embeddings_are_refused(client: HttpClient, parameters: dict[str, Any], param: str) -> None:
    status, message, named, _ = error_of(embeddings(client, **parameters))
    assert (status, named) == (400, param)
    assert message.endswith(".")


@pytest.mark.parametrize("text", ["the cat sat", "?!", " ", "é" * 1000, "\ud800", "a d"])
@pytest.mark.parametrize("dimensions", [1, 2, 7, 256, 1024])
def test_embedding_has_length_one(text: str, dimensions: int) -> None:
    vector = embed(text, dimensions)
    assert vector.shape == (dimensions,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


def test_embedding_of_a_question_is_nearest_to_the_passage_that_shares_its_words() -> None:
    # 200 passages of 40 words each, drawn from 4,000; a question of 3 words of one and 5 others.
    random = np.random.default_rng(5)
    passages = [[f"w{word}" for word in random.choice(4000, 40)] for _ in range(200)]
    known = np.array([embed(" ".join(words)) for words in passages])
    questions = [" ".join([*words[:3], *(f"q{n}" for n in range(5))]) for words in passages]
    nearest = [int(np.argmax(known @ embed(question))) for question in questions]
    hits = sum(found == wanted for wanted, found in enumerate(nearest))
    assert hits >= 190


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("Name three.", 3), ("a_b", 3), ("  don't\n", 3), ("été 2026", 2), ("{}", 2)],
)
def test_tokens_are_counted(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens
