import click

from . import estimator


@click.group()
def cli():
    """Prices for the agency."""


@cli.command()
@click.option("--data")
@click.option("--model")
def train(data, model):
    estimator.train(data, model)


@cli.command()
@click.option("--model")
@click.option("--input", "input_file")
@click.option("--output")
def predict(model, input_file, output):
    estimator.predict(model, input_file, output)


@cli.command()
@click.option("--model")
@click.option("--input", "input_file")
@click.option("--output")
def explain(model, input_file, output):
    estimator.explain(model, input_file, output)


cli()
