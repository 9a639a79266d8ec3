# Each process forks until it has eight children: 256 processes where nothing stops them.
import os
import time

forks = 0
while forks < 8:
    try:
        os.fork()
        forks += 1
    except OSError:
        pass
time.sleep(1)
if sum(name.isdigit() for name in os.listdir("/proc")) > 200:
    print("ESCAPED fork bomb")
time.sleep(1)
