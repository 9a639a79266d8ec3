# A chain of short-lived processes, each in a session of its own: whoever goes through a list of
# processes to kill them comes too late. The first one waits, so that the chain's end is ours.
import os
import time

end = time.monotonic() + 5
if os.fork() == 0:
    while time.monotonic() < end:
        if os.fork() > 0:
            os._exit(0)
        os.setsid()
    os._exit(0)
time.sleep(3)
print("ESCAPED moving target")
