"""PostgreSQL and Valkey from wheels, started and killed for real."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from roadmap_site import embedded
from roadmap_site.embedded import Services, processes_in
from roadmap_site.run.identity import current

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from roadmap_site import embedded
embedded.start(Path(sys.argv[1]), durable=False, die_with_me=True)
print("up", flush=True)
time.sleep(600)
"""


def new_home() -> tempfile.TemporaryDirectory[str]:
    """Not tmp_path: the services' own user must get there when the tests are run by root."""
    folder = tempfile.TemporaryDirectory(prefix="milepost-embedded-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with new_home() as name:
        yield Path(name)
        embedded.stop(Path(name))


@pytest.fixture
def running(home: Path) -> Services:
    return embedded.start(home, die_with_me=True)


def execute(services: Services, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def kill_all_in(folder: Path) -> None:
    for pid in processes_in(folder):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not processes_in(folder))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_data_is_kept_over_kill_9_and_the_broker_starts_empty(
    home: Path, running: Services
) -> None:
    execute(running, "CREATE TABLE road AS SELECT 7 AS mile")
    with redis.Redis.from_url(running.redis_url) as client:
        client.set("mile", 7)
    kill_all_in(home / "postgres")
    kill_all_in(home / "valkey")

    again = embedded.start(home, die_with_me=True)

    assert again == running
    assert execute(again, "SELECT mile FROM road") == [(7,)]
    with redis.Redis.from_url(again.redis_url) as client:
        assert client.get("mile") is None


def test_services_that_run_are_used_again(home: Path, running: Services) -> None:
    lock = home / "postgres" / "postmaster.pid"
    before = lock.read_text().split()[0], processes_in(home / "valkey")

    assert embedded.start(home) == running
    assert (lock.read_text().split()[0], processes_in(home / "valkey")) == before


@pytest.mark.usefixtures("running")
def test_stop_leaves_no_process(home: Path) -> None:
    embedded.stop(home)

    assert processes_in(home / "postgres") == []
    assert processes_in(home / "valkey") == []


def test_stale_lock_with_the_pid_of_another_process_is_cleared(
    home: Path, running: Services
) -> None:
    lock = home / "postgres" / "postmaster.pid"
    _, *rest = lock.read_text().splitlines()
    kill_all_in(home / "postgres")
    lock.write_text("\n".join([str(os.getpid()), *rest]) + "\n")

    assert embedded.start(home, die_with_me=True) == running
    assert execute(running, "SELECT 1") == [(1,)]


def test_application_role_cannot_start_programs(running: Services) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(running, "COPY (SELECT 1) TO PROGRAM 'true'")


def test_database_refuses_a_wrong_password(running: Services) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(running.database_url.replace("milepost:", "milepost:x", 1))


@pytest.mark.usefixtures("running")
def test_sockets_are_closed_to_others(home: Path) -> None:
    assert (home / "sockets").stat().st_mode & 0o777 == 0o750


def test_services_end_with_a_killed_parent_and_a_cut_short_cluster_is_made_anew() -> None:
    with new_home() as name:
        home = Path(name)
        (home / "postgres.new").mkdir()
        (home / "postgres.new" / "PG_VERSION").write_text("18\n")
        command = [sys.executable, "-c", STARTS_AND_WAITS, name]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"up\n"
            assert processes_in(home / "postgres")
            parent.kill()
        wait_until(lambda: not processes_in(home / "postgres"))
        wait_until(lambda: not processes_in(home / "valkey"))


def test_socket_folder_of_a_deep_home_is_short_and_remembered(tmp_path: Path) -> None:
    home = tmp_path / ("d" * 60) / ("e" * 60)
    home.mkdir(parents=True)
    folder = embedded.socket_folder(home, owner=current())
    try:
        length = len(os.fsencode(folder / embedded.POSTGRES_SOCKET))
        assert length <= embedded.SOCKET_PATH_MAX
        assert embedded.socket_folder(home, owner=current()) == folder
        folder.chmod(0o777)  # someone else's folder of that name is not trusted
        other = embedded.socket_folder(home, owner=current())
        assert other != folder
        other.rmdir()
    finally:
        folder.rmdir()


def test_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    first = embedded.secret(tmp_path / "key")

    assert embedded.secret(tmp_path / "key") == first
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert len(first) == 64
