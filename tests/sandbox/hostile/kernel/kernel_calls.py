# The arguments make no sense: should the kernel ever read them, it says so and does nothing.
import ctypes

from attempt import denied, syscall

zeros = ctypes.create_string_buffer(256)
impossible = ctypes.create_string_buffer(b"\xff" * 16)  # a time with −1 nanoseconds
denied("add_key", syscall, "add_key", 0, 0, 0, 0, -3)
denied("keyctl", syscall, "keyctl", 0, -3, 0, 0, 0)
denied("bpf", syscall, "bpf", 0, zeros, 64)
denied("io_uring", syscall, "io_uring_setup", 1, zeros)
denied("io_setup", syscall, "io_setup", 0, zeros)
denied("userfaultfd", syscall, "userfaultfd", 1)
denied("perf", syscall, "perf_event_open", zeros, 0, -1, -1, 0)
denied("kexec", syscall, "kexec_load", 0, 1 << 20, 0, 0)
denied("reboot", syscall, "reboot", 0, 0, 0, 0)
denied("unknown", syscall, "unknown")
denied("clock", syscall, "clock_settime", 0, impossible)
