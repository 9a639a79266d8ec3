import os
import signal
import time

from attempt import in_own_processes

if in_own_processes():
    if os.fork() == 0:
        time.sleep(10)
    os.kill(-1, signal.SIGKILL)
    print("END")
else:
    print("ESCAPED the host's processes would have died")
