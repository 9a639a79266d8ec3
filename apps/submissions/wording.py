"""The words of states, stages and numbers, the same on every page."""

from apps.checks.results import JSON, Outcome, Stage
from apps.submissions.models import State, Submission

STAGE_TITLES = {
    Stage.REPOSITORY: "Repository",
    Stage.ENVIRONMENT: "Environment",
    Stage.DOCUMENTATION: "Documentation",
    Stage.TESTS: "Your tests",
    Stage.BEHAVIOUR: "Behaviour",
    Stage.REPRODUCIBILITY: "Reproducibility",
}
STAGE_EXPLANATIONS = {
    Stage.REPOSITORY: "It is fetched within limits, and its milepost.toml is read.",
    Stage.ENVIRONMENT: "Your dependencies are resolved and installed, wheels only.",
    Stage.DOCUMENTATION: "The README tells a stranger what they need.",
    Stage.TESTS: "Your own tests run, pass, and notice when the code is broken.",
    Stage.BEHAVIOUR: "Your code meets data that it has never seen.",
    Stage.REPRODUCIBILITY: "The same data and seed give the same predictions.",
}
STATE_WORDS = {
    "queued": "Waiting",
    "waiting": "Waiting",
    "running": "Running",
    "passed": "Passed",
    "failed": "Failed",
    "not_run": "Not run",
    "unusable": "Cannot be used",
    "ours": "Our fault",
    "cancelled": "Cancelled",
}
_PAGE_STATES = {
    Outcome.PASSED: "passed",
    Outcome.INVALID_SUBMISSION: "unusable",
    Outcome.PLATFORM_ERROR: "ours",
    Outcome.CANCELLED: "cancelled",
}
_ABBREVIATIONS = {"cpu", "mb", "ndcg", "rmse"}


def page_state(submission: Submission) -> str:
    """One of queued, running, passed, failed, unusable, ours, cancelled."""
    if submission.state != State.FINISHED:
        return str(submission.state)
    return _PAGE_STATES.get(Outcome(submission.outcome), "failed")


def state_and_word(submission: Submission) -> tuple[str, str]:
    state = page_state(submission)
    return state, STATE_WORDS[state]


def duration(seconds: float) -> str:
    """As people say it: "under 1 s", "12 s", "1 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def evidence_label(key: str) -> str:
    """``rows_that_differ`` -> "Rows that differ", ``ndcg_needed`` -> "NDCG needed"."""
    words = [word.upper() if word in _ABBREVIATIONS else word for word in key.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def evidence_value(value: JSON) -> str:
    """One line of text, four significant digits for what is not whole."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(evidence_value(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {evidence_value(v)}" for k, v in value.items()) or "none"
    return str(value)
