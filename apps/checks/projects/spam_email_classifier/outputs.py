"""Reads what the learner's ``predict`` wrote: an untrusted file, under strict limits."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from apps.checks.decisions import DecisionFile, read_decisions
from apps.checks.projects.spam_email_classifier.generator import Flags
from apps.checks.scoring import Floats

MAX_BYTES = 8 * 1024 * 1024
MAX_ROWS = 50_000
ANSWER_FILE = DecisionFile(
    probability="spam_probability",
    flag="hold",
    no_flag="deliver",
    rows="mails",
    max_bytes=MAX_BYTES,
    max_rows=MAX_ROWS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``predict`` said of each mail, in the order of the ids."""

    probability: Floats  # of spam
    held: Flags  # held back, and not delivered


def read_answer(path: Path, ids: Collection[str] | None = None) -> Answer:
    """In the order of ``ids``, which must be exactly those of the file; else in order of the ids.

    Raises UnusableOutput.
    """
    found = read_decisions(path, ids, ANSWER_FILE)
    return Answer(probability=found.probability, held=found.flags)
