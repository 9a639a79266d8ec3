"""How a command that root started goes on as the user whom jobs run as."""

import os
import stat
from pathlib import Path

from apps.sandbox import cgroups, identity
from apps.sandbox.identity import Identity


def leave_root(home: Path) -> None:
    """Started by root, go on as the user that jobs run as.

    Root would leave files in ``home`` that the worker can no longer write to; and nothing that
    has to do with learners' code needs root once the control groups are there.
    """
    if os.geteuid() != 0:
        return
    user = identity.current()
    cgroups.prepare(user.uid, user.gid)
    home.mkdir(parents=True, exist_ok=True)
    give_files_of_root(home, user=user)
    os.setgroups([])
    os.setgid(user.gid)
    os.setuid(user.uid)
    os.environ["HOME"] = str(home)


def give_files_of_root(home: Path, *, user: Identity) -> None:
    """Give ``user`` what root owns below ``home``, which ``user`` may be changing meanwhile.

    No link is followed, neither a symbolic nor a hard one: with it, a file of the system would be
    given away. Everything is opened first, so that what is judged is what is given.
    """
    for _, _, files, folder in os.fwalk(home.resolve()):
        _give_if_of_root(folder, user=user)
        for name in files:
            try:
                file = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
            except FileNotFoundError:
                continue
            try:
                _give_if_of_root(file, user=user)
            finally:
                os.close(file)


def _give_if_of_root(descriptor: int, *, user: Identity) -> None:
    status = os.fstat(descriptor)
    only_here = stat.S_ISDIR(status.st_mode) or (
        stat.S_ISREG(status.st_mode) and status.st_nlink == 1
    )
    if status.st_uid == 0 and only_here:
        os.chown(f"/proc/self/fd/{descriptor}", user.uid, user.gid)
