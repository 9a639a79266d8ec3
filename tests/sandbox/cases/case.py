"""What a hostile program is given, and how it must end."""

from dataclasses import dataclass, replace
from enum import StrEnum

from apps.sandbox import Limits, Outcome
from apps.sandbox.model import Layer

SMALL = Limits(wall_s=20, cpu_s=20, memory_mb=128, pids=24, disk_mb=8, inodes=400, output_kb=64)
BRIEF = replace(SMALL, wall_s=0.5)

OUT_OF_MEMORY = "The program used more than 128 MiB of memory."
DISK_FULL = "The program's files need more than 8 MiB or are more than 400."
TOO_MANY_PROCESSES = "The program started more than 24 processes and threads at once."
TOO_LONG = "The program ran for more than 0.5 s."


class Guard(StrEnum):
    """What is no layer of the sandbox but a limit or a rule of the caller's."""

    CGROUP_MEMORY = "limit of memory"
    CGROUP_PIDS = "limit of processes"
    DISK_SIZE = "limit of the disk's size"
    DISK_INODES = "limit of the disk's inodes"
    WALL = "limit of wall-clock time"
    CPU = "limit of processor time"
    OUTPUT = "limit of the output"
    READ_ONLY_MOUNTS = "mounts that are not writable"
    ARTIFACT_RULES = "rules for artefacts"
    DESCRIPTORS = "descriptors closed"
    ENVIRONMENT = "environment cleared"


@dataclass(frozen=True, kw_only=True)
class Case:
    program: str  # its module below ``hostile``
    # The layer that exists just for this: without it the program prints "ESCAPED" or ends with
    # another outcome. None where two layers or the kernel by itself would stop it.
    guarded_by: Layer | Guard | None
    outcome: Outcome = Outcome.OK
    message: str = ""
    fallback: tuple[Outcome, str] | None = None  # where they differ without control groups
    limits: Limits = SMALL
    arguments: tuple[str, ...] = ()  # names of fields of ``Host``
    beside_another_job: bool = False
    # What the fallback tier lacks: the case is then expected to fail there.
    lacks_in_fallback: str = ""
    # The lines of standard output, exactly; None where they depend on the moment.
    says: tuple[str, ...] | None = ()
    fallback_says: tuple[str, ...] | None = None  # where they differ without control groups
    artifacts: tuple[str, ...] = ()  # of the folder "out"
    refused: tuple[str, ...] = ()  # of the folder "out", with the reasons

    def expected(self, tier: str) -> tuple[Outcome, str]:
        if tier == "fallback" and self.fallback is not None:
            return self.fallback
        return self.outcome, self.message

    def expected_lines(self, tier: str) -> tuple[str, ...] | None:
        if tier == "fallback" and self.fallback_says is not None:
            return self.fallback_says
        return self.says


def refused(code: str, *names: str) -> tuple[str, ...]:
    """The lines of attempts that have failed with ``code``."""
    return tuple(f"refused {name} {code}" for name in names)
