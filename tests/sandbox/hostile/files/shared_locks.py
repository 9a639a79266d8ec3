# A lock on a file that other jobs and the worker see as well.
import fcntl
import os

for path in ("/lent", "/lent/file", "/usr/bin/env"):
    fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX)
print("END")
