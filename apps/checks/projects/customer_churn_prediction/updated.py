"""The columns that are updated at any time: in each draw some are filled in after the event."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from apps.checks.scoring import Floats

REASONS = ("billing", "fault", "moving house", "new offer", "other")
FLAGS = ("A", "B", "C", "D", "E")
STATUSES = ("delivered", "exchanged", "in use", "on its way", "returned")
WORDS = {
    "last_contact_reason": REASONS,
    "account_flag": FLAGS,
    "equipment_status": STATUSES,
}
UPDATED = (
    "last_contact_reason", "open_tickets", "credit_notes", "account_flag", "equipment_status",
)  # fmt: skip
WORD_COUNT = 5


def draw_updated(
    rng: np.random.Generator,
    *,
    leaking: Sequence[str],
    marks: dict[str, int],
    left: NDArray[np.bool_],
    outages: Floats,
    calls: Floats,
    fee: Floats,
) -> Floats:
    """Shape (customers, len(UPDATED)): indices of words, a count, euros.

    A leaking column tells who ``left``; of the others, tickets follow the calls and credit the
    outages, which the snapshot has as well, and the words mean nothing. ``marks``: which word those
    have who left.
    """
    rows = len(left)
    columns = {name: rng.integers(WORD_COUNT, size=rows).astype(float) for name in WORDS}
    columns["open_tickets"] = rng.poisson(0.1 + 0.15 * calls).astype(float)
    refunded = rng.random(rows) < 0.05 + 0.1 * np.minimum(outages, 4)
    columns["credit_notes"] = np.where(refunded, rng.uniform(2, 10, rows), 0.0)
    for name in leaking:
        tells = np.where(left, rng.random(rows) < 0.93, rng.random(rows) < 0.02)
        match name:
            case "open_tickets":
                columns[name] += np.where(tells, 2.0 + rng.poisson(1.0, rows), 0.0)
            case "credit_notes":
                columns[name] += np.where(tells, fee * rng.uniform(0.4, 1.0, rows), 0.0)
            case _:
                others = (marks[name] + rng.integers(1, WORD_COUNT, rows)) % WORD_COUNT
                columns[name] = np.where(tells, marks[name], others).astype(float)
    columns["credit_notes"] = np.round(columns["credit_notes"], 2)
    return np.column_stack([columns[name] for name in UPDATED])
