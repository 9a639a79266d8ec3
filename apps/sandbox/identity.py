"""The user that jobs run as: never root."""

import contextlib
import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from apps.sandbox.model import SandboxUnavailable

# An id that no distribution gives to people or services. Only used by a worker run by root.
_DEFAULT_ID = 62103


class ProcessArguments(TypedDict, total=False):
    """Arguments of ``subprocess.Popen``."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Identity:
    uid: int
    gid: int

    def process_arguments(self) -> ProcessArguments:
        """What makes a child process run as this user: nothing when we are this user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @contextlib.contextmanager
    def creating_files(self) -> Iterator[None]:
        """Let this thread make files that belong to this user, on the user's own tmpfs.

        The tmpfs was mounted in a user namespace that does not know root, so root cannot.
        """
        if os.geteuid() != 0:
            yield
            return
        libc = ctypes.CDLL(None)
        previous = libc.setfsgid(self.gid), libc.setfsuid(self.uid)  # of this thread only
        try:
            yield
        finally:
            libc.setfsuid(previous[1])
            libc.setfsgid(previous[0])


def current() -> Identity:
    """Our own user; below root the one of MILEPOST_SANDBOX_UID and MILEPOST_SANDBOX_GID.

    Raises SandboxUnavailable when that would be root as well.
    """
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    uid = _id_from_environment("MILEPOST_SANDBOX_UID")
    return Identity(uid, _id_from_environment("MILEPOST_SANDBOX_GID"))


def _id_from_environment(name: str) -> int:
    text = os.environ.get(name, str(_DEFAULT_ID))
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise SandboxUnavailable(
            f"{name} must be the number of a user other than root; "
            f"“unset {name}” gives the usual one."
        )
    return int(text)
