# Anonymous shared memory, filled by processes that have ended since: of nobody in particular.
import mmap
import os

from attempt import MIB, touch

block = mmap.mmap(-1, 256 * MIB)
for start in range(0, len(block), 16 * MIB):
    if os.fork() == 0:
        touch(memoryview(block)[start : start + 16 * MIB])
        os._exit(0)
    if os.wait()[1]:
        raise SystemExit(1)
print("ESCAPED shared memory")
