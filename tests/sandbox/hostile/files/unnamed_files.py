# Files that never had a name take inodes as well.
import os

from attempt import attempt

held = []
for folder in ("/", "/usr", "/etc", "/dev"):
    attempt(folder, os.open, folder, os.O_TMPFILE | os.O_RDWR)
for _ in range(1000):
    held.append(os.open("/tmp", os.O_TMPFILE | os.O_RDWR))
print("ESCAPED unnamed files")
