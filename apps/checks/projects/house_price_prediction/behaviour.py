"""Runs the learner's commands on one draw and hands over the five checks."""

from dataclasses import dataclass
from pathlib import Path

from apps.checks.asking import NoAnswer, Question, ask, report_unreached, train
from apps.checks.draws import second_seed
from apps.checks.project import Session
from apps.checks.projects.house_price_prediction import charts, checks, probes
from apps.checks.projects.house_price_prediction.generator import HeldOut
from apps.checks.projects.house_price_prediction.outputs import read_explanations, read_predictions
from apps.checks.projects.house_price_prediction.probes import Draw, Main
from apps.checks.scoring import Floats, Measurement, gap_share, settle

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = "Run the predict command by hand on a file without a price column, and read it."


@dataclass(slots=True)
class _Trial:
    """The learner's model of one draw, and what it said of the houses that were measured last."""

    session: Session
    draw: Draw
    main: Main
    model: Path
    predictions: dict[str, float]  # log prices of the main question
    held_out: HeldOut
    predicted: Floats  # of ``held_out``

    def measure(self, factor: int) -> Measurement:
        """On so many times the rows of the main question. Raises NoAnswer."""
        if factor > 1:
            question, self.held_out = probes.more_held_out(self.draw, factor)
            answer = _predict(self.session, self.model, question)
            self.predicted = checks.in_order(answer, question.ids)
        expected = self.held_out.expected
        naive = (self.draw.baseline - expected) ** 2
        in_house = self.draw.model.log_price(self.held_out.houses)
        return Measurement(
            measured=gap_share((self.predicted - expected) ** 2, naive=naive, root=True),
            in_house=gap_share((in_house - expected) ** 2, naive=naive, root=True),
            margin=checks.MARGIN,
        )


def behaviour(session: Session) -> None:
    """Report each of ``checks.CHECKS`` once, in their order."""
    draw = probes.make_draw(session.seed)
    try:
        model = train(session, probes.training_csv(draw))
    except NoAnswer as error:
        session.report(error.failed(checks.GAP_CLOSED, hint=TRAIN_HINT))
        report_unreached(session, checks.CHECKS[1:], "The train command did not end well.")
        return
    try:
        trial = _begin(session, draw, model)
    except NoAnswer as error:
        session.report(error.failed(checks.GAP_CLOSED, hint=PREDICT_HINT))
        report_unreached(session, checks.CHECKS[1:], "The predict command gave no usable prices.")
        return
    _check_gap(trial)
    _check_dirty(trial)
    _check_unseen(trial)
    _check_explanations(trial)


def _begin(session: Session, draw: Draw, model: Path) -> _Trial:
    """Ask the main question. Raises NoAnswer."""
    main = probes.main_question(draw)
    predictions = _predict(session, model, main.question)
    return _Trial(
        session=session,
        draw=draw,
        main=main,
        model=model,
        predictions=predictions,
        held_out=main.held_out,
        predicted=checks.in_order(predictions, main.held_out_ids),
    )


def _predict(session: Session, model: Path, question: Question) -> dict[str, float]:
    """Log prices by id. Raises NoAnswer."""
    return ask(
        session,
        "predict",
        inputs={"model": model, "input": question.content},
        read=lambda path: read_predictions(path, question.ids),
    )


def _check_gap(trial: _Trial) -> None:
    """On this draw, and if it is enough on a second one, so that luck does not pass."""
    session, told = trial.session, trial
    try:
        found, enough = settle(trial.measure)
        first = found
        if enough:
            draw = probes.make_draw(second_seed(session.seed))
            told = _begin(session, draw, train(session, probes.training_csv(draw)))
            found, enough = settle(told.measure)
    except NoAnswer as error:
        session.report(error.failed(checks.GAP_CLOSED, hint=PREDICT_HINT))
        return
    session.report(checks.judge_gap(first, confirmed=None if found is first else found))
    held_out = told.held_out
    for metric in checks.gap_metrics(
        found,
        realised_rmse=checks.rmse(told.predicted, held_out.realised),
        noise=checks.rmse(held_out.expected, held_out.realised),
    ):
        session.measure(metric)
    session.draw(charts.predicted_against_expected(told.predicted, held_out.expected))
    session.draw(charts.residuals(told.predicted, held_out.expected))


def _check_dirty(trial: _Trial) -> None:
    asked = probes.dirty_question(trial.draw, trial.main)
    try:
        answer = _predict(trial.session, trial.model, asked.question)
    except NoAnswer as error:
        hint = "Read the file with the same function as the training data, and clean it there."
        trial.session.report(error.failed(checks.DIRTY_ROWS, hint=hint))
    else:
        trial.session.report(checks.judge_dirty(trial.predictions, answer, asked))
        trial.session.draw(charts.rewritten_houses(trial.predictions, answer, asked))


def _check_unseen(trial: _Trial) -> None:
    asked = probes.unseen_question(trial.draw, trial.main)
    try:
        answer = _predict(trial.session, trial.model, asked.question)
    except NoAnswer as error:
        hint = "Decide what your encoding says for a location that was not in the training data."
        trial.session.report(error.failed(checks.UNSEEN_LOCATION, hint=hint))
    else:
        trial.session.report(checks.judge_unseen(answer, asked))
        trial.session.draw(charts.unseen_locations(answer, asked))


def _check_explanations(trial: _Trial) -> None:
    question = probes.explain_question(trial.draw, trial.main)
    contributions = None
    try:
        answer = ask(
            trial.session,
            "explain",
            inputs={"model": trial.model, "input": question.content},
            read=lambda path: read_explanations(path, question.ids),
        )
    except NoAnswer as error:
        hint = "Compare the file with the format in the brief, line by line."
        trial.session.report(error.failed(checks.EXPLAIN_ADDS_UP, hint=hint))
    else:
        trial.session.report(checks.judge_explanations(answer, trial.predictions))
        trial.session.draw(charts.sums(answer, trial.predictions))
        contributions = checks.contribution_changes(answer, probes.explained_ids(trial.main))
    effects = trial.main.effects
    trial.session.report(checks.judge_signs(trial.predictions, effects, contributions))
    trial.session.draw(charts.effects(trial.predictions, effects))
