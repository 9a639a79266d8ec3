# Terminals of the host, which has at least one open: then the first of ours is not number 0.
import array
import fcntl
import os

TIOCGPTN = 0x80045430

made = []
try:
    for _ in range(100):
        made.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
except PermissionError:  # the host's, which is not for this user
    pass
number = array.array("I", [1])
if made:
    fcntl.ioctl(made[0], TIOCGPTN, number)
print("own" if number[0] == 0 else "ESCAPED", len(made))
