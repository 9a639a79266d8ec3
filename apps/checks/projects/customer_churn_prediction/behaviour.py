"""Runs the learner's commands on one draw, after a pass on a second one, and reports the checks."""

from dataclasses import dataclass
from pathlib import Path

from apps.checks.asking import NoAnswer, ask, report_unreached, train
from apps.checks.draws import second_seed
from apps.checks.outputs import UnusableOutput
from apps.checks.project import Session
from apps.checks.projects.customer_churn_prediction import charts, checks, probes, report_checks
from apps.checks.projects.customer_churn_prediction.outputs import Answer, read_answer, read_report
from apps.checks.projects.customer_churn_prediction.probes import Asked, Draw
from apps.checks.scoring import Measurement, settle
from apps.checks.verdicts import failed, not_run

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = (
    "Run the predict command by hand on your starter data without the column left, once with a "
    "column of “Updated at any time” empty in every row and once with a plan that is new, and read "
    "what it writes."
)
REPORT_HINT = "Compare both files with the forms in the brief, key by key and column by column."


@dataclass(slots=True)
class _Trial:
    """The learner's model of one draw, and what it said."""

    session: Session
    draw: Draw
    model: Path
    main: Asked  # the usual rows
    answer: Answer  # about ``main``
    told: tuple[Asked, Answer]  # the last one measured

    def measure(self, factor: int) -> Measurement:
        """On so many times the usual rows. Raises NoAnswer."""
        if factor > 1:
            asked = probes.main_question(self.draw, factor=factor)
            self.told = asked, _predict(self.session, self.model, asked)
        asked, answer = self.told
        return checks.measure(asked, answer.contact)


def behaviour(session: Session) -> None:
    """Report each of ``checks.CHECKS`` once, in their order."""
    draw = probes.make_draw(session.seed)
    try:
        model = train(session, probes.training_csv(draw))
    except NoAnswer as error:
        session.report(error.failed(checks.EXPECTED_COST, hint=TRAIN_HINT))
        report_unreached(session, checks.CHECKS[1:], "The train command did not end well.")
        return
    try:
        trial = _begin(session, draw, model)
    except NoAnswer as error:
        session.report(error.failed(checks.EXPECTED_COST, hint=PREDICT_HINT))
        unreached = (checks.COSTS_FOLLOWED, checks.LEAK_IGNORED, checks.SEGMENTS_SERVED)
        report_unreached(session, unreached, "The predict command gave no usable decisions.")
    else:
        _check_cost(trial)
        _check_other_costs(trial)
        _check_leak(trial)
        session.report(checks.judge_segments(trial.main, trial.answer.contact))
        session.draw(charts.segment_chart(trial.main, trial.answer))
    _check_report(session, draw, model)


def _begin(session: Session, draw: Draw, model: Path) -> _Trial:
    """Ask the main question. Raises NoAnswer."""
    main = probes.main_question(draw)
    answer = _predict(session, model, main)
    return _Trial(
        session=session, draw=draw, model=model, main=main, answer=answer, told=(main, answer)
    )


def _predict(session: Session, model: Path, asked: Asked) -> Answer:
    """In the order of the question's ids. Raises NoAnswer."""
    question = asked.question
    return ask(
        session,
        "predict",
        inputs={"model": model, "input": question.content},
        read=lambda path: read_answer(path, question.ids),
    )


def _check_cost(trial: _Trial) -> None:
    """On this draw, and if it is enough on a second one, so that luck does not pass."""
    session, told = trial.session, trial
    try:
        found, enough = settle(trial.measure)
        first = found
        if enough:
            draw = probes.make_draw(second_seed(session.seed))
            told = _begin(session, draw, train(session, probes.training_csv(draw)))
            found, _ = settle(told.measure)
    except NoAnswer as error:
        hint = TRAIN_HINT if error.run.command == "train" else PREDICT_HINT
        session.report(error.failed(checks.EXPECTED_COST, hint=hint))
        return
    asked, answer = told.told
    confirmed = None if found is first else found
    session.report(checks.judge_cost(first, confirmed=confirmed, asked=asked, answer=answer))
    session.measure(checks.cost_metric(found))
    for chart in charts.decision_charts(asked, answer):
        session.draw(chart)


def _check_other_costs(trial: _Trial) -> None:
    cheaper, dearer = probes.other_costs(trial.draw, trial.main)
    try:
        decided = [
            checks.Decided(asked=asked, contact=_predict(trial.session, trial.model, asked).contact)
            for asked in (cheaper, dearer)
        ]
    except NoAnswer as error:
        hint = "Read cost_missed and cost_contact from the file, and take any amounts there."
        trial.session.report(error.failed(checks.COSTS_FOLLOWED, hint=hint))
    else:
        trial.session.report(checks.judge_followed(*decided))
        trial.session.draw(charts.contacts_chart(*decided))


def _check_leak(trial: _Trial) -> None:
    asked = probes.shuffled(trial.draw, trial.main)
    try:
        answer = _predict(trial.session, trial.model, asked)
    except NoAnswer as error:
        hint = "Leave the columns out that are updated at any time, or take any value in them."
        trial.session.report(error.failed(checks.LEAK_IGNORED, hint=hint))
    else:
        contact = trial.answer.contact
        trial.session.report(checks.judge_leak(trial.main, contact, answer.contact))
        trial.session.draw(charts.leak_chart(contact, answer.contact))


def _check_report(session: Session, draw: Draw, model: Path) -> None:
    try:
        report = read_report(model, draw.past_ids)
    except UnusableOutput as error:
        session.report(failed(checks.MODELS_COMPARED, str(error), hint=REPORT_HINT))
        because = "The report of the train command cannot be read."
        session.report(not_run(checks.CLAIMS_HOLD, because))
    else:
        found = report_checks.remeasured(report, draw.past)
        session.report(report_checks.judge_models(report, found))
        session.draw(charts.models_chart(report, found))
        session.report(report_checks.judge_claims(report, found))
        session.draw(charts.claims_chart(report, found))
