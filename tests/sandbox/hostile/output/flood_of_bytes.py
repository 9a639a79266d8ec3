# Many processes, each byte in a call of its own.
import os

for _ in range(8):
    if os.fork() == 0:
        for _ in range(20_000):
            os.write(1, b"x")
        os._exit(0)
for _ in range(8):
    os.wait()
os.write(2, b"ESCAPED flood")
