"""What the checks worker needs from whoever starts it, and what it lacks on this machine."""

import sys
from collections.abc import Mapping
from pathlib import Path

from apps.sandbox import cgroups
from roadmap_site.run.identity import Identity
from roadmap_site.run.supervisor import Program, Supervisor


def prepare_limits(identity: Identity) -> None:
    """Make the control groups of exact limits for this user, where the machine has them.

    Programs started from now on can use them, so this comes before the workers.
    """
    cgroups.prepare(identity.uid, identity.gid)


def doubts(
    supervisor: Supervisor, identity: Identity, environment: Mapping[str, str], *, source: Path
) -> list[str]:
    """What the worker's own user finds wrong with the sandbox; empty when checks can run."""
    program = Program(
        name="set-up",
        command=[sys.executable, "-m", "apps.sandbox", "doctor"],
        identity=identity,
        environment=environment,
        folder=source,
    )
    code, lines = supervisor.run_once(program, collect=True)
    if code == 0 or supervisor.stopping:
        return []
    wrong = [line for line in lines if line.startswith("bad ")]
    return [*wrong, "Checks of repositories are refused until that is mended; the rest works."]
