"""MILEPOST_HOME: who runs what, and the folders, secrets and lock that lie in it."""

import fcntl
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from roadmap_site.embedded import secret
from roadmap_site.run import identity
from roadmap_site.run.identity import Identity, current, make_folder

FREE_MB = 300


class StartError(Exception):
    """The site cannot start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Identities:
    services: Identity  # PostgreSQL and Valkey
    site: Identity  # web server, default worker, beat
    checks: Identity  # checks worker, and with it everything in the sandbox


def identities(environment: Mapping[str, str]) -> Identities:
    """Three users with one group when we are root; otherwise everything runs as we do."""
    if os.geteuid() != 0:
        return Identities(current(), current(), current())

    def number(name: str, default: int) -> int:
        text = environment.get(name, "") or str(default)
        if not text.isascii() or not text.isdigit() or int(text) == 0:
            raise StartError(f"{name} is {text!r}; set it to the number of a user other than root.")
        return int(text)

    gid = number("MILEPOST_GID", identity.GROUP)
    return Identities(
        Identity(number("MILEPOST_SERVICES_UID", identity.SERVICES.uid), gid),
        Identity(number("MILEPOST_SITE_UID", identity.SITE.uid), gid),
        Identity(number("MILEPOST_CHECKS_UID", identity.CHECKS.uid), gid),
    )


def open_home(home: Path, *, who: Identities) -> None:
    """Create the folders below ``home``, each for the one who writes there.

    Raises StartError when the folder cannot serve.
    """
    if not home.is_absolute():
        raise StartError(f"MILEPOST_HOME is {str(home)!r}; give the full path of a folder.")
    try:
        if not home.is_dir():
            home.mkdir(parents=True)
            home.chmod(0o755)  # also under a strict umask; only this folder, which is ours
        _refuse_foreign(home, who=who)
        make_folder(home / "site", owner=who.site, mode=0o750)
        make_folder(home / "cache", owner=who.site, mode=0o750)  # of what was rendered
        make_folder(home / "beat", owner=who.site, mode=0o750)
        make_folder(home / "static", owner=who.site, mode=0o755)
        make_folder(home / "uploads", owner=who.site, mode=0o2750)
        make_folder(home / "checks", owner=who.checks, mode=0o755)
    except OSError as error:
        raise StartError(
            f"{home} cannot hold the site's data: {error.strerror}. "
            "Set MILEPOST_HOME to a folder that you can write to."
        ) from error
    if shutil.disk_usage(home).free < FREE_MB * 1024**2:
        raise StartError(
            f"Less than {FREE_MB} MB are free on the disk of {home}. "
            "Free some space, or set MILEPOST_HOME to a folder on another disk."
        )


def _refuse_foreign(home: Path, *, who: Identities) -> None:
    data = home / "postgres"
    if data.is_dir() and data.stat().st_uid != who.services.uid:
        raise StartError(
            f"The data in {home} belong to user {data.stat().st_uid}: start as the user who "
            "started it first, or set MILEPOST_HOME to another folder."
        )


def secrets_of(home: Path) -> dict[str, str]:
    """The installation's own secrets as environment variables; those given from outside win.

    Only the supervisor reads the files: the processes get what they need in their environment.
    """
    names = {"MILEPOST_SECRET_KEY": "secret_key", "MILEPOST_DATA_SECRET": "data_secret"}
    return {name: os.environ.get(name) or secret(home / file) for name, file in names.items()}


def lock(home: Path, *, address: str) -> TextIOWrapper:
    """Hold ``home`` for this process; the kernel lets go when it ends, however it ends.

    Raises StartError when another one holds it.
    """
    file = (home / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        other = file.read().strip()
        file.close()
        raise StartError(
            f"Milepost is already running at {other}. "
            "Stop it with Ctrl-C first, or set another MILEPOST_HOME and MILEPOST_PORT."
        ) from None
    file.truncate(0)
    file.write(address)
    file.flush()
    return file
