"""Shared by the hostile programs: tries something that must be refused, and says what happened."""

import ctypes
import errno
import platform

_libc = ctypes.CDLL(None, use_errno=True)
# Numbers of system calls on x86_64 and aarch64.
NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone3": (435, 435),
    "clone": (56, 220),
    "clock_settime": (227, 112),
    "fsopen": (430, 430),
    "io_uring_setup": (425, 425),
    "ioprio_set": (251, 30),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "mount": (165, 40),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "reboot": (169, 142),
    "setns": (308, 268),
    "shmget": (29, 194),
    "umount2": (166, 39),
    "unknown": (460000, 460000),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}


def syscall(name, *arguments):
    number = NUMBERS[name][platform.machine() == "aarch64"]
    result = _libc.syscall(number, *(ctypes.c_long(argument) for argument in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def attempt(name, action, *arguments):
    """``action`` must raise OSError."""
    try:
        value = action(*arguments)
    except (OSError, ValueError) as error:
        code = errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)
        print(f"refused {name} {code}", flush=True)
    else:
        print(f"ESCAPED {name}: {value!r}", flush=True)
