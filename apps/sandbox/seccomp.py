"""The system-call filter of a job, assembled as a classic BPF program.

What it denies is what namespaces do not contain (AF_VSOCK, keyrings, io_uring, userfaultfd) and
what a job that only computes never needs. See seccomp(2) and <linux/filter.h>.
"""

import functools
import platform
import struct
from dataclasses import dataclass
from errno import EAFNOSUPPORT, ENOSYS, EPERM, EPROTONOSUPPORT

from apps.sandbox.model import SandboxUnavailable

# BPF opcodes: load a word of seccomp_data, compare it, return.
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_GREATER = 0x25  # BPF_JMP | BPF_JGT | BPF_K
_JUMP_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

# Offsets in struct seccomp_data (little endian): number, architecture, low words of arguments.
_NUMBER, _ARCHITECTURE = 0, 4
_ARGUMENTS = (16, 24, 32, 40)

_X32_BIT = 0x40000000
# The newest call judged here (file_setattr, Linux 6.17). Later ones do not exist for a job.
_NEWEST_CALL = 469

_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
# For any other internet protocol (SCTP, DCCP, L2TP, …) the kernel looks for a module to load.
_DEFAULT_PROTOCOL, _TCP, _UDP = 0, 6, 17
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* flag that clone() takes
# Huge pages that the host keeps ready are outside of every memory limit.
_MAP_HUGETLB, _MFD_HUGETLB, _SHM_HUGETLB = 0x40000, 0x4, 0o4000
# Requests of ioctl(): the first two type into a terminal, the third loads a kernel module.
_TIOCSTI, _TIOCLINUX, _TIOCSETD = 0x5412, 0x541C, 0x5423
# Commands of fcntl(): whoever opens the file waits, and jobs share the files of environments.
_F_SETLEASE, _F_SETDELEG = 1024, 1040

type _Instruction = tuple[int, int, int, int]  # opcode, jump if true, jump if false, operand

# name: (number on x86_64, number on aarch64), None where the call does not exist.
type _Calls = dict[str, tuple[int | None, int | None]]

_MEMFD_CREATE, _SHMGET = (319, 279), (29, 194)

# Programs have a fallback for a kernel without these, so they look absent.
_ABSENT: _Calls = {
    "clone3": (435, 435),  # its flags stand in memory, where a filter cannot see them
    "io_setup": (206, 0),  # one job could take all that fs.aio-max-nr grants to the whole host
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "memfd_secret": (447, 447),
}

# Memory that belongs to no process, so that only a cgroup can count it.
_UNCOUNTED_MEMORY: _Calls = {
    "memfd_create": _MEMFD_CREATE,
    "shmget": _SHMGET,
    "msgget": (68, 186),
    "semget": (64, 190),
}

_FORBIDDEN: _Calls = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "create_module": (174, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Architecture:
    column: int  # of the tables above
    audit: int  # AUDIT_ARCH_* of <linux/audit.h>
    clone: int
    socket: int
    socketpair: int
    ioctl: int
    fcntl: int
    mmap: int


_ARCHITECTURES = {
    "x86_64": _Architecture(
        column=0, audit=0xC000003E, clone=56, socket=41, socketpair=53, ioctl=16, fcntl=72, mmap=9
    ),
    "aarch64": _Architecture(
        column=1,
        audit=0xC00000B7,
        clone=220,
        socket=198,
        socketpair=199,
        ioctl=29,
        fcntl=25,
        mmap=222,
    ),
}


def supported() -> bool:
    return platform.machine() in _ARCHITECTURES


@functools.cache
def program(*, memory_is_counted: bool, machine: str | None = None) -> bytes:
    """The filter as an array of ``struct sock_filter``, as bubblewrap's ``--seccomp`` reads it.

    ``memory_is_counted``: a cgroup counts the job's memory, also where no process maps it.
    Raises SandboxUnavailable for a processor without tables here.
    """
    name = machine or platform.machine()
    if name not in _ARCHITECTURES:
        raise SandboxUnavailable(
            f"Milepost has no system-call filter for {name} processors; "
            "run the worker on an x86_64 or aarch64 machine."
        )
    architecture = _ARCHITECTURES[name]
    column = architecture.column
    absent = _ABSENT if memory_is_counted else _ABSENT | _UNCOUNTED_MEMORY
    instructions = [
        *_check_architecture(architecture),
        *_refuse_unknown(),
        *_refuse(_numbers(absent, architecture), ENOSYS),
        *_refuse(_numbers(_FORBIDDEN, architecture), EPERM),
        *_filter_flags(architecture.clone, argument=0, refused=_NEW_NAMESPACES),
        *_filter_flags(architecture.mmap, argument=3, refused=_MAP_HUGETLB),
        *_filter_flags(_MEMFD_CREATE[column], argument=1, refused=_MFD_HUGETLB),
        *_filter_flags(_SHMGET[column], argument=2, refused=_SHM_HUGETLB),
        *_filter_second_argument(architecture.ioctl, [_TIOCSTI, _TIOCLINUX, _TIOCSETD]),
        *_filter_second_argument(architecture.fcntl, [_F_SETLEASE, _F_SETDELEG]),
        *_filter_sockets(architecture.socket),
        *_filter_sockets(architecture.socketpair),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def _numbers(calls: _Calls, architecture: _Architecture) -> list[int]:
    columns = (numbers[architecture.column] for numbers in calls.values())
    return sorted(number for number in columns if number is not None)


def _check_architecture(architecture: _Architecture) -> list[_Instruction]:
    check: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if architecture.column == 0:
        check += [(_JUMP_ANY_BIT, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL_PROCESS)]
    return check


def _refuse_unknown() -> list[_Instruction]:
    return [(_JUMP_GREATER, 0, 1, _NEWEST_CALL), (_RETURN, 0, 0, _ERRNO | ENOSYS)]


def _refuse(numbers: list[int], errno: int) -> list[_Instruction]:
    """Expects what is compared (the number of the call) in the accumulator, and leaves it there."""
    refuse: list[_Instruction] = []
    for number in numbers:
        refuse += _when(number, [(_RETURN, 0, 0, _ERRNO | errno)])
    return refuse


def _when(value: int, then: list[_Instruction]) -> list[_Instruction]:
    """Leaves the accumulator as it is when it holds another value."""
    return [(_JUMP_EQUAL, 0, len(then), value), *then]


def _filter_flags(number: int, *, argument: int, refused: int) -> list[_Instruction]:
    judge: list[_Instruction] = [
        (_LOAD, 0, 0, _ARGUMENTS[argument]),
        (_JUMP_ANY_BIT, 0, 1, refused),
        (_RETURN, 0, 0, _ERRNO | EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return _when(number, judge)


def _filter_second_argument(number: int, refused: list[int]) -> list[_Instruction]:
    """For a call whose second argument says what it is to do."""
    judge: list[_Instruction] = [
        (_LOAD, 0, 0, _ARGUMENTS[1]),
        *_refuse(refused, EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return _when(number, judge)


def _filter_sockets(number: int) -> list[_Instruction]:
    internet = _allow_protocols([_DEFAULT_PROTOCOL, _TCP, _UDP], EPROTONOSUPPORT)
    judge: list[_Instruction] = [
        (_LOAD, 0, 0, _ARGUMENTS[0]),
        *_when(_AF_UNIX, [(_RETURN, 0, 0, _ALLOW)]),
        *_when(_AF_INET, internet),
        *_when(_AF_INET6, internet),
        # NETLINK_ROUTE (0), which getaddrinfo() asks for the addresses.
        *_when(_AF_NETLINK, _allow_protocols([0], EAFNOSUPPORT)),
        (_RETURN, 0, 0, _ERRNO | EAFNOSUPPORT),
    ]
    return _when(number, judge)


def _allow_protocols(protocols: list[int], errno: int) -> list[_Instruction]:
    allow: list[_Instruction] = [(_LOAD, 0, 0, _ARGUMENTS[2])]
    for protocol in protocols:
        allow += _when(protocol, [(_RETURN, 0, 0, _ALLOW)])
    return [*allow, (_RETURN, 0, 0, _ERRNO | errno)]
