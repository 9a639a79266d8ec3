# Stops its whole process group, itself included: nobody is left to go on.
import os
import signal
import time

parent = os.getpid()
if os.fork() == 0:
    os.setsid()  # only to end what would never end by itself
    time.sleep(3)
    os.kill(parent, signal.SIGCONT)
else:
    time.sleep(0.1)
    os.kill(0, signal.SIGSTOP)
    print("ESCAPED stopped")
