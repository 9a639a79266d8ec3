"""Runs the learner's commands on one draw, after a pass on a second one, and reports the checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apps import sandbox
from apps.checks.asking import NoAnswer, Question, ask, report_unreached, train
from apps.checks.draws import second_seed
from apps.checks.http_client import HttpError
from apps.checks.meanwhile import meanwhile
from apps.checks.project import Session
from apps.checks.projects.image_classification import charts, checks, file_checks, probes, service
from apps.checks.projects.image_classification.checks import Figure
from apps.checks.projects.image_classification.outputs import Answer, read_answer
from apps.checks.projects.image_classification.probes import HELD_OUT_PICTURES, Asked, Draw
from apps.checks.results import Chart, Test
from apps.checks.scoring import Measurement, settle
from apps.checks.verdicts import failed, not_run

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = (
    "Run the predict command by hand on a folder with images/ of your starter data, and read what "
    "it writes."
)
BAD_FILES_HINT = (
    "Put an empty file, half a PNG, a text called .png and a picture of 10,000 x 10,000 pixels "
    "into images/, and let predict write a row for each."
)
SERVER_HINT = (
    "Run the serve command by hand with MILEPOST_MODEL set to what train wrote, and upload a "
    "picture with curl -F image=@tile.png."
)


@dataclass(slots=True)
class _Trial:
    """The learner's model of one draw, and what it said: by how many times the usual pictures."""

    session: Session
    draw: Draw
    model: Path
    _told: dict[int, tuple[Asked, Answer] | NoAnswer] = field(default_factory=dict)

    def ask(self, factor: int = 1) -> tuple[Asked, Answer]:
        """Each question is put once. Raises NoAnswer, each time."""
        if factor not in self._told:
            asked = probes.main_question(self.draw, factor=factor)
            try:
                answer = _predict(self.session, self.model, asked.question)
                self._told[factor] = asked, answer
            except NoAnswer as error:
                self._told[factor] = error
        found = self._told[factor]
        if isinstance(found, NoAnswer):
            raise found
        return found

    def settle(self, figure: Figure) -> Measurement:
        """Raises NoAnswer."""

        def measure(factor: int) -> Measurement:
            asked, answer = self.ask(factor)
            return checks.measure(asked, self.draw.lines(answer.labels), figure)

        return settle(measure)[0]

    def told(self, found: Measurement) -> tuple[Asked, Answer]:
        """What was measured to find this."""
        return self.ask(found.measured.rows // HELD_OUT_PICTURES)


@dataclass(slots=True)
class _Second:
    """The trial on the second draw, made when the first figure asks for it."""

    session: Session
    _trial: _Trial | NoAnswer | None = None

    def get(self) -> _Trial:
        """Raises NoAnswer, each time the same one."""
        if self._trial is None:
            try:
                self._trial = _begin(self.session, second_seed(self.session.seed))
            except NoAnswer as error:
                self._trial = error
        if isinstance(self._trial, NoAnswer):
            raise self._trial
        return self._trial


def behaviour(session: Session, *, judge_track: Callable[[Path], Test]) -> None:
    """Report each of ``checks.CHECKS`` once. ``judge_track``: see ``track``."""
    session.report(judge_track(session.root))
    try:
        trial = _begin(session, session.seed)
        trial.ask()
    except NoAnswer as error:
        session.report(error.failed(checks.CLEAN, hint=_hint(error)))
        because = f"The {error.run.command} command did not do what the other checks need."
        rest = [spec for spec in checks.CHECKS if spec not in {checks.TRACK_RULE, checks.CLEAN}]
        report_unreached(session, rest, because)
        return
    # The server is given what was trained last, so it is asked before another factory is drawn.
    later = [*_check_bad_files(trial), *_check_service(trial)]
    second = _Second(session)
    for figure in checks.FIGURES:
        _check_figure(trial, second, figure)
    for test, chart in later:
        session.report(test)
        if chart is not None:
            session.draw(chart)


def _begin(session: Session, seed: bytes) -> _Trial:
    """Raises NoAnswer."""
    draw = probes.make_draw(seed)
    data = probes.training_folder(draw)
    with meanwhile(lambda: probes.main_question(draw)):  # for which the checker trains as well
        model = train(session, data)
    return _Trial(session=session, draw=draw, model=model)


def _predict(session: Session, model: Path, question: Question) -> Answer:
    """In the order of the question's files. Raises NoAnswer."""
    return ask(
        session,
        "predict",
        inputs={"model": model, "input": question.content},
        read=lambda path: read_answer(path, question.ids),
    )


def _hint(error: NoAnswer) -> str:
    return TRAIN_HINT if error.run.command == "train" else PREDICT_HINT


def _check_figure(trial: _Trial, second: _Second, figure: Figure) -> None:
    """On this draw, and if it is enough on a second one, so that luck does not pass."""
    session, told, confirmed = trial.session, trial, None
    try:
        first = trial.settle(figure)
        if first.enough:
            told = second.get()
            confirmed = told.settle(figure)
        found = confirmed or first
        asked, answer = told.told(found)
    except NoAnswer as error:
        session.report(error.failed(figure.spec, hint=_hint(error)))
        return
    draw = told.draw
    session.report(
        checks.judge(figure, first, confirmed=confirmed, asked=asked, draw=draw, answer=answer)
    )
    session.measure(checks.metric(figure, found))
    session.draw(charts.accuracy_chart(figure, asked, draw, draw.lines(answer.labels)))


type _Verdict = tuple[Test, Chart | None]


def _check_bad_files(trial: _Trial) -> Iterator[_Verdict]:
    main, before = trial.ask()
    bad = probes.bad_files_question(trial.draw, main)
    try:
        answer = _predict(trial.session, trial.model, bad.question)
    except NoAnswer as error:
        yield error.failed(checks.BAD_FILES, hint=BAD_FILES_HINT), None
        return
    test = file_checks.judge_bad_files(bad, before, answer)
    yield test, file_checks.bad_files_chart(bad, answer)


def _check_service(trial: _Trial) -> Iterator[_Verdict]:
    asked, answer = trial.ask()
    try:
        with trial.session.serve() as server, server.client() as client:
            server.wait_until_ready(within_s=service.READY_WITHIN_S)
            good = service.upload_good(client, asked, answer)
            bad = service.upload_bad(client, trial.draw, asked, usual=good[0].answer)
    except (sandbox.ServiceError, HttpError) as error:
        yield failed(checks.UPLOAD, str(error), hint=SERVER_HINT), None
        yield not_run(checks.BAD_UPLOADS, "The server did not answer good uploads."), None
        return
    names = trial.draw.process.names
    yield file_checks.judge_uploads(good, names), file_checks.good_uploads_chart(good, names)
    yield file_checks.judge_bad_uploads(bad), file_checks.uploads_chart(bad)
