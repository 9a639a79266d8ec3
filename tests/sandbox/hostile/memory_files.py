# Files in memory that stand in no file system.
import os

held = []
while True:
    descriptor = os.memfd_create("x")
    held.append(descriptor)
    os.write(descriptor, b"x" * (8 << 20))
