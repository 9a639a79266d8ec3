"""A server inside: found ready, talked to, killed, started again, and hostile."""

import contextlib
import socket
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from apps.sandbox import GATEWAY_PORT, Limits, Outcome, Service, ServiceError
from tests.sandbox.conftest import python_command
from tests.sandbox.traces import processes_with

PORT = 8000
SMALL = Limits(wall_s=20, cpu_s=10, memory_mb=128, pids=16, disk_mb=8, inodes=100, output_kb=64)
# Counts its starts in a file, and says the number to whoever connects.
COUNTING = """
import pathlib, socket
path = pathlib.Path("starts")
starts = int(path.read_text()) + 1 if path.exists() else 1
path.write_text(str(starts))
print("start", starts, flush=True)
server = socket.create_server(("127.0.0.1", 8000))
while True:
    connection, _ = server.accept()
    connection.sendall(str(starts).encode())
    connection.close()
"""

type Serve = Callable[..., AbstractContextManager[Service]]


@pytest.fixture
def serve(nothing_left: str) -> Serve:
    @contextmanager
    def service(code: str, **options: object) -> Iterator[Service]:
        command, mounts = python_command(["-c", textwrap.dedent(code)], nothing_left)
        given = {"limits": SMALL, "mounts": mounts, **options}
        with Service(command, **given) as started:  # type: ignore[arg-type]
            yield started

    return service


def said(connection: socket.socket) -> bytes:
    with connection:
        return connection.recv(100)


def test_server_answers_through_its_own_loopback(serve: Serve) -> None:
    with serve(COUNTING) as service:
        service.wait_until_listening(PORT, within_s=15)

        assert [said(service.connect(PORT)) for _ in range(40)] == [b"1"] * 40
        # The host's own loopback is another one; somebody else may listen there.
        with contextlib.suppress(ConnectionRefusedError, TimeoutError):
            assert said(socket.create_connection(("127.0.0.1", PORT), timeout=2)) != b"1"
        assert said(service.connect(PORT)) == b"1"


def test_killed_server_starts_again_with_its_files(serve: Serve, nothing_left: str) -> None:
    with serve(COUNTING) as service:
        service.wait_until_listening(PORT, within_s=15)
        service.kill()

        assert not service.running()
        assert processes_with(nothing_left) == []
        with pytest.raises(ConnectionRefusedError):
            service.connect(PORT)

        service.start()
        service.wait_until_listening(PORT, within_s=15)
        assert said(service.connect(PORT)) == b"2"
        assert service.log() == "start 1\nstart 2\n"


def test_server_that_runs_is_not_started_twice(serve: Serve) -> None:
    with serve(COUNTING) as service, pytest.raises(ValueError, match="runs already"):
        service.start()


def test_server_that_ends_early_is_told_with_its_result(serve: Serve) -> None:
    with serve("print('no model'); raise SystemExit(3)") as service:
        with pytest.raises(ServiceError) as caught:
            service.wait_until_listening(PORT, within_s=15)

        assert str(caught.value) == (
            "The server ended before it listened on port 8000 of 127.0.0.1. "
            "The program ended with exit code 3."
        )
        assert caught.value.result is not None
        assert caught.value.result.exit_code == 3
        assert service.log() == "no model\n"


def test_server_that_never_listens_is_told(serve: Serve) -> None:
    with (
        serve("import time; time.sleep(60)") as service,
        pytest.raises(ServiceError, match=r"did not listen on port 8000 of 127.0.0.1 within 0.3 s"),
    ):
        service.wait_until_listening(PORT, within_s=0.3)


def test_files_larger_than_the_disk_are_told(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "giant").write_bytes(bytes(9 << 20))

    with (
        pytest.raises(ServiceError, match="The files to run need more than 8 MiB"),
        serve(COUNTING, directory=tmp_path),
    ):
        pass


def test_server_over_its_memory_ends_with_that_result(serve: Serve) -> None:
    code = """
    import socket
    server = socket.create_server(("127.0.0.1", 8000))
    server.accept()
    held = bytearray(400 << 20)
    for page in range(0, len(held), 4096): held[page] = 1
    import time; time.sleep(60)
    """
    with serve(code) as service:
        service.wait_until_listening(PORT, within_s=15)
        while service.running():
            threading.Event().wait(0.02)

        assert service.result().outcome is Outcome.OUT_OF_MEMORY


def test_server_uses_an_endpoint_that_is_offered(serve: Serve) -> None:
    code = f"""
    import socket
    server = socket.create_server(("127.0.0.1", 8000))
    while True:
        connection, _ = server.accept()
        with socket.create_connection(("127.0.0.1", {GATEWAY_PORT})) as endpoint:
            connection.sendall(endpoint.recv(100))
        connection.close()
    """
    with serve(code, gateway=lambda connection: connection.sendall(b"a mock")) as service:
        service.wait_until_listening(PORT, within_s=15)

        assert said(service.connect(PORT)) == b"a mock"


def test_unix_socket_below_the_folder_is_reached(serve: Serve) -> None:
    code = """
    import contextlib, os, socket
    os.mkdir("run")
    server = socket.socket(socket.AF_UNIX)
    server.bind("run/app.sock")
    server.listen()
    while True:
        connection, _ = server.accept()
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"hello")
    """
    with serve(code) as service:
        service.wait_until_listening("run/app.sock", within_s=15)

        assert said(service.connect("run/app.sock")) == b"hello"


@pytest.mark.parametrize(
    "path", ["planted", "folder/socket", "../etc/hosts", "/etc/hosts", "", "file", "a//b"]
)
def test_path_that_leads_elsewhere_is_refused(path: str, serve: Serve, tmp_path: Path) -> None:
    code = f"""
    import os, time
    os.symlink({str(tmp_path / "socket")!r}, "planted")
    os.symlink({str(tmp_path)!r}, "folder")
    open("file", "w").close()
    print("up", flush=True)
    time.sleep(60)
    """
    with socket.socket(socket.AF_UNIX) as host:
        host.bind(str(tmp_path / "socket"))
        host.listen()
        host.settimeout(0)
        with serve(code) as service:
            while "up" not in service.log():
                threading.Event().wait(0.02)
            with pytest.raises(OSError, match=r"links|directory|socket|plain path"):
                service.connect(path)
        with pytest.raises(BlockingIOError):
            host.accept()
