# Eight processes, each below the limit, together above it.
import os
import time

from attempt import MIB, touch

for _ in range(8):
    if os.fork() == 0:
        held = bytearray(24 * MIB)
        touch(held)
        time.sleep(2)
        os._exit(0)
time.sleep(2)
print("ESCAPED memory of a tree")
