"""Shared by the hostile programs: tries something that must be refused, and says what happened.

A program prints "ESCAPED …" as soon as something got through, and ends by itself some seconds
later, so that it does no harm where the layer that guards against it is missing.
"""

import ctypes
import errno
import platform
import sys

# A word of this run alone: whatever a program makes bears it, so that leftovers can be found.
TOKEN = sys.argv[-1]
MIB = 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)
# System calls without a function in the C library: numbers on x86_64 and aarch64.
NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fanotify_init": (300, 262),
    "fsopen": (430, 430),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "ioperm": (173, -1),
    "iopl": (172, -1),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "modify_ldt": (154, -1),
    "mount": (165, 40),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "sched_setattr": (314, 274),
    "setns": (308, 268),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "umount2": (166, 39),
    "unknown": (460000, 460000),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}


def syscall(name, *arguments):
    number = NUMBERS[name][platform.machine() == "aarch64"]
    return _checked(_libc.syscall(number, *map(_long, arguments)), name)


def call(name, *arguments):
    """A function of the C library that returns a number below 0 for failure, and sets errno."""
    function = getattr(_libc, name)
    function.restype = ctypes.c_long
    return _checked(ctypes.c_int(function(*map(_long, arguments))).value, name)


def _long(argument):
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _checked(result, name):
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def attempt(name, action, *arguments):
    """``action`` must raise OSError."""
    try:
        value = action(*arguments)
    except (OSError, ValueError) as error:
        print("refused", name, code_of(error), flush=True)
    else:
        print(f"ESCAPED {name}: {value!r}", flush=True)


def denied(name, action, *arguments):
    """``action``, with arguments that make no sense, must be refused before anyone reads them."""
    try:
        value = action(*arguments)
    except OSError as error:
        word = "refused" if error.errno in (errno.EPERM, errno.ENOSYS) else "ESCAPED"
        print(word, name, code_of(error), flush=True)
    else:
        print(f"ESCAPED {name}: {value!r}", flush=True)


def code_of(error):
    return errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)


def in_own_processes():
    """Whether process 1 is the sandbox's: else a signal would reach those of the host."""
    with open("/proc/1/cmdline", "rb") as file:
        return file.read().startswith(b"bwrap\0")


def touch(block):
    for page in range(0, len(block), 4096):
        block[page] = 1


def privileges(process="self"):
    names = ("NoNewPrivs", "CapEff", "CapPrm", "CapBnd", "Seccomp")
    with open(f"/proc/{process}/status") as file:
        fields = dict(line.split(":\t") for line in file if ":\t" in line)
    return " ".join(f"{name}={int(fields[name], 16)}" for name in names)
