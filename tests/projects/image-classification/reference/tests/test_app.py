import http.client
import json
import threading
from http.server import ThreadingHTTPServer

import numpy as np
import pytest
from pictures import encoded

from tiles import app, network
from tiles.loading import MAX_BYTES

MODEL = {
    **network.random_weights(np.random.default_rng(1), 24, 2),
    "names": np.array(["Fern", "Ivy"]),
}
PICTURE = encoded(np.random.default_rng(2).integers(0, 256, (24, 24, 3), dtype=np.uint8))
TYPE = "multipart/form-data; boundary=abc"


def form(content, field="image", filename='; filename="a.png"'):
    head = f'--abc\r\nContent-Disposition: form-data; name="{field}"{filename}\r\n\r\n'
    return head.encode() + content + b"\r\n--abc--\r\n"


@pytest.fixture
def ask():
    server = ThreadingHTTPServer(("127.0.0.1", 0), app.make_handler(MODEL))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def request(method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    yield request
    server.shutdown()
    server.server_close()
    thread.join()


def test_picture_is_answered_with_its_line(ask):
    status, found = ask("POST", "/predict", form(PICTURE), {"Content-Type": TYPE})
    assert status == 200
    assert set(found["probabilities"]) == {"Fern", "Ivy"}
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert found["label"] == max(found["probabilities"], key=found["probabilities"].get)


def test_server_says_when_it_is_ready(ask):
    assert ask("GET", "/healthz") == (200, {"status": "ready"})
    assert ask("GET", "/elsewhere")[0] == 404
    assert ask("POST", "/elsewhere", b"")[0] == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (form(b""), TYPE, 422),
        (form(b"text"), TYPE, 422),
        (form(PICTURE, field="photo"), TYPE, 400),
        (form(b"text", filename=""), TYPE, 400),
        (PICTURE, "image/png", 400),
        (b"", TYPE, 400),
    ],
)
def test_bad_uploads_are_turned_away(ask, body, content_type, status):
    found, said = ask("POST", "/predict", body, {"Content-Type": content_type})
    assert found == status
    assert len(said["error"].split()) > 3


def test_too_many_bytes_are_not_read(ask):
    headers = {"Content-Type": TYPE, "Content-Length": str(MAX_BYTES + 10_001)}
    assert ask("POST", "/predict", b"", headers)[0] == 413
