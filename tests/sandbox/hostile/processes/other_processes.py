import os
import sys

from attempt import attempt

processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print("seen" if len(processes) == 2 else "ESCAPED", len(processes))  # process 1 and this one
attempt("host", os.kill, int(sys.argv[1]), 0)
# Whoever sees the command line of process 1 learns nothing of the host: it ends with our own.
line = open("/proc/1/cmdline", "rb").read()
own = open("/proc/self/cmdline", "rb").read()
print("line" if line.endswith(b"\0--\0" + own) else "ESCAPED", line.split(b"\0")[:2])
