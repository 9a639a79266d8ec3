"""Command line: train, predict."""

import argparse
from pathlib import Path

from spamfilter.mails import read_mail
from spamfilter.model import decide, fit, load
from spamfilter.table import Row, read_rows, write_answers
from spamfilter.words import features_of


def features(raw: bytes) -> set[str]:
    mail = read_mail(raw)
    return features_of(mail.text, mail.domain)


def once(rows: list[Row]) -> list[Row]:
    """Each mail once, in the order in which they came in."""
    first: dict[bytes, Row] = {}
    for row in sorted(rows, key=lambda row: row.received_at):
        first.setdefault(row.raw, row)
    return list(first.values())


def train(data: Path, model: Path) -> None:
    rows = once(read_rows(data))
    fit([features(row.raw) for row in rows], [row.spam for row in rows]).save(model)
    print(f"trained on {len(rows)} mails")


def predict(model: Path, source: Path, output: Path) -> None:
    fitted = load(model)
    answers = {}
    for row in read_rows(source):
        if row.id not in answers:
            probability = fitted.probability(features(row.raw))
            answers[row.id] = (row.id, probability, decide(probability))
    write_answers(output, answers.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="spamfilter")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train")
    command.add_argument("--data", type=Path, required=True)
    command.add_argument("--model", type=Path, required=True)
    command = commands.add_parser("predict")
    command.add_argument("--model", type=Path, required=True)
    command.add_argument("--input", type=Path, required=True)
    command.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "train":
        train(args.data, args.model)
    else:
        predict(args.model, args.input, args.output)


if __name__ == "__main__":
    main()
