"""A learner's server in the sandbox, asked over HTTP: honest, broken and hostile ones."""

import contextlib
import os
import socket
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps import sandbox
from apps.checks.environment import Environment
from apps.checks.errors import Cancelled
from apps.checks.http_client import Code, HttpClient, HttpError
from apps.checks.interpreters import choose_interpreter
from apps.checks.manifest import Manifest, Serve
from apps.checks.mock_endpoints import SERVER_ERROR, MockEndpoints
from apps.checks.openai_endpoint import CHAT_MODEL, openai_routes, openai_variables
from apps.checks.project import CommandRun
from apps.checks.projects import PROJECTS
from apps.checks.server import OUTPUTS, LearnerServer
from apps.checks.session import RepositorySession

LIMITS = sandbox.Limits(wall_s=30, cpu_s=20, memory_mb=256, pids=32, disk_mb=16, output_kb=64)
# Answers a GET with its number of this start, and counts its starts in a file.
HONEST = """
    import http.server, json, pathlib, sys

    starts = pathlib.Path("starts")
    starts.write_text(starts.read_text() + "x" if starts.exists() else "x")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = json.dumps({"path": self.path, "starts": len(starts.read_text())}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    print("serving", flush=True)
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# Says ``ANSWER`` to whatever it is asked, but for GET /ready.
RAW = """
    import itertools, socket, sys, time

    def say(connection, pieces):
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass

    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True:
        connection, _ = server.accept()
        with connection:
            if b"GET /ready " in connection.recv(65536):
                say(connection, [b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"])
            else:
                say(connection, ANSWER)
"""
RESULT = sandbox.Result(
    outcome=sandbox.Outcome.OK,
    exit_code=0,
    signal=None,
    wall_s=0.1,
    cpu_s=0.1,
    peak_memory_bytes=1,
    stdout="",
    stderr="",
    stdout_cut=False,
    stderr_cut=False,
    backend="",
    limit_tier="",
)

type ServeCode = Callable[..., AbstractContextManager[LearnerServer]]


def session_of(code: str, folder: Path, **changes: Any) -> RepositorySession:
    root = folder / "repository"
    (root / OUTPUTS).mkdir(parents=True)
    (root / "app.py").write_text(textwrap.dedent(code))
    python = choose_interpreter(None)
    command = changes.pop("command", "app.py {port}")
    session = RepositorySession(
        project=replace(PROJECTS["house-price-prediction"], serves=True, limits={"serve": LIMITS}),
        manifest=Manifest(
            slug="house-price-prediction",
            token="",
            python=None,
            commands={},
            serve=Serve(command=f"{python.executable} {command}", ready="/ready"),
        ),
        environment=Environment(
            mounts=python.mounts, variables={}, lock_hash="", python=python.full_version
        ),
        root=root,
        folder=folder,
        seed=bytes(32),
        on_output=lambda _: None,
        on_test=lambda _: None,
        cancelled=lambda: False,
    )
    return replace(session, **changes)


@pytest.fixture
def serve(tmp_path: Path) -> ServeCode:
    @contextmanager
    def started(code: str, **changes: Any) -> Iterator[LearnerServer]:
        with session_of(code, tmp_path, **changes).serve() as server:
            yield server

    return started


def test_server_is_ready_then_asked(serve: ServeCode) -> None:
    with serve(HONEST) as server, server.client() as client:
        assert 0 < server.wait_until_ready(within_s=20) < 20
        assert client.request("GET", "/one").json() == {"path": "/one", "starts": 1}
        assert client.request("GET", "/two").json() == {"path": "/two", "starts": 1}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """That the sandbox's user can enter, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_server_finds_the_model_that_was_trained_last(serve: ServeCode, open_folder: Path) -> None:
    told = HONEST.replace('"path": self.path', '"path": open(os.environ["MILEPOST_MODEL"]).read()')
    runs = []
    for number, ok in enumerate((True, True, False)):
        model = open_folder / f"model-{number}"
        model.write_text(f"model {number}")
        model.chmod(0o644)
        outputs = {"model": model} if ok else {}
        problem = "" if ok else "It stopped."
        runs.append(CommandRun(command="train", result=RESULT, outputs=outputs, problem=problem))
    with serve(told.replace("import http", "import os, http"), runs=runs) as server:
        server.wait_until_ready(within_s=20)
        with server.client() as client:
            assert client.request("GET", "/one").json()["path"] == "model 1"


def test_killed_server_starts_again_with_its_files(serve: ServeCode) -> None:
    with serve(HONEST) as server, server.client() as client:
        server.wait_until_ready(within_s=20)
        assert client.request("GET", "/").json()["starts"] == 1
        server.kill()
        with pytest.raises(HttpError) as caught:
            client.request("GET", "/")
        assert caught.value.code in {Code.CLOSED_EARLY, Code.NOT_CONNECTED}
        server.start()
        server.wait_until_ready(within_s=20)
        assert client.request("GET", "/").json()["starts"] == 2
        assert server.log().splitlines()[0] == "serving"


def test_output_is_shown_while_it_runs(serve: ServeCode) -> None:
    shown: list[str] = []
    with serve(HONEST, on_output=shown.append) as server:
        server.wait_until_ready(within_s=20)
    assert shown[0].startswith("serving")


def test_output_that_cannot_be_kept_is_not_the_learners_fault(serve: ServeCode) -> None:
    def fail(_: str) -> None:
        raise ConnectionError("the database is away")

    with (
        pytest.raises(ConnectionError, match="the database is away"),
        serve(HONEST, on_output=fail) as server,
    ):
        server.wait_until_ready(within_s=20)


def test_check_that_is_cancelled_ends_the_server(serve: ServeCode) -> None:
    cancelled = threading.Event()

    def check() -> None:
        with serve(HONEST, cancelled=cancelled.is_set) as server, server.client() as client:
            server.wait_until_ready(within_s=20)
            cancelled.set()
            while server.running():
                threading.Event().wait(0.02)
            client.request("GET", "/")

    with pytest.raises(Cancelled):
        check()


# Endpoints that it may use ------------------------------------------------------------------------

ASKING = """
    import http.server, json, os, sys, urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b""
            if self.path != "/ready":
                asked = urllib.request.Request(
                    os.environ["OPENAI_BASE_URL"] + "/chat/completions",
                    json.dumps({"model": MODEL, "messages": [
                        {"role": "user", "content": self.path}]}).encode(),
                    {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
                     "Content-Type": "application/json"})
                try:
                    with urllib.request.urlopen(asked) as answer:
                        body = answer.read()
                except urllib.error.HTTPError as error:
                    body = json.dumps({"status": error.code}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
""".replace("MODEL", repr(CHAT_MODEL))


def test_server_uses_the_endpoints_it_is_offered(tmp_path: Path) -> None:
    session = session_of(ASKING, tmp_path)
    routes = openai_routes(api_key="key", answer=lambda messages: messages[0].text[::-1])
    with (
        MockEndpoints(routes) as endpoints,
        session.serve(endpoints, variables=openai_variables(api_key="key")) as server,
        server.client() as client,
    ):
        server.wait_until_ready(within_s=20)
        answer = client.request("GET", "/abc").json()
        endpoints.fail_next(SERVER_ERROR)
        refused = client.request("GET", "/def").json()
        asked = [exchange.request.json() for exchange in endpoints.exchanges]

    assert answer["choices"][0]["message"]["content"] == "cba/"
    assert refused == {"status": 500}
    assert [request["messages"][0]["content"] for request in asked] == ["/abc", "/def"]


# Servers that do not come up ----------------------------------------------------------------------


def message(serve: ServeCode, code: str, **changes: Any) -> str:
    with (
        serve(code, **changes) as server,
        pytest.raises(sandbox.ServiceError) as caught,
    ):
        server.wait_until_ready(within_s=changes.get("within_s", 2.0))
    return str(caught.value)


def test_server_that_ends_is_told_with_its_last_words(serve: ServeCode) -> None:
    assert message(serve, "import fastapi_misspelt") == (
        "The server ended before it listened on port 8000 of 127.0.0.1. The program ended with "
        "exit code 1. The last line that it printed: “ModuleNotFoundError: No module named "
        "'fastapi_misspelt'”"
    )


def test_server_that_never_listens_is_told(serve: ServeCode) -> None:
    assert message(serve, "import time; time.sleep(60)") == (
        "The server did not listen on port 8000 of 127.0.0.1 within 2 s. It printed nothing."
    )


def test_server_that_is_never_ready_is_told(serve: ServeCode) -> None:
    code = HONEST.replace("self.send_response(200)", "self.send_response(503)")
    assert message(serve, code) == (
        "The server was not ready within 2 s. GET /ready was answered 503. Answer it with 200 as "
        "soon as requests can be served."
    )


def test_server_that_ends_before_it_is_ready_is_told(serve: ServeCode) -> None:
    code = """
        import socket, sys
        server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        server.accept()
        server.accept()
        raise SystemExit("no model")
    """
    assert message(serve, code) == (
        "The server ended before it was ready. The program ended with exit code 1. The last line "
        "that it printed: “no model”"
    )


# Hostile servers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("[b'HTTP/1.1 200 OK\\r\\n', *[b'X-Junk: ' + b'j' * 1000 + b'\\r\\n'] * 10**6]",
         Code.TOO_MANY_HEADERS),
        ("[b'HTTP/1.1 200 OK\\r\\nContent-Encoding: gzip\\r\\nContent-Length: 9\\r\\n\\r\\n']",
         Code.COMPRESSED),
        ("[b'HTTP/1.1 200 OK\\r\\n\\r\\n'] + [bytes(65536)] * 1000", Code.BODY_TOO_LARGE),
        ("(time.sleep(0.1) or bytes([byte]) for byte in b'HTTP/1.1 200 OK\\r\\nA: ' + b'a' * 6000)",
         Code.TIMEOUT),
        ("itertools.repeat(b'HTTP/1.1 100 Continue\\r\\n\\r\\n')", Code.TOO_MANY_INFORMATIONAL),
        ("[b'SSH-2.0-OpenSSH_9.9\\r\\n']", Code.MALFORMED),
        ("[b'HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf']", Code.CLOSED_EARLY),
        ("[]", Code.CLOSED_EARLY),
    ],
    ids=["endless headers", "gzip", "endless body", "slow drip", "endless 1xx", "no HTTP",
         "half a body", "nothing"],
)  # fmt: skip
def test_hostile_answer_is_refused(serve: ServeCode, answer: str, code: Code) -> None:
    with serve(RAW.replace("ANSWER", answer)) as server, server.client() as client:
        server.wait_until_ready(within_s=20)
        with pytest.raises(HttpError) as caught:
            client.request("GET", "/predict", seconds=2)
        assert caught.value.code is code
        server.wait_until_ready(within_s=20)


def test_redirect_is_not_followed(serve: ServeCode) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(0)
        place = f"http://127.0.0.1:{host.getsockname()[1]}/secret"
        head = f"HTTP/1.1 302 Found\\r\\nLocation: {place}\\r\\nContent-Length: 0\\r\\n\\r\\n"
        with serve(RAW.replace("ANSWER", f"[b'{head}']")) as server, server.client() as client:
            server.wait_until_ready(within_s=20)
            response = client.request("GET", "/predict")
            assert (response.status, response.header("location")) == (302, place)
        with pytest.raises(BlockingIOError):
            host.accept()


def test_server_on_a_unix_socket_is_reached(serve: ServeCode) -> None:
    code = HONEST.replace(
        '(("127.0.0.1", int(sys.argv[1])), Handler)', "(sys.argv[1], Handler)"
    ).replace(
        "class Handler",
        """import socket, socketserver

    class Server(socketserver.ThreadingUnixStreamServer):
        def get_request(self):
            connection, _ = super().get_request()
            return connection, ("local", 0)

    class Handler""",
    )
    code = code.replace("http.server.ThreadingHTTPServer", "Server")
    with serve(code, command="app.py {socket}") as server, server.client() as client:
        server.wait_until_ready(within_s=20)
        assert client.request("GET", "/").json() == {"path": "/", "starts": 1}


def test_socket_that_is_a_link_to_one_of_the_host_is_refused(
    serve: ServeCode, tmp_path: Path
) -> None:
    path = str(tmp_path / "host.sock")
    code = f"""
        import os, sys, time
        os.symlink({path!r}, sys.argv[1])
        time.sleep(60)
    """
    with socket.socket(socket.AF_UNIX) as host:
        host.bind(path)
        host.listen()
        host.settimeout(0)
        os.chmod(path, 0o777)  # noqa: PTH101, S103
        assert message(serve, code, command="app.py {socket}").startswith(
            "The server did not listen on the socket .milepost/server.sock within 2 s."
        )
        with pytest.raises(BlockingIOError):
            host.accept()


def test_other_processes_of_the_host_do_not_reach_it(serve: ServeCode) -> None:
    with serve(HONEST) as server:
        server.wait_until_ready(within_s=20)
        with (
            HttpClient(lambda: socket.create_connection(("127.0.0.1", 8000), timeout=5)) as client,
            contextlib.suppress(HttpError),  # but somebody else may listen there
        ):
            assert b"starts" not in client.request("GET", "/").body
        with server.client() as client:
            assert b"starts" in client.request("GET", "/").body
