"""A repository handed in, and what is known of its check while it runs."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from apps.accounts.models import PUBLIC_ID_LENGTH, new_public_id
from apps.checks.results import Outcome, Stage
from apps.checks.untrusted_text import visible
from apps.curriculum.models import ProjectBrief


def archive_path(submission: "Submission", filename: str) -> str:
    """Never the learner's own name for it: that is kept as text only."""
    return f"submissions/{secrets.token_hex(16)}.zip"


class Source(models.TextChoices):
    URL = "url", "Git address"
    ARCHIVE = "archive", "Zip file"


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


IN_PROGRESS = (State.QUEUED, State.RUNNING)
OUTCOMES = [(outcome.value, outcome.value.replace("_", " ")) for outcome in Outcome]


class Submission(models.Model):
    """One try of a learner at a project.

    While ``running``, a worker holds it by ``lease_token`` until ``lease_expires``; every later
    write of that worker names the token, so that a worker which lost its lease changes nothing.
    """

    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions"
    )
    brief = models.ForeignKey(
        ProjectBrief,
        to_field="slug",
        db_column="project_slug",
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    number = models.PositiveIntegerField()  # of the try, per learner and project
    source = models.CharField(max_length=7, choices=Source.choices)
    url = models.CharField(max_length=500, blank=True)
    archive = models.FileField(upload_to=archive_path, max_length=120, blank=True)
    archive_name = models.CharField(max_length=120, blank=True)
    created = models.DateTimeField(db_default=Now(), editable=False)

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    started = models.DateTimeField(null=True, blank=True)  # the first delivery
    finished = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)  # its message to the broker
    delivery = models.PositiveSmallIntegerField(default=0)  # the platform's tries to run it
    lease_token = models.UUIDField(null=True, blank=True)
    lease_expires = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)

    # ``results.to_json``, stored before anything is read from it.
    result = models.JSONField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=OUTCOMES, blank=True)
    code = models.CharField(max_length=60, blank=True)
    verdict = models.TextField(blank=True)
    charged = models.BooleanField(null=True, blank=True)
    charge_reason = models.CharField(max_length=200, blank=True)
    first_failure = models.CharField(max_length=100, blank=True)  # name of the test to mend first
    next_step = models.TextField(blank=True)
    checker_version = models.CharField(max_length=40, blank=True)
    # Since the last try: ``changes.to_json``, computed once, when the check ends.
    changes = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("learner",),
                condition=models.Q(state__in=IN_PROGRESS),
                name="submission_one_in_progress_per_learner",
            ),
            models.UniqueConstraint(
                fields=("learner", "brief", "number"), name="submission_number_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="submission_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source=Source.URL, archive="") & ~models.Q(url="")
                | models.Q(source=Source.ARCHIVE, url="") & ~models.Q(archive=""),
                name="submission_has_exactly_its_source",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=State.RUNNING, lease_token__isnull=False, lease_expires__isnull=False
                )
                | ~models.Q(state=State.RUNNING)
                & models.Q(lease_token__isnull=True, lease_expires__isnull=True),
                name="submission_is_leased_while_running",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=State.FINISHED,
                    outcome__in=[outcome.value for outcome in Outcome],
                    finished__isnull=False,
                    charged__isnull=False,
                )
                | ~models.Q(state=State.FINISHED)
                & models.Q(outcome="", finished__isnull=True, charged__isnull=True),
                name="submission_has_an_outcome_when_finished",
            ),
        )
        indexes = (
            models.Index(fields=("learner", "brief", "-created"), name="submission_tries"),
            models.Index(
                fields=("state", "created"),
                condition=models.Q(state__in=IN_PROGRESS),
                name="submission_queue",
            ),
            models.Index(
                fields=("brief", "-finished"),
                condition=models.Q(state=State.FINISHED),
                name="submission_durations",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_progress(self) -> bool:
        return self.state != State.FINISHED

    @property
    def shown_source(self) -> str:
        """What was handed in, as a page may show it."""
        return visible(self.url or self.archive_name or "a zip file")

    @property
    def shown_verdict(self) -> str:
        return visible(self.verdict)


class StageStatus(models.TextChoices):
    RUNNING = "running", "Running"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    NOT_RUN = "not_run", "Not run"


class StageRun(models.Model):
    """A stage of one delivery, as the page shows it live. A stage without a row is waiting."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="stages")
    # A worker that lost its lease may still write; its rows then belong to an old delivery.
    delivery = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=20, choices=[(stage.value, stage.value) for stage in Stage])
    status = models.CharField(max_length=8, choices=StageStatus.choices)
    summary = models.TextField(blank=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    # Those finished: {name, status, not_run, output}.
    tests = models.JSONField(default=list, blank=True)
    log = models.TextField(blank=True)  # the tail of what was printed, capped

    class Meta:
        ordering = ("submission", "delivery", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("submission", "delivery", "stage"), name="stage_run_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=StageStatus.values), name="stage_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=[stage.value for stage in Stage]),
                name="stage_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission_id}/{self.delivery} {self.stage}"


class Snapshot(models.Model):
    """The files of a submission as they were checked: what a mentor reads and comments on."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="snapshot", primary_key=True
    )
    commit = models.CharField(max_length=64)  # git SHA, or SHA-256 of the zip
    # JSON, compressed: [path, bytes, text or null] of each file; see apps/submissions/snapshots.py.
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.submission_id} at {self.commit[:12]}"


class Fingerprints(models.Model):
    """What of a submission is looked for in those of others; see ``checks.similarity``."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="fingerprints", primary_key=True
    )
    hashes = ArrayField(models.BigIntegerField())  # each once
    compared = models.BooleanField(default=False)  # with those that were kept before

    class Meta:
        indexes = (GinIndex(fields=("hashes",), name="fingerprints_by_hash"),)

    def __str__(self) -> str:
        return f"{len(self.hashes)} of {self.submission_id}"


class Similarity(models.Model):
    """Another person's submission of the same project, kept earlier, that is like this one.

    A mentor may look at both. It says nothing of why, and no verdict knows of it.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="similarities"
    )
    other = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    share = models.FloatField()  # of the fingerprints of the one that has fewer
    # The longest places: [path, first line, last line] of the one and of the other.
    places = models.JSONField()

    class Meta:
        ordering = ("-share", "pk")
        constraints = (
            models.UniqueConstraint(fields=("submission", "other"), name="similarity_is_kept_once"),
            models.CheckConstraint(
                condition=~models.Q(submission=models.F("other")),
                name="similarity_is_with_another",
            ),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, share__lte=1), name="similarity_share_is_a_share"
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission_id} like {self.other_id}"


def checks_queue() -> list[str]:
    return ["checks"]


class CheckWorker(models.Model):
    """A worker that runs people's code, as it last told of itself."""

    hostname = models.CharField(max_length=255, unique=True)  # Celery's name of it
    queues = ArrayField(models.CharField(max_length=30), default=checks_queue)
    # Of the last self-test. Without a backend nothing could be run at all.
    backend = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    passed = models.BooleanField()
    findings = models.JSONField()  # of each layer: {state, layer, detail, mend}
    tested_at = models.DateTimeField()
    took_s = models.FloatField()
    python = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("hostname",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(passed=False) | ~models.Q(backend="") & ~models.Q(tier=""),
                name="check_worker_passes_with_a_sandbox",
            ),
        )

    def __str__(self) -> str:
        return self.hostname
