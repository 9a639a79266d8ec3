import os
import time

from attempt import attempt, denied, syscall

PTRACE_TRACEME, PTRACE_SEIZE = 0, 0x4206
child = os.fork()
if child == 0:
    time.sleep(5)
    os._exit(0)
attempt("child", syscall, "ptrace", PTRACE_SEIZE, child, 0, 0)
attempt("me", syscall, "ptrace", PTRACE_TRACEME, 0, 0, 0)
denied("read", syscall, "process_vm_readv", child, 0, 0, 0, 0, 1)
denied("write", syscall, "process_vm_writev", child, 0, 0, 0, 0, 1)
os.kill(child, 9)
