"""Whose fault it is. Three kinds of failure that never mix, each with a stable code.

The message of each is one or two sentences for the learner: what happened and what to change.
The split follows Read the Docs' ``doc_builder/exceptions.py``.
"""

from apps.checks.results import Outcome


class CheckError(Exception):
    """Ends a check before its verdict. ``code`` is stable; ``message`` is for people."""

    outcome: Outcome

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InvalidSubmission(CheckError):
    """The repository, manifest or dependencies cannot be used. Not counted as an attempt."""

    outcome = Outcome.INVALID_SUBMISSION


class PlatformError(CheckError):
    """Ours: no sandbox, disk full, index down. Not counted, tried again."""

    outcome = Outcome.PLATFORM_ERROR


class Cancelled(CheckError):
    """The learner took it back while it ran. Not counted."""

    outcome = Outcome.CANCELLED

    def __init__(self) -> None:
        super().__init__("cancelled", "You cancelled this check. It does not count as an attempt.")
