import glob
import os
import sys

for folder in ("/job", "/tmp", "/dev/shm"):
    if os.path.exists(f"{folder}/{sys.argv[2]}"):
        print("ESCAPED", folder)
for path in glob.glob(f"/proc/*/root/job/{sys.argv[2]}"):
    print("ESCAPED", path)
print("END")
