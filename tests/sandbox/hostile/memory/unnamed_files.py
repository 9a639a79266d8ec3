# Files in memory that stand in no file system.
import os

from attempt import MIB

held = []
for _ in range(50):
    held.append(os.memfd_create("x"))
    os.write(held[-1], b"x" * (8 * MIB))
print("ESCAPED unnamed files")
