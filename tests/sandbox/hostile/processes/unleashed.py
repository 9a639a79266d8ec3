# Lets go of everything that ends a process together with its parent, in every process of a tree.
import os
import signal
import time

from attempt import call

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
for _ in range(3):
    call("prctl", PR_SET_PDEATHSIG, 0, 0, 0, 0)
    call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
time.sleep(3)
print("ESCAPED unleashed")
