import os
import sys

from attempt import attempt

processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print("seen", len(processes))
attempt("host", os.kill, int(sys.argv[2]), 0)
for name in os.listdir("/proc/1/fd"):
    if int(name) > 2:
        attempt(f"descriptor-{name}", open, f"/proc/1/fd/{name}", "r+b")
print("line", open("/proc/1/cmdline", "rb").read())
