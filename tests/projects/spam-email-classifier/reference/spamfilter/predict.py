"""Command line: say how likely each mail is spam, and what to do with it."""

import argparse
from pathlib import Path

from spamfilter.decision import decide
from spamfilter.features import features
from spamfilter.model import load
from spamfilter.table import read_rows, write_answers


def predict(model: Path, source: Path, output: Path) -> None:
    fitted = load(model)
    answers = {}
    for row in read_rows(source):
        if row.id not in answers:
            probability = fitted.probability(features(row.raw))
            answers[row.id] = (row.id, probability, decide(probability))
    write_answers(output, answers.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="spamfilter.predict")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    predict(args.model, args.input, args.output)
