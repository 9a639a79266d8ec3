"""Runs one command, under limits, away from everything else. Standard library only."""

from apps.sandbox.model import (
    GATEWAY_PORT,
    JOB,
    Artifact,
    Gateway,
    Limits,
    Mount,
    Outcome,
    OutputCallback,
    Result,
    SandboxUnavailable,
)
from apps.sandbox.run import available, run

__all__ = [
    "GATEWAY_PORT",
    "JOB",
    "Artifact",
    "Gateway",
    "Limits",
    "Mount",
    "Outcome",
    "OutputCallback",
    "Result",
    "SandboxUnavailable",
    "available",
    "run",
]
