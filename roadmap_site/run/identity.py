"""Numeric users and groups: who a process runs as and who owns a folder.

Started as root, nothing that serves people or learners' code keeps root. The identities need no
entry in /etc/passwd, so nothing is added to the machine.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Binds its first argument over /etc/passwd, in a mount namespace that ends with the command.
_BIND_ACCOUNTS = 'mount --bind "$1" /etc/passwd && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class Identity:
    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        return self.uid == os.geteuid()


# Numbers that no distribution gives to people or services. One group: it is what lets the site and
# the checks worker reach the services' sockets, and the checks worker read the uploads.
GROUP = 62100
SERVICES = Identity(62101, GROUP)
SITE = Identity(62102, GROUP)
CHECKS = Identity(62103, GROUP)


def current() -> Identity:
    return Identity(os.geteuid(), os.getegid())


def command_as(
    identity: Identity, command: Sequence[str], *, parent_death_signal: str = ""
) -> list[str]:
    """``command`` as ``identity``; the kernel sends it the signal when its parent thread ends.

    setpriv rather than ``preexec_fn``, which is unsafe beside threads; and the signal must be set
    after the change of user, which clears it.
    """
    prefix = []
    if not identity.is_current:
        prefix = [f"--reuid={identity.uid}", f"--regid={identity.gid}", "--clear-groups"]
    if parent_death_signal:
        prefix.append(f"--pdeathsig={parent_death_signal}")
    return ["setpriv", *prefix, "--", *command] if prefix else list(command)


def named_command_as(
    identity: Identity, command: Sequence[str], *, passwd: Path, home: Path
) -> list[str]:
    """Like ``command_as`` for programs that insist on a user name, such as initdb.

    A copy of /etc/passwd with one more line is written to ``passwd`` and seen by the command only.
    """
    if identity.is_current:
        return list(command)
    line = f"milepost:x:{identity.uid}:{identity.gid}:Milepost:{home}:/bin/sh\n"
    passwd.write_text(Path("/etc/passwd").read_text() + line)
    passwd.chmod(0o644)
    inner = command_as(identity, command)
    return ["unshare", "--mount", "--", "sh", "-c", _BIND_ACCOUNTS, "sh", str(passwd), *inner]


def make_folder(path: Path, *, owner: Identity, mode: int) -> Path:
    """Create ``path`` if need be and give it owner and mode. Its parents are left as they are."""
    path.mkdir(exist_ok=True)
    if not owner.is_current:
        os.chown(path, owner.uid, owner.gid)
    path.chmod(mode)
    return path
