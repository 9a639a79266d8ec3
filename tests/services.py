"""Real PostgreSQL and Valkey for one test run, in a temporary MILEPOST_HOME."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from roadmap_site import embedded


def given() -> bool:
    """Both addresses come from outside: from an operator, or from the run that started us."""
    return {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()


def start() -> None:
    """Start both, set the environment's variables, and end both when this process ends."""
    home = Path(tempfile.mkdtemp(prefix="milepost-tests-"))
    home.chmod(0o755)  # the services' own user must be able to pass through
    atexit.register(_stop, home)
    services = embedded.start(home, durable=False, die_with_me=True)
    os.environ.setdefault("DATABASE_URL", services.database_url)
    os.environ.setdefault("REDIS_URL", services.redis_url)
    os.environ["MILEPOST_HOME"] = str(home)


def _stop(home: Path) -> None:
    embedded.stop(home)
    shutil.rmtree(home, ignore_errors=True)
