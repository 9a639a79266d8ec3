"""The whole site on one machine: services, set-up, web server, workers, beat."""

import errno
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from roadmap_site import embedded
from roadmap_site.run import sandbox
from roadmap_site.run.home import Identities, StartError, identities, lock, open_home, secrets_of
from roadmap_site.run.identity import Identity
from roadmap_site.run.leftovers import kill_marked
from roadmap_site.run.probe import PageProbe
from roadmap_site.run.supervisor import Program, Supervisor

SOURCE = Path(__file__).resolve().parent.parent.parent
SETUP_COMMANDS = [["migrate", "--noinput", "--verbosity=0"], ["load_curriculum"]]
PRODUCTION_COMMANDS = [["collectstatic", "--noinput", "--verbosity=0"]]
DEMO_COMMAND = ["demo_people"]  # what it prints is shown at the end of the start
# Each group together: first nobody new is let in, the database goes last.
STOP_ORDER = [["set-up"], ["beat", "web"], ["default", "checks", "code"], ["valkey"], ["postgres"]]


@dataclass(frozen=True, slots=True)
class Installation:
    home: Path
    who: Identities
    environment: Mapping[str, str]  # what every program gets

    @property
    def production(self) -> bool:
        return self.environment.get("MILEPOST_ENV") == "production"


def serve(environment: Mapping[str, str]) -> int:
    """Run the site until SIGINT or SIGTERM. Raises StartError, ServiceError."""
    who = identities(environment)
    home = Path(environment["MILEPOST_HOME"])
    host, port = _address(environment)
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    open_home(home, who=who)
    with lock(home, address=address):
        embedded.stop(home)  # what a killed run left; the database in its own, clean way
        kill_marked(str(home))
        with _listen(host, port) as listener:
            supervisor = Supervisor(run=str(home))
            try:
                _run(supervisor, Installation(home, who, environment), listener, address)
            finally:
                for group in STOP_ORDER:
                    supervisor.stop(group)
                kill_marked(str(home))
        supervisor.say("Everything has stopped.")
    return 0


def _run(supervisor: Supervisor, bare: Installation, listener: socket.socket, address: str) -> None:
    addresses = start_services(supervisor, bare)
    everything = {**bare.environment, **secrets_of(bare.home), **addresses}
    installation = Installation(bare.home, bare.who, everything)
    demo = _set_up(supervisor, installation)
    sandbox.prepare_limits(bare.who.checks)
    for program in _programs(installation, listener):
        if not supervisor.stopping:
            supervisor.start(program)
    probe = PageProbe(listener.getsockname()[1])
    checks = checks_environment(installation)
    doubts = sandbox.doubts(supervisor, bare.who.checks, checks, source=SOURCE)
    while not supervisor.stopping and not probe.done:
        supervisor.turn(0.1)
    if not supervisor.stopping:
        for line in [*doubts, *demo, f"Milepost is at {address} (Ctrl-C stops it)."]:
            supervisor.say(line)
    while not supervisor.stopping:
        supervisor.turn()


# The address --------------------------------------------------------------------------------


def _address(environment: Mapping[str, str]) -> tuple[str, int]:
    text = environment.get("MILEPOST_PORT") or environment.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise StartError(f"MILEPOST_PORT is {text!r}; set it to a number from 1 to 65535.")
    return environment.get("MILEPOST_BIND") or "127.0.0.1", int(text)


def _listen(host: str, port: int) -> socket.socket:
    """Ours, and handed to the web server: connections wait while that one is started again."""
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000
            raise StartError(
                f"Port {port} is taken by another program. Stop that one, or choose another "
                f"port: MILEPOST_PORT={other} make run"
            ) from error
        raise StartError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Set MILEPOST_BIND and MILEPOST_PORT to an address of this machine."
        ) from error


# Services and set-up ------------------------------------------------------------------------


def start_services(supervisor: Supervisor, installation: Installation) -> dict[str, str]:
    """Start what is not given from outside; the addresses of both as environment variables."""
    home, owner, given = installation.home, installation.who.services, installation.environment
    services = {}
    _refuse_silent_services(given)
    if not given.get("DATABASE_URL"):
        services["DATABASE_URL"] = embedded.prepare_postgres(home, owner=owner)
    if not given.get("REDIS_URL"):
        services["REDIS_URL"] = embedded.prepare_valkey(home, owner=owner)
    for service in services.values():
        supervisor.start(_service_program(service, owner=owner, environment=given))
    for service in services.values():
        supervisor.wait_for(service.ready, seconds=embedded.READY_S)
        if not supervisor.stopping and not service.ready():
            raise StartError(f"{service.name} does not start; the lines above say why.")
    return {name: service.url for name, service in services.items()}


def _refuse_silent_services(given: Mapping[str, str]) -> None:
    reasons = {
        "DATABASE_URL": embedded.refusal(database_url=given.get("DATABASE_URL", "")),
        "REDIS_URL": embedded.refusal(redis_url=given.get("REDIS_URL", "")),
    }
    for name, reason in reasons.items():
        if reason:
            raise StartError(
                f"{name} is set, but the server does not answer ({reason}). Start that server or "
                f"mend the address; without {name} an embedded one is started."
            )


def _service_program(
    service: embedded.Service, *, owner: Identity, environment: Mapping[str, str]
) -> Program:
    return Program(
        name=service.name,
        command=service.command,
        identity=owner,
        environment=environment,
        folder=Path("/"),
        stop_signal=service.stop_signal,
        grace_s=embedded.STOP_S,
        before_restart=lambda: embedded.end_leftovers(service),
        unimportant=embedded.UNIMPORTANT,
    )


def _set_up(supervisor: Supervisor, installation: Installation) -> list[str]:
    """Bring database and content up to date; what the demo command says about log-ins."""
    commands = SETUP_COMMANDS + (PRODUCTION_COMMANDS if installation.production else [])
    for command in commands:
        _manage(supervisor, installation, command)
    if installation.production:
        return []
    return _manage(supervisor, installation, DEMO_COMMAND, collect=True)


def _manage(
    supervisor: Supervisor,
    installation: Installation,
    command: Sequence[str],
    *,
    collect: bool = False,
) -> list[str]:
    if supervisor.stopping:
        return []
    program = Program(
        name="set-up",
        command=[sys.executable, "manage.py", *command],
        identity=installation.who.site,
        environment=site_environment(installation),
        folder=SOURCE,
    )
    code, lines = supervisor.run_once(program, collect=collect)
    if code != 0 and not supervisor.stopping:
        for line in lines:
            supervisor.say(line, name="set-up")
        raise StartError(f"manage.py {command[0]} failed; the lines above say why.")
    return lines


# Programs -----------------------------------------------------------------------------------


def site_environment(installation: Installation) -> dict[str, str]:
    return _environment_of(installation, installation.who.site, installation.home / "site")


def checks_environment(installation: Installation) -> dict[str, str]:
    return _environment_of(installation, installation.who.checks, installation.home / "checks")


def _environment_of(installation: Installation, identity: Identity, home: Path) -> dict[str, str]:
    environment = {
        **installation.environment,
        "PYTHONUNBUFFERED": "1",
        # The environment's own programs first (uv, for one).
        "PATH": f"{Path(sys.executable).parent}:{installation.environment.get('PATH', os.defpath)}",
    }
    if not identity.is_current:
        # Root's own folders are of no use to them, and the source is not theirs to write to.
        environment |= {
            "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
            # Celery takes a group without a name for an administrators' group.
            "PYTHONWARNINGS": "ignore:::celery.platforms,ignore:::celery.apps.worker",
        }
        for name in ("USER", "LOGNAME", "MAIL", "TMPDIR"):
            environment.pop(name, None)
        for name in [name for name in environment if name.startswith("XDG_")]:
            del environment[name]
    return environment


def _programs(installation: Installation, listener: socket.socket) -> list[Program]:
    site, who = site_environment(installation), installation.who
    gunicorn = ["gunicorn", "roadmap_site.wsgi", f"--bind=fd://{listener.fileno()}"]
    gunicorn += ["--worker-class=gthread", "--workers=2", "--threads=4", "--graceful-timeout=8"]
    gunicorn += ["--no-control-socket", "--log-level=warning"]
    celery = ["celery", "--app=roadmap_site", "--quiet"]
    worker = [*celery, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    return [
        _python_program("web", gunicorn, who.site, site, pass_fds=[listener.fileno()]),
        _python_program(
            "default",
            [*worker, "--queues=default", "--concurrency=2", "--hostname=default@%h"],
            who.site,
            site,
        ),
        _python_program(
            "checks",
            [*worker, "--queues=checks", "--concurrency=1", "--hostname=checks@%h"],
            who.checks,
            checks_environment(installation),
        ),
        _python_program(
            "code",
            [*worker, "--queues=code", "--concurrency=2", "--hostname=code@%h"],
            who.checks,
            checks_environment(installation),
        ),
        _python_program(
            "beat", [*celery, "beat", "--pidfile=", "--loglevel=WARNING"], who.site, site
        ),
    ]


def _python_program(
    name: str,
    module: Sequence[str],
    identity: Identity,
    environment: Mapping[str, str],
    *,
    pass_fds: Sequence[int] = (),
) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-m", *module],
        identity=identity,
        environment=environment,
        folder=SOURCE,
        stop_signal=signal.SIGTERM,
        pass_fds=pass_fds,
    )
