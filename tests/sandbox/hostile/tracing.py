import os

from attempt import attempt, syscall

attempt("attach", syscall, "ptrace", 16, 1, 0, 0)
attempt("me", syscall, "ptrace", 0, 0, 0, 0)
attempt("read", syscall, "process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)
