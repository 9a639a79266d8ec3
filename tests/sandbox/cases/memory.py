"""More memory than the limit, where one process, many or none of them has it."""

from dataclasses import replace

from apps.sandbox import Limits, Outcome
from apps.sandbox.model import Layer
from tests.sandbox.cases.case import OUT_OF_MEMORY, SMALL, Case, Guard, refused

EXIT_CODE_1 = (Outcome.NONZERO_EXIT, "The program ended with exit code 1.")
LITTLE = replace(SMALL, memory_mb=48)
LARGE_DISK = replace(SMALL, disk_mb=256)


def _uncounted(program: str, limits: Limits, lacks_in_fallback: str = "") -> Case:
    """Memory that stands in no process, so that only a control group can count it."""
    return Case(
        program=program,
        guarded_by=Guard.CGROUP_MEMORY,
        outcome=Outcome.OUT_OF_MEMORY,
        message=f"The program used more than {limits.memory_mb} MiB of memory.",
        limits=limits,
        lacks_in_fallback=lacks_in_fallback,
    )


MEMORY = [
    *(
        Case(
            program=f"memory.{name}",
            guarded_by=Guard.CGROUP_MEMORY,
            outcome=Outcome.OUT_OF_MEMORY,
            message=OUT_OF_MEMORY,
        )
        for name in ("process", "tree", "shared")
    ),
    Case(
        program="memory.oom_dodger",
        guarded_by=Guard.CGROUP_MEMORY,
        outcome=Outcome.OUT_OF_MEMORY,
        message=OUT_OF_MEMORY,
        says=("refused own EACCES",),
    ),
    Case(
        program="memory.unnamed_files",
        guarded_by=Guard.CGROUP_MEMORY,
        outcome=Outcome.OUT_OF_MEMORY,
        message=OUT_OF_MEMORY,
        fallback=EXIT_CODE_1,
    ),
    _uncounted("memory.shared_by_dead", SMALL, "nothing counts shared pages of ended processes"),
    _uncounted("memory.page_tables", SMALL, "nothing counts page tables"),
    _uncounted("memory.socket_buffers", LITTLE, "nothing counts what waits in sockets"),
    _uncounted("memory.pipes", LITTLE, "nothing counts what waits in pipes"),
    _uncounted("memory.in_files", LARGE_DISK, "files count for the disk only"),
    replace(_uncounted("memory.messages", LITTLE), fallback=EXIT_CODE_1),
    Case(
        program="memory.queues",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=refused("EMFILE", "queue"),
    ),
    Case(
        program="memory.locked",
        guarded_by=Layer.RESOURCE_LIMITS,
        says=(*refused("ENOMEM", "mlock", "mlockall"), "refused MAP_LOCKED EAGAIN"),
    ),
    Case(
        program="memory.huge_pages",
        guarded_by=Layer.SECCOMP,
        says=refused("EPERM", "mmap", "memfd"),
        fallback_says=("refused mmap EPERM", "refused memfd ENOSYS"),
    ),
]
