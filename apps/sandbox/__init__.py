"""Runs a command or a server, under limits, away from everything else. Standard library only."""

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
from apps.sandbox.service import Address, Service, ServiceError

__all__ = [
    "GATEWAY_PORT",
    "JOB",
    "Address",
    "Artifact",
    "Gateway",
    "Limits",
    "Mount",
    "Outcome",
    "OutputCallback",
    "Result",
    "SandboxUnavailable",
    "Service",
    "ServiceError",
    "available",
    "run",
]
