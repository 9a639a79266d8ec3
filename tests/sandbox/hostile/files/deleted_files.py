# Files without a name are found by nobody who adds up what a folder holds.
import os

from attempt import MIB

held = []
for number in range(8):
    held.append(open("giant", "wb"))
    os.unlink("giant")
    held[-1].write(b"x" * (4 * MIB))
print("ESCAPED deleted files")
