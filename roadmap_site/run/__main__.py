"""What the Makefile's targets start once the environment is there.

``python -m roadmap_site.run site`` runs everything; ``manage …`` is Django's command line with the
running site's addresses and secrets; ``doctor`` asks the sandbox as the checks worker's user.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from roadmap_site import embedded
from roadmap_site.embedded import ServiceError
from roadmap_site.run import sandbox
from roadmap_site.run.home import StartError, identities, open_home, secrets_of
from roadmap_site.run.identity import command_as
from roadmap_site.run.site import (
    SOURCE,
    Installation,
    checks_environment,
    serve,
    site_environment,
)

# Commands that need no service, and run as the checks worker does.
RUN_IN_SANDBOX = frozenset({"check_repo", "curriculum_stats"})


def main(arguments: Sequence[str]) -> int:
    environment = {**os.environ}
    environment["MILEPOST_HOME"] = os.environ.get("MILEPOST_HOME") or str(SOURCE / "var")
    action, rest = (arguments[0] if arguments else "site"), list(arguments[1:])
    try:
        if action == "site":
            return serve(environment)
        who = identities(environment)
        home = Path(environment["MILEPOST_HOME"])
        open_home(home, who=who)
        installation = Installation(home, who, environment)
        if action == "doctor":
            sandbox.prepare_limits(who.checks)
            command = command_as(who.checks, [sys.executable, "-m", "apps.sandbox", "doctor"])
            variables = checks_environment(installation)
        elif rest and rest[0] in RUN_IN_SANDBOX:
            sandbox.prepare_limits(who.checks)
            command = command_as(who.checks, [sys.executable, "manage.py", *rest])
            variables = checks_environment(installation)
        else:
            everything = {**environment, **secrets_of(home), **_running_addresses(installation)}
            command = command_as(who.site, [sys.executable, "manage.py", *rest])
            variables = site_environment(Installation(home, who, everything))
    except (StartError, ServiceError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return _run_to_end(command, variables)


def _run_to_end(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Not by replacing this process: a parent that is no longer root could not end the services."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the command's to handle
    done = subprocess.run(command, env=environment, cwd=SOURCE, check=False)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _running_addresses(installation: Installation) -> dict[str, str]:
    """Addresses of the embedded services. Those that do not run are started, and end with us."""
    home, owner, given = installation.home, installation.who.services, installation.environment
    services = {}
    if not given.get("DATABASE_URL"):
        services["DATABASE_URL"] = embedded.prepare_postgres(home, owner=owner)
    if not given.get("REDIS_URL"):
        services["REDIS_URL"] = embedded.prepare_valkey(home, owner=owner)
    for service in services.values():
        embedded.start_service(service, home, owner=owner, die_with_me=True)
    return {name: service.url for name, service in services.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
