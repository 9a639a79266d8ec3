import glob
import os

from attempt import TOKEN, attempt

for folder in ("/job", "/tmp", "/dev/shm"):
    attempt(folder, os.stat, f"{folder}/{TOKEN}")
print("ESCAPED" if glob.glob(f"/proc/*/root/job/{TOKEN}") else "refused", "root")
