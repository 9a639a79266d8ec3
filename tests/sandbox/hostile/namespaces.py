import os
import signal

from attempt import attempt, syscall

for name in ("NEWUSER", "NEWNS", "NEWNET", "NEWPID", "NEWIPC", "NEWUTS"):
    flag = getattr(os, f"CLONE_{name}")
    attempt(f"unshare-{name}", syscall, "unshare", flag)
    attempt(f"clone-{name}", syscall, "clone", flag | signal.SIGCHLD, 0, 0, 0, 0)
attempt("clone3", syscall, "clone3", 0, 0)
descriptor = os.open("/proc/1/ns/net", os.O_RDONLY)
attempt("setns", syscall, "setns", descriptor, 0)
