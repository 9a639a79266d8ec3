"""People, submissions and results for these tests."""

import io
import itertools
import zipfile
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.checks.results import (
    JSON,
    Chart,
    CheckResult,
    Metric,
    Outcome,
    Phase,
    Provenance,
    Stage,
    Test,
    to_json,
)
from apps.curriculum.models import ProjectBrief
from apps.submissions.models import CheckWorker, Source, State, Submission

SLUG = "house-price-prediction"
URL = "https://git.example.org/ada/houses"
EVIL = '<img src=x onerror=alert(1)> <b hx-post="/evil">\x1b[31m\u202egnp\x00'
_emails = (f"learner-{number}@example.org" for number in itertools.count())


def make_learner(name: str = "Ada") -> User:
    return User.objects.create_user(next(_emails), "correct horse", name=name)


def make_brief(slug: str = SLUG) -> ProjectBrief:
    return ProjectBrief.objects.create(
        slug=slug,
        title="House price prediction",
        level="beginner",
        position=1,
        summary="Predict what a house sells for.",
        proves="You can take a model from raw data to honest figures.",
        hours=12,
        brief_html="<h2>Why</h2><p>Somebody asks.</p>",
        data_dictionary_html="<p>size: in square metres.</p>",
        content_hash="0" * 64,
    )


def make_submission(
    learner: User, brief: ProjectBrief, *, outcome: Outcome | None = None, **fields: Any
) -> Submission:
    """Queued, or finished with ``outcome`` and the verdict and result that belong to it."""
    number = Submission.objects.filter(learner=learner, brief=brief).count() + 1
    if outcome is not None:
        now = timezone.now()
        document = to_json(make_result(outcome))
        fields = {
            "state": State.FINISHED,
            "outcome": outcome,
            "started": now,
            "finished": now,
            "charged": outcome.charged,
            "verdict": "The verdict.",
            "result": document,
            "first_failure": "readme" if outcome is Outcome.FAILED else "",
            "delivery": 1,
        } | fields
    values = {"number": number, "source": Source.URL, "url": URL} | fields
    submission = Submission.objects.create(learner=learner, brief=brief, **values)
    submission.refresh_from_db()
    return submission


def make_worker(hostname: str = "checks@one", **fields: Any) -> CheckWorker:
    """Ready, unless ``fields`` say otherwise."""
    now = timezone.now()
    finding = {"state": "ok", "layer": "network", "detail": "cannot be reached", "mend": ""}
    values = {
        "backend": "bubblewrap",
        "tier": "cgroup1",
        "passed": True,
        "findings": [finding],
        "tested_at": now,
        "took_s": 0.84,
        "python": "3.13.1",
        "seen_at": now,
    } | fields
    return CheckWorker.objects.create(hostname=hostname, **values)


def _mutant(before: str, after: str, *, noticed: bool = False) -> dict[str, JSON]:
    return {"file": "a.py", "line": 7, "before": before, "after": after, "noticed": noticed}


def make_result(outcome: Outcome = Outcome.FAILED, *, text: str = "") -> CheckResult:
    """Three checks: one passed, one failed with everything, one not reached. ``text`` in all."""
    passed = Test(
        name="repository",
        title="The repository can be read",
        stage=Stage.REPOSITORY,
        status="passed",
        score=0,
        max_score=0,
        output=f"3 files.{text}",
    )
    failed = Test(
        name="readme",
        title="The README tells a stranger what they need",
        stage=Stage.DOCUMENTATION,
        status="failed" if outcome is not Outcome.PASSED else "passed",
        score=0,
        max_score=10,
        output=f"The README has no section on the data.{text}",
        hint=f"Give it a heading of its own.{text}",
        evidence={
            "words": 12,
            "share": 0.123456,
            "missing": ["data", text],
            "mutants": [_mutant("a > 1", "a <= 1", noticed=True), _mutant(f"b{text}", f"c{text}")],
        },
        log=f"one line of log{text}",
        concepts=("reproducibility", "testing"),
    )
    missing = Test(
        name="gap_closed",
        title="Predicts prices",
        concepts=("regression-metrics",),
        stage=Stage.BEHAVIOUR,
        status="failed",
        score=0,
        max_score=40,
        not_run_because=f"Training failed.{text}",
    )
    return CheckResult(
        outcome=outcome,
        output=f"One check is left to mend.{text}",
        tests=(passed, failed, missing),
        metrics=(Metric(name="gap", title="Gap closed", value=0.61, threshold=0.75),),
        artifacts=(
            Chart(
                name="residuals",
                kind="scatter",
                title="Residuals",
                summary=f"A cloud.{text}",
                x_label="x",
                y_label="y",
                test="readme",
                points=((0.0, 1.0), (1.0, 2.0)),
            ),
        ),
        provenance=Provenance(
            checker_version=f"{SLUG} 1",
            commit="abc123",
            seed_id="0123456789abcdef",
            phases=(Phase(stage=Stage.REPOSITORY, started=1.0, ended=2.0),),
        ),
    )


def zip_of(files: Mapping[str, str]) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("houses.zip", buffer.getvalue(), content_type="application/zip")


def count_queries(client: Client, url: str, data: dict[str, str] | None = None) -> int:
    """Of a GET, or of a POST of ``data``, session and user included."""
    with CaptureQueriesContext(connection) as captured:
        client.get(url) if data is None else client.post(url, data)
    return len(captured)
