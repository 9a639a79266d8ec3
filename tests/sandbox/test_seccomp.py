"""The filter's decisions on both architectures, by a small interpreter of its instructions.

That the kernel takes and obeys it is shown by the hostile programs.
"""

import errno
import struct

import pytest

from apps.sandbox import SandboxUnavailable, seccomp

ALLOW, KILL = 0x7FFF0000, 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def decide(
    machine: str,
    number: int,
    *arguments: int,
    audit: int | None = None,
    memory_is_counted: bool = True,
) -> int:
    program = seccomp.program(memory_is_counted=memory_is_counted, machine=machine)
    instructions = list(struct.iter_unpack("=HBBI", program))
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=IIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, *padded)
    accumulator, position = 0, 0
    while True:
        code, if_true, if_false, operand = instructions[position]
        position += 1
        if code == 0x20:  # load
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif code == 0x06:  # return
            return int(operand)
        else:
            met = {
                0x15: accumulator == operand,
                0x25: accumulator > operand,
                0x45: accumulator & operand != 0,
            }[code]
            position += if_true if met else if_false


def refused(number: int) -> int:
    return 0x00050000 | number


@pytest.mark.parametrize(
    ("machine", "read", "clone", "socket", "ioctl"),
    [("x86_64", 0, 56, 41, 16), ("aarch64", 63, 220, 198, 29)],
)
class TestEachArchitecture:
    def test_ordinary_calls_are_allowed(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        assert decide(machine, read) == ALLOW
        assert decide(machine, clone, 0x3D0F00) == ALLOW  # a thread of glibc's
        assert decide(machine, ioctl, 0, 0x5401) == ALLOW
        for family in (1, 2, 10, 16):
            assert decide(machine, socket, family) == ALLOW

    def test_namespaces_are_refused(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        for flag in (17, 25, 26, 27, 28, 29, 30):
            assert decide(machine, clone, 1 << flag | 17) == refused(errno.EPERM)

    def test_terminal_injection_is_refused(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        for request in (0x5412, 0x541C, 0x5423, 0x5412 | 1 << 32):
            assert decide(machine, ioctl, 0, request) == refused(errno.EPERM)

    def test_odd_sockets_are_refused(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        for family in (0, 3, 17, 38, 40, 44):
            assert decide(machine, socket, family) == refused(errno.EAFNOSUPPORT)
        assert decide(machine, socket, 16, 3, 15) == refused(errno.EAFNOSUPPORT)

    def test_internet_sockets_speak_tcp_and_udp_only(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        for family in (2, 10):
            for protocol in (0, 6, 17):
                assert decide(machine, socket, family, 1, protocol) == ALLOW
            for protocol in (1, 33, 115, 132, 136, 256, 262):
                assert decide(machine, socket, family, 1, protocol) == refused(
                    errno.EPROTONOSUPPORT
                )

    def test_unknown_calls_look_absent(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        assert decide(machine, 470) == refused(errno.ENOSYS)
        assert decide(machine, 435) == refused(errno.ENOSYS)

    def test_foreign_architecture_is_killed(
        self, machine: str, read: int, clone: int, socket: int, ioctl: int
    ) -> None:
        assert decide(machine, read, audit=0x40000003) == KILL


@pytest.mark.parametrize(
    ("machine", "mmap", "memfd_create", "shmget"),
    [("x86_64", 9, 319, 29), ("aarch64", 222, 279, 194)],
)
def test_huge_pages_are_refused(machine: str, mmap: int, memfd_create: int, shmget: int) -> None:
    assert decide(machine, mmap, 0, 4096, 3, 0x22) == ALLOW
    assert decide(machine, mmap, 0, 1 << 21, 3, 0x40022) == refused(errno.EPERM)
    assert decide(machine, memfd_create, 0, 1) == ALLOW
    assert decide(machine, memfd_create, 0, 5) == refused(errno.EPERM)
    assert decide(machine, shmget, 0, 4096, 0o1600) == ALLOW
    assert decide(machine, shmget, 0, 4096, 0o5600) == refused(errno.EPERM)


@pytest.mark.parametrize(("machine", "number"), [("x86_64", 206), ("aarch64", 0)])
def test_asynchronous_files_look_absent(machine: str, number: int) -> None:
    assert decide(machine, number) == refused(errno.ENOSYS)


@pytest.mark.parametrize(
    ("machine", "number"),
    [
        *(("x86_64", number) for number in (319, 29, 68, 64)),
        *(("aarch64", number) for number in (279, 194, 186, 190)),
    ],
)
def test_memory_of_nobody_is_refused_where_nothing_counts_it(machine: str, number: int) -> None:
    assert decide(machine, number, memory_is_counted=True) == ALLOW
    assert decide(machine, number, memory_is_counted=False) == refused(errno.ENOSYS)


def test_x32_calls_are_killed() -> None:
    assert decide("x86_64", 0x40000000) == KILL


def test_other_processors_are_unavailable() -> None:
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        seccomp.program(memory_is_counted=True, machine="riscv64")
