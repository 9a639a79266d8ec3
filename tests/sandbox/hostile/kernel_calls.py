import ctypes
import time

from attempt import attempt, syscall

zeros = ctypes.addressof(ctypes.create_string_buffer(256))
key = ctypes.addressof(ctypes.create_string_buffer(b"user"))
attempt("add_key", syscall, "add_key", key, key, zeros, 1, -3)
attempt("keyctl", syscall, "keyctl", 0, -3, 0, 0, 0)
attempt("bpf", syscall, "bpf", 0, zeros, 64)
attempt("io_uring", syscall, "io_uring_setup", 1, zeros)
attempt("userfaultfd", syscall, "userfaultfd", 1)
attempt("perf", syscall, "perf_event_open", zeros, 0, -1, -1, 0)
attempt("kexec", syscall, "kexec_load", 0, 0, 0, 0)
attempt("reboot", syscall, "reboot", 0xFEE1DEAD, 672274793, 0, 0)
attempt("unknown", syscall, "unknown")
attempt("clock", time.clock_settime, time.CLOCK_REALTIME, time.time())
