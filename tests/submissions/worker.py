"""Real Celery workers, as processes of their own, on this run's database and broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

WAIT_S = 300.0


class Worker:
    """One Celery worker and its children, in a session of their own."""

    def __init__(
        self,
        log: Path,
        *arguments: str,
        until: str = " ready.",
        **environment: str,
    ) -> None:
        """Returns when its log says ``until``."""
        self.log = log
        command = [sys.executable, "-m", "celery", "-A", "roadmap_site", "worker", "-l", "info"]
        command += ["-c", "1", "-n", f"{log.stem}@%h", "--without-gossip", "--without-mingle"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *arguments],
                env={**os.environ, **child_environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: until in log.read_text(), self)

    def kill(self) -> None:
        """kill -9 of the worker and its children, as when the machine loses power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()


def child_environment() -> dict[str, str]:
    """What a child needs to meet this process's test database, data and secrets."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = settings.DATABASES["default"]["NAME"]
    authorities = os.environ.get("MILEPOST_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE", "")
    return {
        # By hand: a URL whose host stands in the query has none for urlunsplit to keep.
        "DATABASE_URL": f"{url.scheme}://{url.netloc}/{name}?{url.query}",
        "MILEPOST_HOME": str(settings.MILEPOST_HOME),
        "MILEPOST_DATA_SECRET": settings.DATA_SECRET,
        "MILEPOST_CHECKS_LEASE_S": "4",
        "MILEPOST_CHECKS_RESEND_S": "2",
        # Where package indexes and git hosts are reached through an authority of the machine's own.
        "MILEPOST_CA_BUNDLE": authorities,
    }


def wait_until(condition: Callable[[], object], *workers: Worker) -> None:
    """Wait for a condition; one that the database, being away, cannot answer is not met yet."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            if condition():
                return
        except (DatabaseError, InterfaceError):
            connection.close()
        logs = "\n".join(worker.log.read_text()[-6000:] for worker in workers)
        assert time.monotonic() < deadline, f"nothing happened within {WAIT_S:g} s; logs:\n{logs}"
        time.sleep(0.1)
