# Space that is asked for, not written.
import os

from attempt import MIB, attempt

with open("giant", "wb") as giant, open("large", "wb") as large:
    attempt("giant", os.posix_fallocate, giant.fileno(), 0, 1 << 40)
    os.posix_fallocate(large.fileno(), 0, 6 * MIB)
    attempt("more", os.posix_fallocate, giant.fileno(), 0, 6 * MIB)
    os.unlink("large")
