# Whoever opens a named pipe to read it waits for a writer, and a device may be anything.
import os
import socket
import stat

from attempt import attempt, call

AT_FDCWD, RENAME_WHITEOUT = -100, 4
os.mkdir("out")
attempt("fifo", os.mkfifo, "out/fifo")
attempt("node", os.mknod, "out/node", 0o600 | stat.S_IFIFO)
attempt("device", os.mknod, "out/device", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
socket.socket(socket.AF_UNIX).bind("out/socket")
open("out/moved", "w").close()
# Leaves a device with the numbers 0 and 0, which nobody can open.
call("renameat2", AT_FDCWD, b"out/moved", AT_FDCWD, b"out/good", RENAME_WHITEOUT)
