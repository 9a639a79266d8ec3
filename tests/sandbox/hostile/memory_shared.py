# Anonymous memory shared by processes: of nobody in particular.
import mmap
import os
import time

held = []
for _ in range(16):
    block = mmap.mmap(-1, 16 << 20)
    for page in range(0, len(block), 4096):
        block[page] = 1
    held.append(block)
    os.fork()
time.sleep(60)
