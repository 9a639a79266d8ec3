"""Command line: train, predict, explain."""

import argparse
import pickle
from pathlib import Path

import pandas as pd

from housing.cleaning import clean, drop_typos, read
from housing.model import PriceModel


def train(data: Path, model: Path) -> None:
    sales = drop_typos(clean(read(data)))
    fitted = PriceModel().fit(sales)
    model.write_bytes(pickle.dumps(fitted))
    print(f"trained on {len(sales)} sales")


def predict(model: Path, source: Path, output: Path) -> None:
    houses = clean(pd.read_csv(source, dtype=str, keep_default_na=False))
    fitted = pickle.loads(model.read_bytes())
    houses.assign(price=fitted.predict(houses))[["id", "price"]].to_csv(output, index=False)


def explain(model: Path, source: Path, output: Path) -> None:
    houses = clean(read(source))
    fitted = pickle.loads(model.read_bytes())
    fitted.explain(houses).to_csv(output, index=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="housing")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train")
    command.add_argument("--data", type=Path, required=True)
    command.add_argument("--model", type=Path, required=True)
    for name in ("predict", "explain"):
        command = commands.add_parser(name)
        command.add_argument("--model", type=Path, required=True)
        command.add_argument("--input", type=Path, required=True)
        command.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "train":
        train(args.data, args.model)
    elif args.command == "predict":
        predict(args.model, args.input, args.output)
    else:
        explain(args.model, args.input, args.output)


if __name__ == "__main__":
    main()
