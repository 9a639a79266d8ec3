"""Runs the learner's commands on one draw, after a pass on a second one, and reports the checks."""

from dataclasses import dataclass, field
from pathlib import Path

from apps.checks.asking import NoAnswer, ask, report_unreached, train
from apps.checks.draws import second_seed
from apps.checks.meanwhile import meanwhile
from apps.checks.project import Session
from apps.checks.projects.recommendation_system import charts, checks, in_house, judgements, probes
from apps.checks.projects.recommendation_system.checks import Found, Scored
from apps.checks.projects.recommendation_system.outputs import Answer, read_answer
from apps.checks.projects.recommendation_system.probes import Asked, Draw
from apps.checks.scoring import Measurement, settle

TRAIN_HINT = "Run the train command by hand on your starter data in a fresh clone."
PREDICT_HINT = (
    "Run the predict command by hand on a folder with users.csv and items.csv of your starter "
    "data, with a listener and a title that are new, and read what it writes."
)


@dataclass(slots=True)
class _Trial:
    """The learner's model of one draw, and what it said: by how many times the usual listeners."""

    session: Session
    draw: Draw
    models: in_house.InHouseModels
    usual: Asked
    model: Path
    _told: dict[int, tuple[Asked, Answer] | NoAnswer] = field(default_factory=dict)

    def told(self, factor: int = 1) -> tuple[Asked, Answer]:
        """Each question is put once. Raises NoAnswer, each time."""
        if factor not in self._told:
            self._told[factor] = self._ask(factor)
        told = self._told[factor]
        if isinstance(told, NoAnswer):
            raise told
        return told

    def _ask(self, factor: int) -> tuple[Asked, Answer] | NoAnswer:
        asked = self.usual
        if factor > 1:
            asked = probes.ask_about(self.draw, self.models, factor=factor)
        try:
            answer = ask(
                self.session,
                "predict",
                inputs={"model": self.model, "input": asked.question.content},
                read=lambda path: read_answer(
                    path, users=asked.question.ids, warm=asked.warm, items=asked.items
                ),
            )
        except NoAnswer as error:
            return error
        return asked, answer

    def find(self, scored: Scored) -> Found:
        """Raises NoAnswer."""
        figures = {}
        for name in scored.figures:

            def measure(factor: int, name: str = name) -> Measurement:
                return checks.measure(*self.told(factor), scored, name)

            figures[name], _ = settle(measure)
        return checks.find(*self.told(), scored, figures)


def behaviour(session: Session) -> None:
    """Report each of ``checks.CHECKS`` once, in their order."""
    try:
        trial = _begin(session, session.seed)
        asked, answer = trial.told()
    except NoAnswer as error:
        session.report(error.failed(checks.WELL_FORMED, hint=_hint(error)))
        because = f"The {error.run.command} command gave no usable lists."
        report_unreached(session, checks.CHECKS[1:], because)
        return
    session.report(judgements.judge_form(asked, answer))
    session.draw(charts.form_chart(answer))
    session.report(judgements.judge_twice(asked, answer))
    session.draw(charts.twice_chart(asked, answer))
    second = _Second(session)
    for scored in checks.SCORED:
        try:
            first = trial.find(scored)
            confirmed = second.find(scored) if first.enough else None
        except NoAnswer as error:
            session.report(error.failed(scored.spec, hint=_hint(error)))
        else:
            _tell(session, scored, first, confirmed)


@dataclass(slots=True)
class _Second:
    """The draw on which passes are confirmed: made for the first of them."""

    session: Session
    _trial: _Trial | NoAnswer | None = None

    def find(self, scored: Scored) -> Found:
        """Raises NoAnswer."""
        if self._trial is None:
            try:
                self._trial = _begin(self.session, second_seed(self.session.seed))
            except NoAnswer as error:
                self._trial = error
        if isinstance(self._trial, NoAnswer):
            raise self._trial
        return self._trial.find(scored)


def _begin(session: Session, seed: bytes) -> _Trial:
    """Raises NoAnswer."""
    draw = probes.make_draw(seed)
    data = probes.training_folder(seed)

    def prepare() -> tuple[in_house.InHouseModels, Asked]:
        models = in_house.train(draw.histories, draw.titles, draw.listeners)
        return models, probes.ask_about(draw, models)

    with meanwhile(prepare) as prepared:
        model = train(session, data)
    return _Trial(session, draw, *prepared.result(), model)


def _tell(session: Session, scored: Scored, first: Found, confirmed: Found | None) -> None:
    told = confirmed or first
    session.report(judgements.judge_scored(scored, first, confirmed))
    for metric in judgements.metrics(scored, told):
        session.measure(metric)
    session.draw(charts.figure_chart(scored, told))
    if scored.spread:
        session.draw(charts.places_chart(scored, told))


def _hint(error: NoAnswer) -> str:
    return TRAIN_HINT if error.run.command == "train" else PREDICT_HINT
