import os
import signal

from attempt import attempt, code_of, syscall

for name in ("NEWUSER", "NEWNS", "NEWNET", "NEWPID", "NEWIPC", "NEWUTS", "NEWCGROUP", "NEWTIME"):
    flag = getattr(os, f"CLONE_{name}")
    attempt(f"unshare {name}", syscall, "unshare", flag)
    if name != "NEWTIME":  # not a flag of clone()
        try:
            if syscall("clone", flag | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                os._exit(0)
            print("ESCAPED clone", name)
        except OSError as error:
            print("refused clone", name, code_of(error))
attempt("clone3", syscall, "clone3", 0, 0)
attempt("setns", syscall, "setns", os.open("/proc/self/ns/net", os.O_RDONLY), 0)
attempt("setns of a process", syscall, "setns", os.pidfd_open(os.getpid()), os.CLONE_NEWUTS)
