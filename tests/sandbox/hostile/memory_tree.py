# Eight processes, each below the limit, together above it.
import os
import time

for _ in range(8):
    if os.fork() == 0:
        held = bytearray(24 << 20)
        for page in range(0, len(held), 4096):
            held[page] = 1
        time.sleep(60)
time.sleep(60)
