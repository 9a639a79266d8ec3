# Anonymous memory shared by processes: of nobody in particular.
import mmap
import os
import time

from attempt import MIB, touch

block = mmap.mmap(-1, 256 * MIB)
for _ in range(3):
    if os.fork() == 0:
        break
for start in range(0, len(block), 16 * MIB):
    touch(memoryview(block)[start : start + 16 * MIB])
time.sleep(1)
print("ESCAPED shared memory")
