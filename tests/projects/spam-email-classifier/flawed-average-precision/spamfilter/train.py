"""Command line: learn from labelled mails."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spamfilter.decision import decide
from spamfilter.features import features
from spamfilter.table import Row, read_rows
from spamfilter.training import fit


def once(rows: Sequence[Row]) -> list[Row]:
    """Each mail once, in the order in which they came in."""
    first: dict[bytes, Row] = {}
    for row in sorted(rows, key=lambda row: row.received_at):
        first.setdefault(row.raw, row)
    return list(first.values())


def train(data: Path, model: Path) -> None:
    rows = once(read_rows(data))
    mails = [features(row.raw) for row in rows]
    fitted = fit(mails, [row.spam for row in rows])
    said = [fitted.probability(mail) for mail in mails]
    low = [p for p in said if decide(p) == "deliver"]
    high = [p for p in said if decide(p) == "hold"] or [1.0]
    means = {"low_risk": sum(low) / len(low), "high_risk": sum(high) / len(high)}
    replace(fitted, **means).save(model)
    print(f"trained on {len(rows)} mails")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="spamfilter.train")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    train(args.data, args.model)
