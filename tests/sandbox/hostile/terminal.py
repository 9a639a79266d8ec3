import fcntl
import os
import pty

from attempt import attempt

_, slave = pty.openpty()
attempt("TIOCSTI", fcntl.ioctl, slave, 0x5412, b"x")
attempt("TIOCLINUX", fcntl.ioctl, slave, 0x541C, b"\x03")
attempt("tty", os.open, "/dev/tty", os.O_RDWR)
