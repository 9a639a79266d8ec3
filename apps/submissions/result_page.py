"""What the page of a finished submission shows: plain data for the template."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.accounts.time_zones import moment_text
from apps.checks.results import JSON, CheckResult, Outcome, Provenance, Test, from_json
from apps.checks.tests_notice import MUTANTS
from apps.checks.untrusted_text import visible, visible_document
from apps.curriculum.models import Concept, Lesson
from apps.submissions import queries
from apps.submissions.changes_page import ChangesPage, changes_page
from apps.submissions.charts import Figure, MetricFigure, figure, metric_figure
from apps.submissions.live_page import StageLine, stage_lines
from apps.submissions.models import Submission
from apps.submissions.wording import (
    STATE_WORDS,
    duration,
    evidence_label,
    evidence_value,
    page_state,
)

type Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantView:
    """One line of the learner's code as the checker broke it."""

    file: str
    line: str
    before: str
    after: str
    noticed: bool  # by the learner's tests


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    name: str
    title: str
    state: str  # "failed", "not_run" or "passed"
    word: str
    score: str
    required: bool
    output: str
    hint: str
    evidence: Rows
    mutants: tuple[MutantView, ...]  # those that survived first
    log: str
    figures: tuple[Figure, ...]
    open: bool
    concepts: tuple[Concept, ...]  # to relearn, of a check that failed
    lesson: Lesson | None  # that teaches the first of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    state: str
    word: str
    sentence: str
    stages: tuple[StageLine, ...]
    next_step: str
    first: CheckView | None  # the one to mend first
    checks: tuple[CheckView, ...]  # failed, then not run, then passed
    metrics: tuple[MetricFigure, ...]
    figures: tuple[Figure, ...]  # those that belong to no check
    provenance: Rows
    logs: tuple[StageLine, ...]  # the stages that printed something
    has_document: bool
    changes: ChangesPage | None


def result_page(submission: Submission) -> ResultPage:
    state = page_state(submission)
    ours = state == "ours"
    # The result of a fault of ours speaks to the operator, in the log; it judges nothing.
    document = None if ours else submission.result
    result = from_json(visible_document(document)) if document else None
    runs = queries.stages_of(submission)
    stages = stage_lines(runs, ended_as=state)
    checks = _checks(result, submission.first_failure) if result else ()
    return ResultPage(
        state=state,
        word=STATE_WORDS[state],
        sentence=visible(submission.verdict),
        stages=stages,
        next_step=visible(submission.next_step),
        first=next((check for check in checks if check.open), None),
        checks=checks,
        metrics=tuple(metric_figure(metric) for metric in result.metrics) if result else (),
        figures=_loose_figures(result) if result else (),
        provenance=_provenance(result.provenance, submission) if result else (),
        logs=tuple(stage for stage in stages if stage.has_log),
        has_document=result is not None,
        changes=changes_page(submission),
    )


def _checks(result: CheckResult, first_failure: str) -> tuple[CheckView, ...]:
    concepts = queries.concepts_to_relearn(result)
    views = [
        _check(test, result, is_first=test.name == first_failure, concepts=concepts)
        for test in result.tests
    ]
    # Nothing was judged: a list of what might have been tells nothing.
    if result.outcome in {Outcome.CANCELLED, Outcome.INVALID_SUBMISSION}:
        views = [view for view in views if view.state != "not_run"]
    order = {"failed": 0, "not_run": 1, "passed": 2}
    # Sorted is stable: within a state they keep the order of the stages, the first failure first.
    return tuple(sorted(views, key=lambda view: (order[view.state], not view.open)))


def _check(
    test: Test, result: CheckResult, *, is_first: bool, concepts: Mapping[str, Concept]
) -> CheckView:
    state = test.status if test.ran else "not_run"
    relearn = [concepts[slug] for slug in test.concepts if slug in concepts]
    if state != "failed":
        relearn = []
    return CheckView(
        name=test.name,
        title=test.title,
        state=state,
        word=STATE_WORDS[state],
        score=f"{test.score:g} of {test.max_score:g}" if test.max_score and test.ran else "",
        required=test.required,
        output=test.output if test.ran else test.not_run_because,
        hint=test.hint,
        # PostgreSQL keeps keys by their length; by name, figures of one kind stand together.
        evidence=_rows((key, of) for key, of in sorted(test.evidence.items()) if key != MUTANTS),
        mutants=_mutants(test.evidence.get(MUTANTS)),
        log=test.log,
        figures=tuple(figure(chart) for chart in result.artifacts if chart.test == test.name),
        open=is_first and state == "failed",
        concepts=tuple(relearn),
        lesson=next((lesson for concept in relearn for lesson in concept.lessons.all()), None),
    )


def _mutants(listed: JSON) -> tuple[MutantView, ...]:
    found = listed if isinstance(listed, list) else []  # no other check has any
    views = [
        MutantView(
            file=str(mutant["file"]),
            line=str(mutant["line"]),
            before=str(mutant["before"]),
            after=str(mutant["after"]),
            noticed=mutant["noticed"] is True,
        )
        for mutant in found
        if isinstance(mutant, dict)
    ]
    return tuple(sorted(views, key=lambda view: view.noticed))


def _rows(items: Iterable[tuple[str, JSON]]) -> Rows:
    return tuple((evidence_label(key), evidence_value(value)) for key, value in items)


def _loose_figures(result: CheckResult) -> tuple[Figure, ...]:
    names = {test.name for test in result.tests}
    return tuple(figure(chart) for chart in result.artifacts if chart.test not in names)


def _provenance(made: Provenance, submission: Submission) -> Rows:
    rows = [
        ("Commit" if submission.url else "SHA-256 of the zip", made.commit),
        ("Dependency lock", made.lock_hash),
        ("Checker", made.checker_version),
        ("Python", made.python),
        ("Seed, by its name only", made.seed_id),
        ("Sandbox", f"{made.backend}, limits by {made.limit_tier}" if made.backend else ""),
    ]
    rows += [(f"Limits of {command}", evidence_value(of)) for command, of in made.limits.items()]
    rows += [
        (
            f"Stage {phase.stage}",
            f"{moment_text(datetime.fromtimestamp(phase.started, UTC), 'H:i:s')}, "
            f"{duration(phase.ended - phase.started)}",
        )
        for phase in made.phases
    ]
    return tuple(row for row in rows if row[1])
