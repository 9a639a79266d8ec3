"""Command line: train, predict."""

import argparse
import json
import pickle
from pathlib import Path

from churn.cleaning import clean, read
from churn.comparison import compare
from churn.decision import decide
from churn.models import MODELS


def train(data: Path, model: Path) -> None:
    customers = clean(read(data))
    report, folds = compare(customers)
    fitted = MODELS[report["chosen"]]().fit(customers, customers["left"])
    model.mkdir(parents=True)
    (model / "report.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    folds.to_csv(model / "folds.csv", index=False)
    (model / "model.pickle").write_bytes(pickle.dumps(fitted))
    print(f"trained {report['chosen']} on {len(customers)} customers")


def predict(model: Path, source: Path, output: Path) -> None:
    customers = clean(read(source))
    fitted = pickle.loads((model / "model.pickle").read_bytes())
    probability = fitted.predict_proba(customers)[:, 1]
    table = customers[["id"]].assign(
        churn_probability=probability,
        decision=decide(probability, customers["cost_missed"], customers["cost_contact"]),
    )
    table.to_csv(output, index=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="churn")
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
