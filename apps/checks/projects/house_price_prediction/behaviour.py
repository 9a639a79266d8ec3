"""Runs the learner's commands on one draw and hands over the five checks."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from apps.checks.project import CheckSpec, CommandRun, Session
from apps.checks.projects.house_price_prediction import charts, checks, probes, scoring
from apps.checks.projects.house_price_prediction.generator import Floats, HeldOut
from apps.checks.projects.house_price_prediction.outputs import (
    UnusableOutput,
    read_explanations,
    read_predictions,
)
from apps.checks.projects.house_price_prediction.probes import Draw, Main, Question
from apps.checks.results import Test
from apps.checks.verdicts import failed, hint_of, log_of, not_run

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = "Run the predict command by hand on a file without a price column, and read it."


@dataclass(frozen=True, slots=True)
class _Answer[T]:
    """What a command said, or why it said nothing usable."""

    run: CommandRun
    value: T | None
    problem: str = ""


def behaviour(session: Session) -> None:
    """Report each of ``checks.CHECKS`` once, in their order."""
    draw = probes.make_draw(session.seed)
    main = probes.main_question(draw)
    train = session.run("train", inputs={"data": probes.training_csv(draw)}, outputs=("model",))
    if not train.ok:
        session.report(
            failed(
                checks.GAP_CLOSED,
                train.problem,
                hint=hint_of(train, otherwise=TRAIN_HINT),
                log=log_of(train),
            )
        )
        _report_unreached(session, checks.CHECKS[1:], "The train command did not end well.")
        return
    model = train.outputs["model"]
    answer = _predict(session, model, main.question)
    if answer.value is None:
        session.report(_broken(checks.GAP_CLOSED, answer, hint=PREDICT_HINT))
        _report_unreached(session, checks.CHECKS[1:], "The predict command gave no usable prices.")
        return
    _check_gap(session, draw, main, model, answer.value)
    _check_dirty(session, draw, main, model, answer.value)
    _check_unseen(session, draw, main, model)
    _check_explanations(session, draw, main, model, answer.value)


def _report_unreached(session: Session, specs: tuple[CheckSpec, ...], because: str) -> None:
    for spec in specs:
        session.report(not_run(spec, because))


def _predict(session: Session, model: Path, question: Question) -> _Answer[dict[str, float]]:
    return _ask(session, "predict", model, question, read=read_predictions)


def _ask[T](
    session: Session,
    command: str,
    model: Path,
    question: Question,
    *,
    read: Callable[[Path, Collection[str]], T],
) -> _Answer[T]:
    run = session.run(
        command, inputs={"model": model, "input": question.content}, outputs=("output",)
    )
    if not run.ok:
        return _Answer(run, None, run.problem)
    try:
        return _Answer(run, read(run.outputs["output"], question.ids))
    except UnusableOutput as error:
        return _Answer(run, None, str(error))


def _broken[T](spec: CheckSpec, answer: _Answer[T], *, hint: str) -> Test:
    hint = hint_of(answer.run, otherwise=hint)
    return failed(spec, answer.problem, hint=hint, log=log_of(answer.run))


def _check_gap(
    session: Session, draw: Draw, main: Main, model: Path, predictions: dict[str, float]
) -> None:
    held_out = main.held_out
    predicted = checks.in_order(predictions, main.held_out_ids)
    measured, in_house = _shares(draw, held_out, predicted)
    decision = scoring.decide(measured, scoring.threshold(in_house))
    if decision is scoring.Decision.UNDECIDED:
        question, held_out = probes.more_held_out(draw)
        answer = _predict(session, model, question)
        if answer.value is None:
            session.report(_broken(checks.GAP_CLOSED, answer, hint=PREDICT_HINT))
            return
        predicted = checks.in_order(answer.value, question.ids)
        measured, in_house = _shares(draw, held_out, predicted)
        decision = scoring.decide_by_point(measured, scoring.threshold(in_house))
    needed = scoring.threshold(in_house)
    session.report(checks.judge_gap(measured, needed=needed, decision=decision))
    for metric in checks.gap_metrics(
        measured,
        in_house,
        needed=needed,
        realised_rmse=scoring.rmse(predicted, held_out.realised),
        noise=scoring.rmse(held_out.expected, held_out.realised),
    ):
        session.measure(metric)
    session.draw(charts.predicted_against_expected(predicted, held_out.expected))
    session.draw(charts.residuals(predicted, held_out.expected))


def _shares(
    draw: Draw, held_out: HeldOut, predicted: Floats
) -> tuple[scoring.GapShare, scoring.GapShare]:
    """The learner's and the in-house model's, on the same houses."""
    in_house = draw.model.log_price(held_out.houses)
    return (
        scoring.gap_share(predicted, held_out.expected, baseline=draw.baseline),
        scoring.gap_share(in_house, held_out.expected, baseline=draw.baseline),
    )


def _check_dirty(
    session: Session, draw: Draw, main: Main, model: Path, tidy: dict[str, float]
) -> None:
    asked = probes.dirty_question(draw, main)
    answer = _predict(session, model, asked.question)
    if answer.value is None:
        hint = "Read the file with the same function as the training data, and clean it there."
        session.report(_broken(checks.DIRTY_ROWS, answer, hint=hint))
    else:
        session.report(checks.judge_dirty(tidy, answer.value, asked))


def _check_unseen(session: Session, draw: Draw, main: Main, model: Path) -> None:
    asked = probes.unseen_question(draw, main)
    answer = _predict(session, model, asked.question)
    if answer.value is None:
        hint = "Decide what your encoding says for a location that was not in the training data."
        session.report(_broken(checks.UNSEEN_LOCATION, answer, hint=hint))
    else:
        session.report(checks.judge_unseen(answer.value, asked))


def _check_explanations(
    session: Session, draw: Draw, main: Main, model: Path, predictions: dict[str, float]
) -> None:
    question = probes.explain_question(draw, main)
    answer = _ask(session, "explain", model, question, read=read_explanations)
    contributions = None
    if answer.value is None:
        hint = "Compare the file with the format in the brief, line by line."
        session.report(_broken(checks.EXPLAIN_ADDS_UP, answer, hint=hint))
    else:
        session.report(checks.judge_explanations(answer.value, predictions))
        contributions = checks.contribution_changes(answer.value, probes.explained_ids(main))
    session.report(checks.judge_signs(predictions, main.effects, contributions))
