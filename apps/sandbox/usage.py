"""What a job has used so far, however the tier at hand counts it."""

from dataclasses import dataclass
from typing import Protocol

# bubblewrap outside, and bubblewrap as process 1 inside: on top of what a job may start.
OWN_PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    cpu_s: float = 0.0  # of the whole tree
    peak_memory_bytes: int = 0
    out_of_memory: bool = False
    # New processes or threads that were refused; in the fallback tier 1 once the limit was met.
    refused_processes: int = 0


class Meter(Protocol):
    """The memory, process and CPU accounting of one job."""

    tier: str

    def join_descriptors(self) -> list[int]:
        """Files to which the launcher writes "0" to place itself under the limits."""
        ...

    def watch(self, bubblewrap: int) -> None:
        """``bubblewrap``: the process whose only child is process 1 inside."""
        ...

    def measure(self) -> Usage: ...

    def close(self) -> None:
        """Ends what is left under the limits and removes what was made for them."""
        ...
