# Many short-lived children, none of which computes for long.
import os
import time

for _ in range(80):
    if os.fork() == 0:
        while time.process_time() < 0.05:
            pass
        os._exit(0)
    os.wait()
print("ESCAPED burn by children")
