"""How close to its limit each way of using memory gets: a JSON object on each line."""

import dataclasses
import json
import os
import sys
from pathlib import Path

from apps.sandbox import Limits, run

HOSTILE = Path(__file__).resolve().parent.parent / "sandbox" / "hostile"
LIMITS = Limits(wall_s=60, cpu_s=60, memory_mb=128, pids=24)
PROGRAMS = (
    "memory.process",
    "memory.tree",
    "memory.shared",
    "memory.in_files",
    "processes.fork_bomb",
)


def main() -> None:
    for program in PROGRAMS:
        limits = (
            LIMITS if program != "processes.fork_bomb" else dataclasses.replace(LIMITS, wall_s=5)
        )
        result = run(
            [os.path.realpath(sys.executable), "-B", "-m", program],
            directory=HOSTILE,
            limits=limits,
        )
        told = {
            "program": program,
            "tier": result.limit_tier,
            "outcome": result.outcome,
            "limit": limits.memory_mb << 20,
            "peak": result.peak_memory_bytes,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
