# Takes back what was given up, or gives itself what it never had.
import ctypes
import os

from attempt import attempt, call, privileges

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_SECUREBITS, PR_SET_MM, PR_CAP_AMBIENT = 38, 22, 28, 35, 47
CAP_SYS_ADMIN = 21
attempt("no_new_privs off", call, "prctl", PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)
attempt("seccomp off", call, "prctl", PR_SET_SECCOMP, 0, 0, 0, 0)
attempt("securebits", call, "prctl", PR_SET_SECUREBITS, 1, 0, 0, 0)
attempt("memory map", call, "prctl", PR_SET_MM, 1, 4096, 0, 0)
attempt("ambient", call, "prctl", PR_CAP_AMBIENT, 2, CAP_SYS_ADMIN, 0, 0)
header = ctypes.create_string_buffer(bytes.fromhex("22050820") + b"\0" * 4)  # version 3, myself
sets = ctypes.create_string_buffer(b"\xff\xff\xff\xff" * 2 + b"\0" * 16)
attempt("capset", call, "capset", header, sets)
call("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
print(privileges())
