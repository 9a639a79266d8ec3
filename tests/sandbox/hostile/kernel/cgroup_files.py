import glob
import os

from attempt import attempt

attempt("cgroup", os.listdir, "/sys/fs/cgroup")
attempt("root", open, "/proc/1/root/sys/fs/cgroup/pids/cgroup.procs", "w")
names = [line.split(":")[2].strip() for line in open("/proc/self/cgroup")]
print("ESCAPED" if any("run-" in name for name in names) else "hidden")
