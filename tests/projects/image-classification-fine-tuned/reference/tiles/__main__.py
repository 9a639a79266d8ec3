import argparse
import os

from tiles import app, model
from tiles.backbone import load_backbone
from tiles.data import read_folder
from tiles.predicting import predict_folder


def main():
    parser = argparse.ArgumentParser(prog="tiles")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train")
    train.add_argument("--data", required=True)
    train.add_argument("--model", required=True)
    predict = commands.add_parser("predict")
    predict.add_argument("--model", required=True)
    predict.add_argument("--input", required=True)
    predict.add_argument("--output", required=True)
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    if arguments.command == "train":
        pictures, labels, _ = read_folder(arguments.data)
        model.save(model.train(pictures, labels, begin=load_backbone()), arguments.model)
    elif arguments.command == "predict":
        predict_folder(model.load(arguments.model), arguments.input, arguments.output)
    else:
        app.serve(model.load(os.environ["MILEPOST_MODEL"]), arguments.port)


if __name__ == "__main__":
    main()
