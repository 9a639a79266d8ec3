# Makes another name, in the job's own folder, for a file that is only lent.
import os

from attempt import attempt, call

AT_FDCWD, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = -100, 0x400, 0x1000
for name, path in (("lent", "/lent/file"), ("etc", "/etc/passwd"), ("usr", "/usr/bin/env")):
    attempt(name, os.link, path, name)
    descriptor = os.open(path, os.O_RDONLY)
    link = f"/proc/self/fd/{descriptor}".encode()
    attempt(f"{name} by descriptor", call, "linkat", AT_FDCWD, link, AT_FDCWD, b"x", AT_SYMLINK_FOLLOW)
    attempt(f"{name} moved", os.rename, path, name)
