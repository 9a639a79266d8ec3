# Types into a terminal, as if the one who looks at it had done so.
import fcntl
import os
import pty

from attempt import attempt, call, denied

_, slave = pty.openpty()
if os.fork():
    os.wait()
    raise SystemExit(0)
os.setsid()
fcntl.ioctl(slave, 0x540E, 0)  # TIOCSCTTY: only into one's own terminal may one type
denied("TIOCSTI", fcntl.ioctl, slave, 0x5412, b"x")
# The kernel reads the lower half of the request only (CVE-2019-10063).
denied("TIOCSTI with a high bit", call, "ioctl", slave, 0x5412 | 1 << 32, b"x")
denied("TIOCLINUX", fcntl.ioctl, slave, 0x541C, b"\x03")
denied("TIOCCONS", fcntl.ioctl, slave, 0x541D)
attempt("console", os.open, "/dev/console", os.O_RDWR)
