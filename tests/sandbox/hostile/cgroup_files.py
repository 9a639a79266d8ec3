import glob
import os

from attempt import attempt

attempt("cgroup", os.listdir, "/sys/fs/cgroup")
print("found", len(glob.glob("/**/cgroup.procs", recursive=False)))
attempt("root", open, "/proc/1/root/sys/fs/cgroup/pids/cgroup.procs", "w")
