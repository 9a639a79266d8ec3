"""Command line: train, predict, evaluate."""

import argparse
import pickle
from pathlib import Path

from recommender.cleaning import read, tidy_items, tidy_users
from recommender.evaluation import evaluate
from recommender.model import Recommender


def tables(folder: Path) -> tuple:
    return (
        read(folder / "interactions.csv"),
        tidy_items(read(folder / "items.csv")),
        tidy_users(read(folder / "users.csv")),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="recommender")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, paths in (
        ("train", ["data", "model"]),
        ("predict", ["model", "input", "output"]),
        ("evaluate", ["data"]),
    ):
        command = commands.add_parser(name)
        for path in paths:
            command.add_argument(f"--{path}", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "train":
        model = Recommender.fit(*tables(args.data))
        args.model.write_bytes(pickle.dumps(model))
        print(f"trained on {len(model.users)} listeners and {len(model.titles)} titles")
    elif args.command == "predict":
        model = pickle.loads(args.model.read_bytes())
        users = tidy_users(read(args.input / "users.csv"))
        lists = model.recommend(users, tidy_items(read(args.input / "items.csv")))
        lists.to_csv(args.output, index=False)
    else:
        print(evaluate(*tables(args.data)).round(4))


if __name__ == "__main__":
    main()
