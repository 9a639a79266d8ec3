# Files that nobody can remove again.
import fcntl
import os
import struct

from attempt import attempt

FS_IOC_SETFLAGS, FS_IMMUTABLE_FL, FS_APPEND_FL = 0x40086602, 0x10, 0x20
descriptor = os.open("file", os.O_CREAT | os.O_RDWR)
for name, flag in (("immutable", FS_IMMUTABLE_FL), ("append", FS_APPEND_FL)):
    attempt(name, fcntl.ioctl, descriptor, FS_IOC_SETFLAGS, struct.pack("q", flag))
attempt("trusted", os.setxattr, "file", "trusted.x", b"x")
attempt("security", os.setxattr, "file", "security.x", b"x")
attempt("owner", os.chown, "file", 0, 0)
