"""What a job has used so far, however the tier at hand counts it."""

from dataclasses import dataclass
from typing import Protocol

from apps.sandbox.model import Limits

# The launcher, bubblewrap, and bubblewrap as process 1 inside: on top of what a job may start.
OWN_PROCESSES = 3
LOOK_S = 0.03  # between two looks at what a job uses


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

    def limit(self, limits: Limits) -> None:
        """Before the job starts."""
        ...

    def watch(self, bubblewrap: int) -> None:
        """``bubblewrap``: the process whose only child is process 1 inside."""
        ...

    def next_look_s(self) -> float:
        """Seconds until the job should be measured again."""
        ...

    def measure(self) -> Usage: ...

    def close(self) -> None: ...
