"""A deterministic endpoint in the shape of OpenAI's API, for ``mock_endpoints``.

POST /v1/chat/completions (whole or streamed), POST /v1/embeddings, GET /v1/models; see
https://platform.openai.com/docs/api-reference. The same request has the same answer, but for ids.

Tokens: each run of letters and digits is one, and so is every other sign that is not white space.
A prompt's tokens are those of its messages' texts.
"""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from apps import sandbox
from apps.checks.mock_endpoints import Handler, Request, Response, error_response, json_response

CHAT_MODEL = "milepost-chat"
EMBEDDING_MODEL = "milepost-embedding"
# Of an embedding, unless a request asks for fewer. With 1,024, the chance likeness of two texts
# without a word in common is 0.03, below that of a short question and a passage that answers it.
DIMENSIONS = 1024
MAX_INPUTS = 1000  # texts in one request for embeddings
ROLES = frozenset({"developer", "system", "user", "assistant", "tool"})
CREATED = 1_767_225_600  # 2026-01-01, so that answers are the same in every run

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    text: str  # of all its parts


type Answer = Callable[[tuple[Message, ...]], str]


class _Refused(Exception):
    def __init__(self, message: str, param: str | None = None, **parts: Any) -> None:
        super().__init__(message)
        self.response = error_response(parts.pop("status", 400), message, param=param, **parts)


def count_tokens(text: str) -> int:
    """See the module's text."""
    return sum(1 for _ in _TOKEN.finditer(text))


def embed(text: str, dimensions: int = DIMENSIONS) -> npt.NDArray[np.float32]:
    """A unit vector, nearer to those of texts that share more of its words.

    The sum of a random vector of ±1 for each different word, drawn by the word's hash (feature
    hashing, Weinberger et al. 2009, with a sign for every dimension).
    """
    words = sorted(set(re.findall(r"\w+", text.lower()))) or [text]
    total = np.zeros(dimensions)
    for word in words:
        total += _signs(word, dimensions)
    if not total.any():  # words may cancel out where dimensions are few
        total += _signs(text, dimensions)
    return (total / np.linalg.norm(total)).astype(np.float32)


@functools.lru_cache(maxsize=20_000)
def _signs(word: str, dimensions: int) -> npt.NDArray[np.int8]:
    digest = hashlib.shake_256(word.encode("utf-8", "surrogatepass")).digest(-(-dimensions // 8))
    bits = np.unpackbits(np.frombuffer(digest, np.uint8), count=dimensions)
    return bits.astype(np.int8) * 2 - 1


def openai_routes(*, api_key: str, answer: Answer) -> dict[tuple[str, str], Handler]:
    """Routes for ``MockEndpoints``; ``answer`` says what the model replies to a conversation."""
    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/v1/models"): _list_models,
        ("POST", "/v1/embeddings"): _create_embeddings,
        ("POST", "/v1/chat/completions"): functools.partial(_complete_chat, answer=answer),
    }
    return {
        route: functools.partial(_guarded, handler=handler, api_key=api_key)
        for route, handler in routes.items()
    }


def openai_variables(*, api_key: str) -> dict[str, str]:
    """What OpenAI's own client reads, to find these routes inside the sandbox."""
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{sandbox.GATEWAY_PORT}/v1",
        "OPENAI_API_KEY": api_key,
    }


def _guarded(request: Request, *, handler: Handler, api_key: str) -> Response:
    if request.header("authorization") != f"Bearer {api_key}":
        return error_response(
            401,
            "The API key is missing or wrong. Send the header Authorization: Bearer "
            "$OPENAI_API_KEY.",
            code="invalid_api_key",
        )
    try:
        return handler(request)
    except _Refused as refused:
        return refused.response


def _list_models(request: Request) -> Response:
    models = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "milepost"}
        for name in (CHAT_MODEL, EMBEDDING_MODEL)
    ]
    return json_response({"object": "list", "data": models})


# Chat ---------------------------------------------------------------------------------------------


def _complete_chat(request: Request, *, answer: Answer) -> Response:
    asked = _body(request, model=CHAT_MODEL)
    messages = _messages(asked)
    stream = _optional(asked, "stream", bool, "true or false") or False
    if (_optional(asked, "n", int, "a whole number") or 1) != 1:
        raise _Refused("This model gives one choice. Leave n out.", "n")
    temperature = _optional(asked, "temperature", (int, float), "a number from 0 to 2")
    if temperature is not None and not 0 <= temperature <= 2:
        raise _Refused("temperature is a number from 0 to 2.", "temperature")
    text, finish = _cut(answer(messages), _max_tokens(asked))
    prompt_tokens = sum(count_tokens(message.text) for message in messages)
    usage = _usage(prompt_tokens, count_tokens(text))
    identity = {"id": f"chatcmpl-{request.number}", "created": CREATED, "model": CHAT_MODEL}
    if stream:
        options = _optional(asked, "stream_options", dict, "an object") or {}
        with_usage = usage if options.get("include_usage") is True else None
        return _streamed(identity, text, finish, with_usage)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None},
        "logprobs": None,
        "finish_reason": finish,
    }
    return json_response(
        {**identity, "object": "chat.completion", "choices": [choice], "usage": usage}
    )


def _messages(asked: Mapping[str, Any]) -> tuple[Message, ...]:
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _Refused("messages is a list of at least one message.", "messages")
    return tuple(_message(message, f"messages[{n}]") for n, message in enumerate(messages))


def _message(message: Any, param: str) -> Message:
    if not isinstance(message, dict):
        raise _Refused(f"{param} is an object with a role and a content.", param)
    role, content = message.get("role"), message.get("content")
    if not isinstance(role, str) or role not in ROLES:
        raise _Refused(f"{param}.role is one of {', '.join(sorted(ROLES))}.", f"{param}.role")
    if content is None and role == "assistant":  # one that only called tools
        content = ""
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        texts = [part for part in parts if isinstance(part, str)]
        content = "".join(texts) if len(texts) == len(parts) else None
    if not isinstance(content, str):
        raise _Refused(
            f"{param}.content is a text, or a list of parts of type text.", f"{param}.content"
        )
    return Message(role, content)


def _max_tokens(asked: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = _optional(asked, name, int, "a whole number of at least 1")
        if value is not None:
            if value < 1:
                raise _Refused(f"{name} is a whole number of at least 1.", name)
            return cast(int, value)
    return None


def _cut(text: str, max_tokens: int | None) -> tuple[str, str]:
    """The text up to its last token that is allowed, and why it ends."""
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count == max_tokens:
            return text[: token.start()].rstrip(), "length"
    return text, "stop"


def _streamed(
    identity: Mapping[str, Any], text: str, finish: str, usage: Mapping[str, int] | None
) -> Response:
    """Server-sent events, a word each."""

    def event(choices: list[dict[str, Any]], used: Mapping[str, int] | None = None) -> bytes:
        chunk = {**identity, "object": "chat.completion.chunk", "choices": choices}
        return f"data: {json.dumps(chunk | ({'usage': used} if usage else {}))}\n\n".encode()

    def delta(content: Mapping[str, str], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": content, "logprobs": None, "finish_reason": reason}
        return event([choice])

    events = [delta({"role": "assistant", "content": ""})]
    events += [delta({"content": word}) for word in re.findall(r"\s*\S+|\s+$", text)]
    events.append(delta({}, finish))
    if usage:
        events.append(event([], usage))
    events.append(b"data: [DONE]\n\n")
    return Response(200, tuple(events), content_type="text/event-stream")


# Embeddings ---------------------------------------------------------------------------------------


def _create_embeddings(request: Request) -> Response:
    asked = _body(request, model=EMBEDDING_MODEL)
    texts = asked.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if (
        not isinstance(texts, list)
        or not 1 <= len(texts) <= MAX_INPUTS
        or not all(isinstance(text, str) and text for text in texts)
    ):
        raise _Refused(
            f"input is a text or a list of 1 to {MAX_INPUTS} texts, none of them empty. Token "
            "numbers are not taken here: send the text itself.",
            "input",
        )
    dimensions = _optional(asked, "dimensions", int, "a whole number")
    dimensions = DIMENSIONS if dimensions is None else dimensions
    if not 1 <= dimensions <= DIMENSIONS:
        raise _Refused(f"dimensions is from 1 to {DIMENSIONS}.", "dimensions")
    encoding = asked.get("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise _Refused("encoding_format is float or base64.", "encoding_format")
    vectors = (embed(text, dimensions) for text in texts)
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector, encoding)}
        for index, vector in enumerate(vectors)
    ]
    tokens = sum(map(count_tokens, texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json_response({"object": "list", "data": data, "model": EMBEDDING_MODEL, "usage": usage})


def _encoded(vector: npt.NDArray[np.float32], encoding: str) -> list[float] | str:
    if encoding == "float":
        return cast(list[float], vector.tolist())
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


# Requests -----------------------------------------------------------------------------------------


def _body(request: Request, *, model: str) -> dict[str, Any]:
    try:
        asked = request.json()
    except ValueError as error:
        raise _Refused(f"The body cannot be read as JSON: {error}.") from None
    if not isinstance(asked, dict):
        raise _Refused("The body is a JSON object.")
    if not isinstance(asked.get("model"), str):
        raise _Refused(f"Name the model: {model}.", "model")
    if asked["model"] != model:
        raise _Refused(
            f"There is no such model here. Use {model}.",
            "model",
            status=404,
            code="model_not_found",
        )
    return asked


def _optional(
    asked: Mapping[str, Any], name: str, kind: type | tuple[type, ...], words: str
) -> Any:
    """The value of a parameter that may be missing or null."""
    value = asked.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Refused(f"{name} is {words}.", name)
    return value


def _usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
