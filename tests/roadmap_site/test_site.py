"""``make run`` as people meet it: starts, stops, is killed, finds the port taken."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from roadmap_site.embedded import Services, processes_in
from tests.roadmap_site.site_process import (
    ROOT,
    WAIT_S,
    addresses,
    environment,
    free_port,
    run,
    running_site,
    wait_until,
)


@pytest.fixture
def home() -> Iterator[Path]:
    """Short, so that sockets lie in it, and open, so that other users' processes reach it."""
    with tempfile.TemporaryDirectory(prefix="milepost-site-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "home"


def test_site_starts_survives_kills_and_stops_completely(home: Path) -> None:
    port = free_port()
    with running_site(home, port=port) as site:
        assert "Milepost" in site.page()
        assert {"learner@example.org", "mentor@example.org"} <= set(addresses(site.output))

        # A worker that dies comes back.
        worker = site.main_pid("checks")
        os.kill(worker, signal.SIGKILL)
        site.wait_for("checks ended (SIGKILL)")
        wait_until(lambda: set(site.pids(program="checks")) - {worker}, what="a new worker")

        # A second start says who is there.
        second = run(home, free_port())
        assert second.wait(WAIT_S) == 1
        assert "Milepost is already running at" in site.output

        # The supervisor dies without a word: nothing it started outlives it for long.
        site.process.kill()
        site.process.wait()
        wait_until(lambda: not site.pids(program="web"), what="the web server's end")

    with running_site(home, port=port) as site:
        assert "Milepost" in site.page()
        assert site.stop() == 0
        assert site.pids() == []


def test_site_on_a_taken_port_says_what_to_do(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = run(home, port)
        code = process.wait(WAIT_S)
    output = home.with_name("home.log").read_text()
    assert code == 1
    assert str(port) in output
    assert "MILEPOST_PORT" in output
    assert "Traceback" not in output


@pytest.mark.slow
def test_site_with_given_services_starts_none(home: Path, services: Services) -> None:
    given = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
    with running_site(home, port=free_port(), variables=given) as site:
        assert "Milepost" in site.page()
        assert site.stop() == 0

    assert not (home / "postgres").exists()
    assert not (home / "valkey").exists()
    assert not (home / "sockets").exists()


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_site_with_a_service_that_does_not_answer_says_so(home: Path, name: str) -> None:
    given = {"DATABASE_URL": "postgresql://localhost:1/x", "REDIS_URL": "redis://localhost:1/0"}
    process = run(home, free_port(), {name: given[name]})

    code = process.wait(WAIT_S)

    output = home.with_name("home.log").read_text()
    assert code == 1
    assert f"{name} is set, but the server does not answer" in output
    assert "Traceback" not in output


def test_site_at_a_wrong_port_says_what_to_do(home: Path) -> None:
    process = run(home, free_port(), {"MILEPOST_PORT": "http"})

    assert process.wait(WAIT_S) == 1
    assert home.with_name("home.log").read_text().strip() == (
        "MILEPOST_PORT is 'http'; set it to a number from 1 to 65535."
    )


def test_command_without_a_running_site_starts_services_and_leaves_none(home: Path) -> None:
    command = [sys.executable, "-m", "roadmap_site.run", "manage", "showmigrations", "accounts"]
    variables = environment(home, free_port())

    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("accounts\n [ ] 0001_initial")
    wait_until(lambda: not processes_in(home / "postgres"), what="PostgreSQL's end")
    wait_until(lambda: not processes_in(home / "valkey"), what="Valkey's end")
