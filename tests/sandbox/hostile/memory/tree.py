# Eight processes, each below the limit, together above it, and all of them at the same time.
import os
import signal
import time

from attempt import MIB, touch

filled, fill = os.pipe()
released, release = os.pipe()
for _ in range(8):
    if os.fork() == 0:
        os.close(release)
        signal.alarm(10)  # where another was ended before it could say that it is full
        held = bytearray(24 * MIB)
        touch(held)
        os.write(fill, b"x")
        os.read(released, 1)
        os._exit(0)
os.close(fill)
count = 0
while count < 8 and os.read(filled, 1):
    count += 1
time.sleep(2)
os.close(release)
if not any(os.wait()[1] for _ in range(8)):
    print("ESCAPED memory of a tree")
