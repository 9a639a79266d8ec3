# Whoever opens a file on which another process has a lease waits, up to 45 seconds.
import fcntl
import os

from attempt import denied

own = os.open("own", os.O_CREAT | os.O_RDWR)
denied("F_SETLEASE", fcntl.fcntl, own, fcntl.F_SETLEASE, fcntl.F_WRLCK)
denied("F_SETDELEG", fcntl.fcntl, own, 1040, 0)
# What programs do need.
fcntl.fcntl(own, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
fcntl.lockf(own, fcntl.LOCK_EX)
print("END")
