"""Runs the learner's commands on one draw, after a pass on a second one, and reports the checks."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.checks.asking import NoAnswer, Question, ask, report_unreached, train
from apps.checks.draws import second_seed
from apps.checks.project import Session
from apps.checks.projects.spam_email_classifier import charts, checks, form_checks, probes
from apps.checks.projects.spam_email_classifier.checks import Figure
from apps.checks.projects.spam_email_classifier.form_checks import FormCheck
from apps.checks.projects.spam_email_classifier.generator import HELD_OUT_MAILS
from apps.checks.projects.spam_email_classifier.outputs import Answer, read_answer
from apps.checks.projects.spam_email_classifier.probes import Asked, Draw
from apps.checks.scoring import Measurement, settle

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = (
    "Run the predict command by hand on your starter data without the column label, and read what "
    "it writes."
)
FORM_HINT = (
    "Write a test that sends a mail of each form of the data dictionary through the function that "
    "reads one, and let that function never raise an exception."
)
EXTREME_HINT = (
    "Send an empty mail, one of headers only and one of 1,000,000 bytes through predict. Python's "
    "csv stops at cells of 131,072 characters until csv.field_size_limit raises that."
)


@dataclass(slots=True)
class _Trial:
    """The learner's model of one draw, and what it said so far."""

    session: Session
    draw: Draw
    model: Path
    answers: dict[int, tuple[Asked, Answer] | NoAnswer] = field(default_factory=dict)  # by factor

    def ask(self, factor: int) -> tuple[Asked, Answer]:
        """About so many times the usual mails, once for all figures. Raises NoAnswer."""
        if factor not in self.answers:
            asked = probes.main_question(self.draw, factor=factor)
            try:
                self.answers[factor] = asked, _predict(self.session, self.model, asked.question)
            except NoAnswer as error:
                self.answers[factor] = error
        found = self.answers[factor]
        if isinstance(found, NoAnswer):
            raise found
        return found

    def settle(self, figure: Figure) -> tuple[Measurement, bool]:
        """Raises NoAnswer."""
        return settle(lambda factor: figure.measure(*self.ask(factor)))

    def told(self, found: Measurement) -> tuple[Asked, Answer]:
        """What was measured to find this."""
        return self.ask(found.measured.rows // HELD_OUT_MAILS)


@dataclass(slots=True)
class _Second:
    """The trial on the second draw, made when the first figure asks for it."""

    session: Session
    trial: _Trial | None = None
    error: NoAnswer | None = None

    def get(self) -> _Trial:
        """Raises NoAnswer, each time the same one."""
        if self.error:
            raise self.error
        if self.trial is None:
            try:
                self.trial = _begin(self.session, second_seed(self.session.seed))
            except NoAnswer as error:
                self.error = error
                raise
        return self.trial


def behaviour(session: Session) -> None:
    """Report each of ``checks.CHECKS`` once, in their order."""
    try:
        trial = _begin(session, session.seed)
        asked, answer = trial.ask(1)
    except NoAnswer as error:
        session.report(error.failed(checks.CHECKS[0], hint=_hint(error, otherwise=PREDICT_HINT)))
        command = error.run.command
        because = f"The {command} command did not do what the other checks need."
        report_unreached(session, checks.CHECKS[1:], because)
        return
    second = _Second(session)
    for figure in checks.FIGURES:
        _check_figure(trial, second, figure)
    for form in form_checks.FORMS:
        _check_form(trial, form)
    _check_extremes(trial, asked, answer)


def _begin(session: Session, seed: bytes) -> _Trial:
    """Raises NoAnswer."""
    draw = probes.make_draw(seed)
    model = train(session, probes.training_csv(draw))
    return _Trial(session=session, draw=draw, model=model)


def _hint(error: NoAnswer, *, otherwise: str) -> str:
    return TRAIN_HINT if error.run.command == "train" else otherwise


def _predict(session: Session, model: Path, question: Question) -> Answer:
    """In the order of the question's ids. Raises NoAnswer."""
    return ask(
        session,
        "predict",
        inputs={"model": model, "input": question.content},
        read=lambda path: read_answer(path, question.ids),
    )


def _check_figure(trial: _Trial, second: _Second, figure: Figure) -> None:
    """On this draw, and if it is enough on a second one, so that luck does not pass."""
    session, told, confirmed = trial.session, trial, None
    try:
        first, enough = trial.settle(figure)
        if enough:
            told = second.get()
            confirmed, _ = told.settle(figure)
    except NoAnswer as error:
        session.report(error.failed(figure.spec, hint=_hint(error, otherwise=PREDICT_HINT)))
        return
    asked, answer = told.told(confirmed or first)
    session.report(checks.judge(figure, first, confirmed=confirmed, asked=asked, answer=answer))
    session.measure(checks.metric(figure, confirmed or first))
    session.draw(charts.OF_FIGURES[figure.spec.name](asked, answer))


def _check_form(trial: _Trial, check: FormCheck) -> None:
    pairs = check.make(trial.draw)
    try:
        answer = _predict(trial.session, trial.model, pairs.question)
    except NoAnswer as error:
        trial.session.report(error.failed(check.spec, hint=FORM_HINT))
        return
    trial.session.report(form_checks.judge_form(check, pairs, answer.probability))
    trial.session.draw(
        form_checks.movement_chart(
            check.spec,
            form_checks.movements(answer.probability),
            within=check.within,
            share=check.share,
        )
    )


def _check_extremes(trial: _Trial, main: Asked, before: Answer) -> None:
    extremes = probes.extreme_question(trial.draw, main)
    try:
        answer = _predict(trial.session, trial.model, extremes.question)
    except NoAnswer as error:
        trial.session.report(error.failed(checks.EXTREME_MAILS, hint=EXTREME_HINT))
        return
    moved = form_checks.neighbours(extremes, before.probability, answer.probability)
    trial.session.report(form_checks.judge_extremes(extremes, moved))
    within = form_checks.OTHERS_MOVE_AT_MOST
    trial.session.draw(form_checks.movement_chart(checks.EXTREME_MAILS, moved, within=within))
