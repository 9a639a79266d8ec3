"""A learner of the image project in one process: it knows pictures by their bytes, and answers over
real HTTP."""

import contextlib
import email
import email.policy
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from apps import sandbox
from apps.checks.folder_input import unpack
from apps.checks.http_client import HttpClient
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun
from apps.checks.results import Chart, Metric, Test
from apps.checks.server import LearnerServer

type Label = Callable[[bytes], str]  # of a file; empty: it cannot be taken
type Respond = Callable[
    [bytes | None], tuple[int, object]
]  # to the field ``image``, if there is one


@dataclass(slots=True)
class LearnerSession:
    """Answers as a repository would whose code is ``label``; keeps what is reported."""

    seed: bytes
    folder: Path
    root: Path
    label: Label
    respond: Respond
    breaks: Callable[[str, int], bool] = lambda _command, _call: False  # command, how many before
    calls: list[str] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    def run(
        self,
        command: str,
        *,
        inputs: Mapping[str, bytes | Path],
        outputs: Iterable[str],
        limits: sandbox.Limits | None = None,
    ) -> CommandRun:
        (name,) = outputs
        path = self.folder / f"{len(self.calls)}-{name}"
        broken = self.breaks(command, self.calls.count(command))
        self.calls.append(command)
        if broken:
            return CommandRun(command=command, result=_RESULT, outputs={}, problem="It stopped.")
        if command == "train":
            path.write_bytes(b"")
        else:
            content = inputs["input"]
            assert isinstance(content, bytes)
            path.write_text(answer(unpack(content), self.label))
        return CommandRun(command=command, result=_RESULT, outputs={name: path})

    @contextlib.contextmanager
    def serve(
        self,
        endpoints: MockEndpoints | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> Iterator[LearnerServer]:
        self.calls.append("serve")
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.respond))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield cast(LearnerServer, _Served(server.server_port))
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def report(self, test: Test) -> None:
        self.tests.append(test)

    def measure(self, metric: Metric) -> None:
        self.metrics.append(metric)

    def draw(self, chart: Chart) -> None:
        self.charts.append(chart)


_RESULT = sandbox.Result(
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


def answer(files: Mapping[str, bytes], label: Label) -> str:
    lines = ["file,label,error"]
    for name, content in files.items():
        found = label(content)
        lines.append(f"{name},{found},{'' if found else 'It cannot be read.'}")
    return "\n".join(lines)


@dataclass(slots=True)
class _Served:
    """A server of this process, where a session has one in the sandbox."""

    port: int

    def wait_until_ready(self, *, within_s: float) -> float:
        return 0.0

    def client(self) -> HttpClient:
        return HttpClient(lambda: socket.create_connection(("127.0.0.1", self.port)))


def _handler(respond: Respond) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, value = respond(_file_in(self.headers["Content-Type"], body))
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def _file_in(kind: str, body: bytes) -> bytes | None:
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "image":
            return cast(bytes, part.get_payload(decode=True))
    return None
