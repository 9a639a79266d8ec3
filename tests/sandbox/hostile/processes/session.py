# Whoever shares a session with the worker can read from and type into its terminal.
import os

from attempt import attempt

print("ESCAPED" if os.getsid(0) == 0 or os.getpgrp() == 0 else "own session")  # 0: of the host
attempt("tty", os.open, "/dev/tty", os.O_RDWR)
