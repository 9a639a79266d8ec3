"""Real PostgreSQL and Valkey for one test run, in a temporary MILEPOST_HOME."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from roadmap_site import embedded
from roadmap_site.run.identity import Identity


def given() -> bool:
    """Both addresses come from outside: from an operator, or from the run that started us."""
    return {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()


def start(*, owner: Identity | None = None, folder: Path | None = None) -> None:
    """Start both, set the environment's variables, and end both when this process ends.

    ``owner``: who they run as when started by root. ``folder``: where their temporary home lies.
    """
    home = Path(tempfile.mkdtemp(prefix="milepost-tests-", dir=folder))
    home.chmod(0o755)  # the services' own user must be able to pass through
    if owner and not owner.is_current:
        os.chown(home, owner.uid, owner.gid)
    atexit.register(_stop, home)
    services = embedded.start(home, owner=owner, durable=False, die_with_me=True)
    os.environ.setdefault("DATABASE_URL", services.database_url)
    os.environ.setdefault("REDIS_URL", services.redis_url)
    os.environ["MILEPOST_HOME"] = str(home)


def _stop(home: Path) -> None:
    embedded.stop(home)
    shutil.rmtree(home, ignore_errors=True)
