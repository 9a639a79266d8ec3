import hashlib
import hmac
import io

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.models import Role, User
from apps.checks.command import seeds
from apps.curriculum.models import ProjectBrief
from apps.submissions import pipeline
from apps.submissions.models import Submission
from apps.submissions.seeds import exported_seeds, starter_seed, submission_seed
from tests.submissions.samples import SLUG, make_submission


def test_submission_seed_is_the_documented_hmac(settings: LazySettings) -> None:
    message = b"submission:house-price-prediction:abc"
    key = settings.DATA_SECRET.encode()
    expected = hmac.new(key, message, hashlib.sha256).digest()
    assert submission_seed(slug=SLUG, public_id="abc") == expected


def test_seeds_differ_by_everything_they_are_made_of(settings: LazySettings) -> None:
    seeds = {
        submission_seed(slug=SLUG, public_id="1"),
        submission_seed(slug=SLUG, public_id="2"),
        submission_seed(slug="other", public_id="1"),
        starter_seed(slug=SLUG, learner_id=1),
        starter_seed(slug=SLUG, learner_id=2),
    }
    settings.DATA_SECRET = "another secret"
    seeds.add(submission_seed(slug=SLUG, public_id="1"))
    assert len(seeds) == 6


def test_seed_without_a_secret_is_refused(settings: LazySettings) -> None:
    settings.DATA_SECRET = ""
    with pytest.raises(ImproperlyConfigured, match="MILEPOST_DATA_SECRET"):
        starter_seed(slug=SLUG, learner_id=1)


def both_seeds(submission: Submission) -> str:
    """Of the draw, and of the data that the learner has downloaded."""
    draw = submission_seed(slug=SLUG, public_id=submission.public_id)
    return draw.hex() + starter_seed(slug=SLUG, learner_id=submission.learner_id).hex()


def test_worker_checks_with_the_exported_seeds(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    request = pipeline.check_request(submission)
    exported = exported_seeds(submission)
    assert seeds(exported) == (request.seed, request.starter_seed)
    assert seeds(exported[:64]) == (request.seed, None)


def test_submission_seed_command_prints_what_the_worker_uses(
    learner: User, brief: ProjectBrief
) -> None:
    submission = make_submission(learner, brief)
    out = io.StringIO()
    call_command("submission_seed", submission.public_id, stdout=out)
    assert out.getvalue() == f"{both_seeds(submission)}\n"


def test_submission_seed_command_refuses_an_unknown_id(db: None) -> None:
    with pytest.raises(CommandError, match="no submission"):
        call_command("submission_seed", "nothing")


def test_staff_export_the_seed_and_learners_do_not(learner: User, brief: ProjectBrief) -> None:
    submission = make_submission(learner, brief)
    url = "/staff/submissions/submission/"
    data = {"action": "export_seeds", "_selected_action": [submission.pk]}
    client = Client()
    client.force_login(learner)
    assert client.post(url, data).status_code == 302
    staff = User.objects.create_superuser("staff@example.org", "correct horse", role=Role.STAFF)
    client.force_login(staff)
    answer = client.post(url, data)
    expected = f"{SLUG} {submission.public_id} {both_seeds(submission)}\n"
    assert answer.content.decode() == expected
