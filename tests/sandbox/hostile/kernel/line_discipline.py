# Each number makes the host's kernel load a module that gives a meaning to a terminal's bytes.
import fcntl
import pty
import struct

from attempt import denied

TIOCSETD = 0x5423
_, slave = pty.openpty()
for name, number in (("N_TTY", 0), ("unknown", 99)):  # for which there is nothing to load
    denied(name, fcntl.ioctl, slave, TIOCSETD, struct.pack("i", number))
